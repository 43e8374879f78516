"""What a vault keeps: real values by the masked text that stands for them, document by document. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from l2c_app.core import masking

PHONE, EMAIL, ADDRESS = "phone", "email", "address"


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
	}
	return makers[kind](text)


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
