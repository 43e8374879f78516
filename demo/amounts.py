"""The amount of a bank line by the app's own rule for statements, with the reason where there is none."""

from collections.abc import Iterable
from decimal import Decimal

from l2c_app.core.statement_values import amounts, choose


def decimal_mark(texts: Iterable[str]) -> str:
	"""Return the decimal mark in which a whole column can be read, "" if the column leaves it open."""
	return choose((text, amounts(text)) for text in texts).value


def parse_amount(text: str, mark: str = "") -> tuple[Decimal | None, str]:
	"""Return the amount that a text means, with the decimal mark of its column where it needs one, or None and why not.

	>>> parse_amount("1.234,56")
	(Decimal('1234.56'), '')
	>>> parse_amount("1,234")[1]
	'amount 1,234 can be read in two ways'
	"""
	if not text.strip():
		return None, "no amount"
	found = amounts(text)
	if not found:
		return None, f"amount {text.strip()[:40]} is no number"
	if mark not in found and len(set(found.values())) > 1:
		return None, f"amount {text.strip()[:40]} can be read in two ways"
	return found[mark] if mark in found else next(iter(found.values())), ""
