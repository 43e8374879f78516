"""Payment Entry: marks the contracts it touches, and keeps its Collection in step."""

from frappe.model.document import Document

from l2c_app.services.contract import contract_locks, contract_natives
from l2c_app.services.ledger import contract_customers, recompute
from l2c_app.services.receipt import bank_accept, collection_vouchers


def before_submit(doc: Document, method: str | None = None) -> None:
	"""Lock its invoices and orders, then their contracts, before the host changes them."""
	if _is_ours(doc):
		contract_locks.lock_for(_vouchers(doc))


def before_cancel(doc: Document, method: str | None = None) -> None:
	"""Lock its invoices and orders, then their contracts, before the host changes them."""
	if _is_ours(doc):
		contract_locks.lock_for(_vouchers(doc))


def on_submit(doc: Document, method: str | None = None) -> None:
	"""Note the payment; an amended one takes its predecessor's place on the Collection."""
	if not _is_ours(doc):
		return
	if doc.get("l2c_collection") or doc.get("amended_from"):
		contract_natives.quietly(lambda: collection_vouchers.voucher_submitted(doc), [])
	_mark(doc)


def on_cancel(doc: Document, method: str | None = None) -> None:
	"""Note the payment; its Collection is reported again, with the reason, and its bank line is open again."""
	if doc.get("clearance_date"):
		contract_natives.quietly(lambda: bank_accept.payment_gone(doc), [])
	if not _is_ours(doc):
		return
	contract_natives.quietly(lambda: collection_vouchers.voucher_gone(doc), [])
	_mark(doc)


def on_trash(doc: Document, method: str | None = None) -> None:
	"""A deleted draft payment leaves its Collection."""
	if doc.get("l2c_collection"):
		contract_natives.quietly(lambda: collection_vouchers.voucher_gone(doc, deleted=True), [])


def _is_ours(doc: Document) -> bool:
	if doc.get("l2c_collection"):
		return True
	return doc.party_type == "Customer" and contract_customers.concerns(doc.party)


def _mark(doc: Document) -> None:
	recompute.mark_vouchers(_vouchers(doc))


def _vouchers(doc: Document) -> list[tuple[str, str]]:
	references = [(row.reference_doctype, row.reference_name) for row in doc.get("references") or ()]
	predecessor = [(doc.doctype, doc.amended_from)] if doc.get("amended_from") else []
	return [(doc.doctype, doc.name), *predecessor, *references]
