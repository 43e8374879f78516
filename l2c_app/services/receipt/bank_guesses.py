"""Whose money the lines of a bank statement are: one answer for matching and for what keeps a reminder back."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from frappe.utils import getdate, nowdate

from l2c_app.core.bank_text import number_key
from l2c_app.core.matching import Line, Match, Matcher
from l2c_app.core.money import to_minor
from l2c_app.core.short_payment import Tolerance
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import bank_reads
from l2c_app.services.receipt.bank_reads import Open


def guess(
	company: str, rows: Sequence[Any], tolerances: Mapping[str, Tolerance] = MappingProxyType({})
) -> tuple[dict[str, Match], dict[str, Open]]:
	"""Return the match of each bank line (LINE_FIELDS) of a company against all that is open, and what is open, by key.

	`tolerances`: {currency: how short a payment may be and still be sure}.
	"""
	opened = {each.item.key: each for each in bank_reads.open_documents(company, getdate(nowdate()))}
	matches = _matcher(opened, rows, tolerances).match([as_line(row) for row in rows])
	return {match.line: match for match in matches}, opened


def payer_of(line: Any) -> str | None:
	"""Return the one customer from whom a bank line came, whatever it pays; None if nobody or several are known."""
	return _matcher({}, [line], {}).payer(as_line(line))


def as_line(row: Any) -> Line:
	"""Return a bank line as matching sees it, with the money that is left on it in minor units."""
	text = " ".join(part for part in (row.description, row.reference_number) if part)
	return Line(
		key=row.name,
		amount=to_minor(row.unallocated_amount, money_unit()),
		currency=row.currency,
		text=text,
		payer=row.bank_party_name or "",
		account=_account(row),
		on=getdate(row.date),
	)


def _matcher(opened: dict[str, Open], rows: Sequence[Any], tolerances: Mapping[str, Tolerance]) -> Matcher:
	accounts = bank_reads.payer_accounts()
	for row in rows:
		if row.party_type == "Customer" and row.party:
			accounts[_account(row)] = row.party
	items = [each.item for each in opened.values()]
	return Matcher(
		items,
		names=bank_reads.payer_names(),
		accounts=accounts,
		pays_for=bank_reads.pays_for(),
		tolerances=tolerances,
	)


def _account(row: Any) -> str:
	"""Return the payer's account as a key; where the host knows the party that counts more."""
	if row.party_type == "Customer" and row.party:
		return f"party {row.party}"
	return number_key(row.bank_party_iban) or number_key(row.bank_party_account_number)
