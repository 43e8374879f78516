"""What two sides owe each other when a contract ends early. All amounts in minor units of the contract's currency."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Settlement:
	"""The end of a contract: `performed` is what was delivered by agreement, gross; `fee` what the end itself costs.

	`to_bill` and `to_credit`: by how much the invoices miss or pass what was performed. `claim` = performed + fee; `to_pay`
	and `to_refund`: by how much the money received misses or passes the claim.
	"""

	performed: int
	fee: int
	billed: int
	collected: int
	to_bill: int
	to_credit: int
	claim: int
	to_pay: int
	to_refund: int


def settle(*, performed: int, fee: int, billed: int, collected: int) -> Settlement:
	"""Return the settlement. Example: performed 600 and a fee of 50; billed 800 and collected 700.

	200 are credited; the claim is 650, so 50 go back to the customer.
	"""
	claim = performed + fee
	return Settlement(
		performed=performed,
		fee=fee,
		billed=billed,
		collected=collected,
		to_bill=max(0, performed - billed),
		to_credit=max(0, billed - performed),
		claim=claim,
		to_pay=max(0, claim - collected),
		to_refund=max(0, collected - claim),
	)


def credits(amount: int, invoices: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
	"""Return what is credited on which invoice, latest first. `invoices`: (name, what is left of it), oldest first."""
	found = []
	for name, left in reversed(invoices):
		part = max(0, min(amount, left))
		if part:
			found.append((name, part))
			amount -= part
	return found
