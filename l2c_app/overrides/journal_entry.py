"""Journal Entry: marks the contracts it touches."""

from frappe.model.document import Document

from l2c_app.services.contract import contract_locks, contract_natives
from l2c_app.services.ledger import contract_customers, recompute
from l2c_app.services.receipt import collection_vouchers


def before_submit(doc: Document, method: str | None = None) -> None:
	"""Lock its invoices and orders, then their contracts, before the host changes them."""
	if _is_ours(doc):
		contract_locks.lock_for(_vouchers(doc))


def before_cancel(doc: Document, method: str | None = None) -> None:
	"""Lock its invoices and orders, then their contracts, before the host changes them."""
	if _is_ours(doc):
		contract_locks.lock_for(_vouchers(doc))


def on_submit(doc: Document, method: str | None = None) -> None:
	"""Note the journal and what its lines refer to."""
	_mark(doc)


def on_cancel(doc: Document, method: str | None = None) -> None:
	"""Note the journal; a Collection linked to it is reported again, with the reason."""
	if _is_ours(doc):
		contract_natives.quietly(lambda: collection_vouchers.voucher_gone(doc), [])
	_mark(doc)


def _is_ours(doc: Document) -> bool:
	lines = doc.get("accounts") or ()
	return any(row.party_type == "Customer" and contract_customers.concerns(row.party) for row in lines)


def _mark(doc: Document) -> None:
	if _is_ours(doc):
		recompute.mark_vouchers(_vouchers(doc))


def _vouchers(doc: Document) -> list[tuple[str, str]]:
	references = [
		(row.reference_type, row.reference_name) for row in doc.get("accounts") or () if row.reference_name
	]
	return [(doc.doctype, doc.name), *references]
