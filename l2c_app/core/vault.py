"""What a vault keeps: real values by the masked text that stands for them, document by document. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from l2c_app.core import masking

PHONE, EMAIL, ADDRESS, OTHER = "phone", "email", "address", "other"
WHOLE_ONLY = 5  # a shorter value is looked for as a whole text: a part would hit half the history


@dataclass(frozen=True)
class Kept:
	"""One value: in which document and field it belongs, what stands there instead."""

	doctype: str
	name: str
	field: str
	mask: str
	real: str


def mask(kind: str, text: str, tag: str) -> str:
	"""Return what stands for a value. `tag` makes mail addresses of different leads different."""
	makers: dict[str, Callable[[str], str]] = {
		PHONE: masking.mask_phone,
		EMAIL: lambda value: masking.stand_in_email(value, tag),
		ADDRESS: masking.mask_address,
		OTHER: masking.mask_address,
	}
	return makers[kind](text)


def stand_in(kept: Sequence[Kept], field: str, text: str) -> str:
	"""Return the mask of a value of kind OTHER, unlike those of the lead's other fields, which may begin with the same
	letter: "wang_01" gives "w***", and "w****" where another field has "w***" already.
	"""
	taken, result = {entry.mask for entry in kept if entry.field != field}, mask(OTHER, text, "")
	while result in taken:
		result += masking.STAR
	return result


def hide(value: object, kept: Sequence[Kept]) -> object:
	"""Return JSON data with masks in place of the real values, in whatever text they stand; keys stay.

	{"changed": [["phone", "138", "139"]]} gives {"changed": [["phone", "***", "139"]]} for a kept "138".
	"""
	if isinstance(value, dict):
		return {key: hide(item, kept) for key, item in value.items()}
	if isinstance(value, list):
		return [hide(item, kept) for item in value]
	if not isinstance(value, str):
		return value
	for entry in sorted(kept, key=lambda e: -len(e.real)):
		if value == entry.real or (len(entry.real) >= WHOLE_ONLY and entry.real in value):
			value = value.replace(entry.real, entry.mask)
	return value


def put(kept: Sequence[Kept], entry: Kept) -> list[Kept]:
	"""Return the entries with one added; the same mask in the same field is replaced: it is the newer value."""
	key = (entry.doctype, entry.name, entry.field, entry.mask)
	return [old for old in kept if (old.doctype, old.name, old.field, old.mask) != key] + [entry]


def real_of(kept: Sequence[Kept], doctype: str, name: str, *, field: str, text: str | None) -> str | None:
	"""Return the value behind a masked text: of this field, else of any document of the same lead; None when unknown.

	The host copies texts from lead to contact to opportunity, so the same mask stands for the same value.
	"""
	own = [
		entry
		for entry in kept
		if (entry.doctype, entry.name, entry.field, entry.mask) == (doctype, name, field, text)
	]
	any_of = [entry for entry in kept if entry.mask == text]
	return (own or any_of)[-1].real if own or any_of else None
