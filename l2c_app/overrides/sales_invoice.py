"""Sales Invoice: links invoices to the plan of their contract. Others are left after a look into the cache."""

from frappe.model.document import Document

from l2c_app.services.billing import contract_advances
from l2c_app.services.contract import contract_locks, contract_natives
from l2c_app.services.ledger import contract_customers, recompute
from l2c_app.services.pool import recycle_dates


def validate(doc: Document, method: str | None = None) -> None:
	"""Name the contract on an invoice that bills its order, and take the name off one that does not any more."""
	if _bills_contract(doc):
		doc.l2c_contract = contract_natives.contract_of_lines(doc)


def before_submit(doc: Document, method: str | None = None) -> None:
	"""Lock its orders, then their contracts, before the host changes them; bring its advances up to date."""
	if _bills_contract(doc):
		contract_locks.lock_for(_vouchers(doc), held=(doc.doctype, doc.name))
	if doc.get("l2c_contract"):
		contract_advances.renew(doc)


def before_cancel(doc: Document, method: str | None = None) -> None:
	"""Lock its orders, then their contracts, before the host changes them."""
	if _bills_contract(doc):
		contract_locks.lock_for(_vouchers(doc), held=(doc.doctype, doc.name))


def on_submit(doc: Document, method: str | None = None) -> None:
	"""Bill the plan: the rows it was made for, else the oldest unbilled ones. Its customer has bought."""
	recycle_dates.customer_changed(doc.customer)
	if _bills_contract(doc):
		contract_natives.invoice_submitted(doc)


def on_cancel(doc: Document, method: str | None = None) -> None:
	"""The rows of a cancelled invoice may be billed again."""
	recycle_dates.customer_changed(doc.customer)
	if _bills_contract(doc):
		contract_natives.invoice_gone(doc)


def on_trash(doc: Document, method: str | None = None) -> None:
	"""The rows of a deleted draft may be billed again."""
	if _bills_contract(doc):
		contract_natives.invoice_gone(doc)


def on_change(doc: Document, method: str | None = None) -> None:
	"""Whatever changed the invoice may have changed what is open on it."""
	if doc.get("l2c_contract"):
		recompute.mark([doc.l2c_contract], because=(doc.doctype, doc.name))
	elif contract_customers.concerns(doc.get("customer")):
		recompute.mark_vouchers([(doc.doctype, doc.name)])


def _vouchers(doc: Document) -> list[tuple[str, str]]:
	original = [(doc.doctype, doc.return_against)] if doc.get("return_against") else []
	ordered = {line.sales_order for line in doc.items if line.sales_order}
	return [(doc.doctype, doc.name), *original, *(("Sales Order", name) for name in sorted(ordered))]


def _bills_contract(doc: Document) -> bool:
	return bool(doc.get("l2c_contract")) or contract_customers.concerns(doc.get("customer"))
