"""Age of open invoices by sales person, in company currency, as of any day."""

from collections import defaultdict
from datetime import date
from typing import Any

from frappe.utils import flt, getdate

from l2c_app.core import ageing
from l2c_app.core.money import from_minor, to_minor
from l2c_app.services.chasing import measures, sales_shares
from l2c_app.services.ledger.ledger_amounts import money_unit


def by_sales_person(company: str, on: date) -> list[dict[str, Any]]:
	"""Return per sales person what is open in each bucket and in all, by his share of each invoice; who has none is last.

	The rows add up to the open invoices.
	"""
	buckets: dict[str, dict[str, int]] = defaultdict(dict)
	unit = money_unit()
	for row in measures.invoices(company, on, on):
		left = to_minor(row.left_base, unit)
		if left > 0:
			bucket = ageing.bucket_of(getdate(row.due or row.first), on)
			buckets[bucket][row.name] = left
	found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(ageing.BUCKETS, 0))
	for bucket, amounts in buckets.items():
		for person, amount in sales_shares.shares(amounts).items():
			found[person][bucket] = amount
	people = sorted(found, key=lambda person: (person == sales_shares.NOBODY, person))
	return [_row(person, found[person]) for person in people]


def _row(person: str, amounts: dict[str, int]) -> dict[str, Any]:
	unit = money_unit()
	values = {bucket: flt(from_minor(amount, unit)) for bucket, amount in amounts.items()}
	return {"sales_person": person, **values, "total": flt(from_minor(sum(amounts.values()), unit))}
