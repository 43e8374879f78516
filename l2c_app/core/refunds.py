"""From which credit of a customer a refund is taken: pure, in minor units.

A contract's credit notes give back what the refund says of that contract, oldest first; then credit notes of no
contract, then money on account. Money that was paid out without saying for what lessens the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NOBODY = ""


@dataclass(frozen=True)
class Note:
	"""An open credit note: its number and what of it belongs to each contract; "" stands for none."""

	name: str
	parts: Mapping[str, int]


@dataclass(frozen=True)
class Refund:
	"""What a refund takes of each credit note and of the money on account, and what it asks beyond the credit."""

	notes: Mapping[str, int]
	on_account: int
	missing: int


def refund(amount: int, asks: Mapping[str, int], notes: Sequence[Note], *, on_account: int) -> Refund:
	"""Return where `amount` comes from. `asks`: per contract what of it; without any, every note is open to it.

	`notes`: the oldest first. `on_account`: what lies there less what was paid out without a document; it may be below
	zero. B's note of 100 is older than A's of 150: a refund of 150 for A takes 150 of A's.
	"""
	owners = asks.keys() if asks else {owner for note in notes for owner in note.parts}
	taken: dict[str, int] = {}
	left, asked, whole = amount, max(0, on_account), on_account
	for owner in [*sorted(owners - {NOBODY}), NOBODY]:
		there = sum(note.parts.get(owner, 0) for note in notes)
		limit = min(asks.get(owner, there), there)
		asked, whole = asked + limit, whole + there
		for note in notes:
			part = min(left, limit, note.parts.get(owner, 0))
			taken[note.name] = taken.get(note.name, 0) + part
			left, limit = left - part, limit - part
	notes_taken = {name: part for name, part in taken.items() if part}
	return Refund(notes_taken, on_account=left, missing=max(0, amount - min(asked, whole)))
