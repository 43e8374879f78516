"""What a revision of a contract changes, and what it may change: rows with money or an invoice stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

ROW_TERMS = (
	"label",
	"amount",
	"billing",
	"with_row",
	"due_basis",
	"fixed_date",
	"offset_days",
	"offset_months",
	"end_of_month",
	"after_month_end",
	"milestone_type",
	"milestone",
	"retention",
)


@dataclass(frozen=True)
class Change:
	"""One changed value of a plan row; `field` is "added" or "removed" for whole rows."""

	row_id: str
	field: str
	before: Any
	after: Any

	def as_dict(self) -> dict[str, Any]:
		"""Return the change as plain text values for storing."""
		return {
			"row_id": self.row_id,
			"field": self.field,
			"before": _plain(self.before),
			"after": _plain(self.after),
		}


def _plain(value: Any) -> Any:
	return value if value is None or isinstance(value, int | str | dict) else str(value)


def normal(row: Mapping[str, Any]) -> dict[str, Any]:
	"""Return the terms of a row in comparable form: money as decimals, empty as None, dates as text."""
	terms = {}
	for field in ROW_TERMS:
		value = row.get(field)
		terms[field] = Decimal(str(value or 0)) if field == "amount" else (str(value) if value else None)
	return terms


def plan_changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Change]:
	"""Return what differs between two plans, row by row: changed terms, added rows, removed rows."""
	old = {row["row_id"]: normal(row) for row in before}
	new = {row["row_id"]: normal(row) for row in after}
	changes = [
		Change(row_id, field, old[row_id][field], terms[field])
		for row_id, terms in new.items()
		if row_id in old
		for field in ROW_TERMS
		if old[row_id][field] != terms[field]
	]
	changes += [Change(key, "added", None, str(new[key]["amount"])) for key in new if key not in old]
	changes += [Change(key, "removed", str(old[key]["amount"]), None) for key in old if key not in new]
	return changes


def frozen_rows(changes: Sequence[Change], touched: Mapping[str, Decimal]) -> list[str]:
	"""Return the rows that a revision changes although money or an invoice is on them.

	`touched`: per row what is settled or billed (currency units). A row's label may always change.
	"""
	return sorted({c.row_id for c in changes if c.field != "label" and touched.get(c.row_id, Decimal(0)) > 0})
