"""Two leads become one: who must agree, whose value stands in each field, until when that can be taken back. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta


def is_blank(value: object) -> bool:
	"""Return True for what counts as not filled in: nothing, blanks, 0 and unticked boxes."""
	return not (value.strip() if isinstance(value, str) else value)


def taken_over(
	kept: Mapping[str, object],
	merged: Mapping[str, object],
	*,
	fields: Collection[str],
	take: Collection[str],
) -> dict[str, object]:
	"""Return {field: value} to write on the lead that is kept.

	Rule: a field that the user chose to take comes from the merged lead, even when it is blank there; any other field
	keeps its value, and only a blank one is filled from the merged lead.
	Example: kept {"phone": "", "city": "Bonn"}, merged {"phone": "1", "city": "Köln"}, take ["city"] gives both.
	"""
	result = {}
	for field in fields:
		mine, theirs = kept.get(field), merged.get(field)
		wanted = theirs if field in take or (is_blank(mine) and not is_blank(theirs)) else mine
		if wanted != mine:
			result[field] = wanted
	return result


def given_back(
	now: Mapping[str, object], before: Mapping[str, object], written: Mapping[str, object]
) -> dict[str, object]:
	"""Return {field: value} that undoing a merge writes: fields that still say what the merge wrote; later edits stay."""
	return {field: before.get(field) for field, value in written.items() if now.get(field) == value}


def undo_until(merged_on: datetime, days: int) -> datetime:
	"""Return the last moment at which a merge can be undone: `days` after it."""
	return merged_on + timedelta(days=days)


def consents_missing(protected: Iterable[tuple[str, Collection[str]]], *, asking: str) -> list[str]:
	"""Return the holders who must still agree, by name: all but who asks, each once.

	`protected`: (holder, who agreed in his name) of every protected seat of both leads as they are now, so that nobody's
	consent outlives his seat. Example: ann and bob protect one each, bob's manager agreed: ann is missing.
	"""
	return sorted({holder for holder, agreed in protected if holder != asking and not agreed})
