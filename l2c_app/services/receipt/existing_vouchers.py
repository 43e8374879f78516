"""Native documents that may be the money of a Collection already: looked for before a second one is made."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Abs, Sum
from frappe.utils import add_days, cint, date_diff

from l2c_app.services.ledger import ledger_reads
from l2c_app.services.ledger.ledger_reads import JOURNAL, PAYMENT
from l2c_app.services.receipt import voucher_match

DEFAULT_WINDOW = 3


def search(collection: Document) -> list[dict[str, Any]]:
	"""Return submitted payments and journals of the same customer, company and amount that no Collection names.

	They carry the same reference number, or were posted within the window of days around the receipt
	(L2C Settings, 3 by default). The oldest comes first.
	"""
	if not collection.customer:
		return []
	journals = [] if collection.get("kind") == "Refund" else _journals(collection)
	found = [*_payments(collection), *journals]
	taken = _taken([row["voucher_no"] for row in found])
	free = [row for row in found if (row["voucher_type"], row["voucher_no"]) not in taken]
	return sorted(free, key=lambda row: (row["posting_date"], row["voucher_no"]))


def linkable(collection: Document) -> list[dict[str, Any]]:
	"""Return those that linking would accept: money that lies on documents of other contracts is not this receipt's."""
	found = search(collection)
	documents = {row["voucher_no"]: frappe.get_doc(row["voucher_type"], row["voucher_no"]) for row in found}
	return [row for row in found if not voucher_match.differences(collection, documents[row["voucher_no"]])]


def near(collection: Document, voucher: Document) -> bool:
	"""Return whether a voucher was posted around the day of the receipt, or carries its reference number."""
	reference = voucher.get("reference_no") or voucher.get("cheque_no")
	if collection.reference_no and reference == collection.reference_no:
		return True
	return abs(date_diff(voucher.posting_date, collection.received_on)) <= window_days()


def is_taken(voucher_type: str, voucher_no: str) -> bool:
	"""Return whether a Collection is confirmed by the document, also one that was linked a moment ago.

	A locking read: plain ones show the state at which this transaction began to read.
	"""
	table = frappe.qb.DocType("Collection")
	query = frappe.qb.from_(table).select(table.name).where(table.status == "Confirmed")
	query = query.where((table.voucher_type == voucher_type) & (table.voucher_no == voucher_no))
	return bool(query.for_update().run())


def window_days() -> int:
	"""Return the days around a receipt in which a voucher may be the same money."""
	value = frappe.db.get_single_value("L2C Settings", "link_window_days")
	return DEFAULT_WINDOW if value is None else cint(value)


def _payments(collection: Document) -> list[dict[str, Any]]:
	payment = frappe.qb.DocType(PAYMENT)
	amount, currency = payment.paid_amount, payment.paid_from_account_currency
	if collection.get("kind") == "Refund":
		amount, currency = payment.received_amount, payment.paid_to_account_currency
	query = (
		frappe.qb.from_(payment)
		.select(
			payment.name,
			payment.posting_date,
			payment.reference_no,
			amount.as_("amount"),
			payment.unallocated_amount,
		)
		.where((payment.docstatus == 1) & (payment.payment_type == _payment_type(collection)))
		.where((payment.party_type == "Customer") & (payment.party == collection.customer))
		.where((payment.company == collection.company) & (currency == collection.currency))
		.where(Abs(amount - collection.amount) < 0.005)
		.where(_same_time_or_reference(payment.posting_date, payment.reference_no, collection))
	)
	return [
		{
			"voucher_type": PAYMENT,
			"voucher_no": row.name,
			"posting_date": row.posting_date,
			"reference_no": row.reference_no,
			"amount": row.amount,
			"unallocated_amount": row.unallocated_amount,
		}
		for row in query.orderby(payment.posting_date, payment.name).run(as_dict=True)
	]


def _payment_type(collection: Document) -> str:
	return "Pay" if collection.get("kind") == "Refund" else "Receive"


def _journals(collection: Document) -> list[dict[str, Any]]:
	"""Return journals that took the amount off the customer's debt, over all their lines, by money and not by a write-off."""
	journal, line = frappe.qb.DocType(JOURNAL), frappe.qb.DocType("Journal Entry Account")
	amount = Sum(line.credit_in_account_currency) - Sum(line.debit_in_account_currency)
	query = (
		frappe.qb.from_(journal)
		.join(line)
		.on(line.parent == journal.name)
		.select(journal.name, journal.posting_date, journal.cheque_no, amount.as_("amount"))
		.where((journal.docstatus == 1) & (journal.company == collection.company))
		.where((line.party_type == "Customer") & (line.party == collection.customer))
		.where(line.account_currency == collection.currency)
		.where(_same_time_or_reference(journal.posting_date, journal.cheque_no, collection))
		.groupby(journal.name, journal.posting_date, journal.cheque_no)
		.having(Abs(amount - collection.amount) < 0.005)
		.orderby(journal.posting_date, journal.name)
	)
	rows = query.run(as_dict=True)
	with_money = ledger_reads.journals_with_money([row.name for row in rows]) if rows else set()
	return [
		{
			"voucher_type": JOURNAL,
			"voucher_no": row.name,
			"posting_date": row.posting_date,
			"reference_no": row.cheque_no,
			"amount": row.amount,
			"unallocated_amount": 0,
		}
		for row in rows
		if row.name in with_money
	]


def _same_time_or_reference(day: Any, reference: Any, collection: Document) -> Any:
	days = window_days()
	first, last = add_days(collection.received_on, -days), add_days(collection.received_on, days)
	near = (day >= first) & (day <= last)
	if not collection.reference_no:
		return near
	return near | (reference == collection.reference_no)


def _taken(names: list[str]) -> set[tuple[str, str]]:
	if not names:
		return set()
	filters = {"voucher_no": ("in", names), "status": "Confirmed"}
	rows = frappe.get_all(
		"Collection", filters=filters, fields=["voucher_type", "voucher_no"], order_by="creation, name"
	)
	return {(row.voucher_type, row.voucher_no) for row in rows}
