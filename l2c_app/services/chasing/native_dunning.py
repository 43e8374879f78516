"""The host's own Dunning, made where a level has a Dunning Type with fee or interest. Its status is never read."""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe.utils import flt, nowdate

from l2c_app.core.dunning import Item
from l2c_app.core.money import from_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing.chase_facts import Known
from l2c_app.services.chasing.receivables import INVOICE
from l2c_app.services.ledger.ledger_amounts import money_unit


def make(known: Known, items: Sequence[Item], dunning_type: str) -> str | None:
	"""Make and submit a Dunning over the overdue invoices in the currency of the case. None when the host refuses.

	A refusal is logged and keeps no message back: fee and interest can be charged later.
	"""
	frappe.db.savepoint("l2c_dunning")
	try:
		document = _document(known, items, dunning_type)
		if not document.overdue_payments:
			return None
		document.flags.ignore_permissions = True
		document.insert()
		document.submit()
		return document.name
	except frappe.ValidationError:
		frappe.db.rollback(save_point="l2c_dunning")
		frappe.local.message_log = []
		frappe.log_error(
			title="Native Dunning not made", reference_doctype="Customer", reference_name=known.key[0]
		)
		return None


def take_back(name: str) -> None:
	"""Cancel the Dunning of a message that nobody will get, so that no fee or interest is asked for it.

	A refusal of the host is logged and stops neither the payment that takes the message back nor that step itself.
	"""
	frappe.db.savepoint("l2c_dunning")
	try:
		document = frappe.get_doc("Dunning", name)
		if document.docstatus.is_submitted():
			document.flags.ignore_permissions = True
			document.cancel()
	except (frappe.ValidationError, frappe.DoesNotExistError):
		frappe.db.rollback(save_point="l2c_dunning")
		frappe.local.message_log = []
		frappe.log_error(
			title="Native Dunning not cancelled", reference_doctype="Dunning", reference_name=name
		)


def _document(known: Known, items: Sequence[Item], dunning_type: str) -> Any:
	customer, company, currency = known.key
	kind = frappe.get_cached_doc("Dunning Type", dunning_type)
	schedule = _schedule([item.invoice for item in items], currency)
	document = frappe.new_doc("Dunning")
	document.update(
		{
			"customer": customer,
			"company": company,
			"currency": currency,
			"conversion_rate": _rate([item.invoice for item in items]),
			"posting_date": nowdate(),
			"dunning_type": dunning_type,
			"dunning_fee": kind.dunning_fee,
			"rate_of_interest": kind.rate_of_interest,
			"income_account": kind.income_account,
			"cost_center": kind.cost_center,
		}
	)
	for item in items:
		row = schedule.get((item.invoice, item.due))
		if row:
			outstanding = flt(from_minor(item.chasable, money_unit()))
			values = {"sales_invoice": item.invoice, "payment_schedule": row.name, "due_date": item.due}
			more = {"payment_term": row.payment_term, "payment_amount": row.payment_amount}
			document.append("overdue_payments", {**values, **more, "outstanding": outstanding})
	return document


def _schedule(invoices: list[str], currency: str) -> dict[tuple[str, Any], Any]:
	"""Return the schedule row per invoice and due date, of invoices written in this currency."""
	names = frappe.get_all(
		INVOICE, filters={"name": ("in", invoices), "currency": currency}, pluck="name", order_by="name"
	)
	rows = frappe.get_all(
		"Payment Schedule",
		filters={"parent": ("in", names or NO_NAMES), "parenttype": INVOICE},
		fields=["name", "parent", "due_date", "payment_term", "payment_amount"],
		order_by="parent, idx",
	)
	return {(row.parent, row.due_date): row for row in rows}


def _rate(invoices: list[str]) -> float:
	return flt(frappe.db.get_value(INVOICE, {"name": ("in", invoices)}, "conversion_rate")) or 1.0
