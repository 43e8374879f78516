"""Sales Order: keeps the contract of an order in step, and the dates of its customer's seats. Others cost no query."""

from frappe.model.document import Document

from l2c_app.services.chasing import credit_hold
from l2c_app.services.contract import contract_natives, order_state
from l2c_app.services.ledger import contract_customers, recompute
from l2c_app.services.pool import recycle_dates

STOPPED = ("Closed", "On Hold")


def validate(doc: Document, method: str | None = None) -> None:
	"""Only our services put an order under a contract: a form or request keeps what is stored."""
	if not doc.flags.get("l2c_by_service"):
		before = doc.get_doc_before_save()
		doc.l2c_contract = before.get("l2c_contract") if before else None


def before_submit(doc: Document, method: str | None = None) -> None:
	"""Overdue money may hold the order; no query while the hold is off."""
	credit_hold.check(doc)


def before_change(doc: Document, method: str | None = None) -> None:
	"""Overdue money may hold an order that is opened again, as it holds a new one; no query for any other change."""
	before = doc.get_doc_before_save()
	if doc.docstatus != 1 or not before or before.status not in STOPPED or doc.status in STOPPED:
		return
	if (
		not doc.flags.l2c_opened_again
	):  # ERPNext 15 writes "Draft" first and then the status, 16 the status alone
		doc.flags.l2c_opened_again = True
		credit_hold.check(doc)


def on_submit(doc: Document, method: str | None = None) -> None:
	"""Follow the order, also when it amends one of a contract. Its customer has bought."""
	recycle_dates.customer_changed(doc.customer)
	if doc.flags.get("l2c_by_service"):
		return
	if doc.get("l2c_contract") or (doc.get("amended_from") and contract_customers.concerns(doc.customer)):
		contract_natives.order_submitted(doc)


def on_cancel(doc: Document, method: str | None = None) -> None:
	"""Let go of the order."""
	recycle_dates.customer_changed(doc.customer)
	if doc.get("l2c_contract"):
		contract_natives.order_cancelled(doc)
		contract_customers.forget()


def on_change(doc: Document, method: str | None = None) -> None:
	"""Money on the order may have changed without any ledger event, and so may its state."""
	if doc.get("l2c_contract"):
		order_state.follow(doc)
		recompute.mark([doc.l2c_contract], because=(doc.doctype, doc.name))


def on_update_after_submit(doc: Document, method: str | None = None) -> None:
	"""Update Items may have changed the total."""
	recompute.mark([doc.get("l2c_contract")])
