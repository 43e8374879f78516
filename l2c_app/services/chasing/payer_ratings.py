"""How customers paid so far, read from the payment ledger for the pure rating."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Max, Sum
from frappe.utils import add_days, getdate, nowdate

from l2c_app.core.money import to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.core.receivable_measures import Piece, Rating, parts_of, rating
from l2c_app.services.chasing.receivables import INVOICE, Key
from l2c_app.services.ledger.ledger_amounts import money_unit

LOOK_BACK_DAYS = 730


def read(customers: Collection[str]) -> dict[Key, Rating]:
	"""Return the rating per key from the invoices of the last two years; one grouped query.

	The settled part of an invoice counts as paid on the day of its last settlement, only the rest as open.
	"""
	found: dict[Key, list[Piece]] = defaultdict(list)
	unit, today = money_unit(), getdate(nowdate())
	for row in _invoices(customers):
		total, left = to_minor(row.total, unit), to_minor(row.left, unit)
		if not row.due or total <= 0:
			continue
		parts = parts_of(row.against_voucher_no, total=total, left=left, due=getdate(row.due), last=row.last)
		found[row.party, row.company, row.account_currency] += parts
	return {key: rating(known, today) for key, known in found.items()}


def _invoices(customers: Collection[str]) -> list[Any]:
	entry = frappe.qb.DocType("Payment Ledger Entry")
	own = entry.voucher_no == entry.against_voucher_no
	query = (
		frappe.qb.from_(entry)
		.select(
			entry.party,
			entry.company,
			entry.account_currency,
			entry.against_voucher_no,
			Sum(entry.amount_in_account_currency).as_("left"),
			Sum(Case().when(own, entry.amount_in_account_currency).else_(0)).as_("total"),
			Max(Case().when(own, entry.due_date)).as_("due"),
			Max(Case().when(entry.voucher_no != entry.against_voucher_no, entry.posting_date)).as_("last"),
		)
		.where(
			(entry.delinked == 0) & (entry.account_type == "Receivable") & (entry.party_type == "Customer")
		)
		.where((entry.against_voucher_type == INVOICE) & entry.party.isin(sorted(customers) or NO_NAMES))
		.where(entry.posting_date >= add_days(nowdate(), -LOOK_BACK_DAYS))
		.groupby(entry.party, entry.company, entry.account_currency, entry.against_voucher_no)
	)
	return query.run(as_dict=True)
