"""Unreconcile Payment: writes no ledger row when it takes money off an order, so it is a door of its own."""

from frappe.model.document import Document

from l2c_app.services.contract import contract_locks
from l2c_app.services.ledger import contract_customers, recompute


def before_submit(doc: Document, method: str | None = None) -> None:
	"""Lock what it takes money off, then the contracts, before the host changes them."""
	vouchers = _vouchers(doc)
	if vouchers:
		contract_locks.lock_for(vouchers)


def on_submit(doc: Document, method: str | None = None) -> None:
	"""Note the voucher and what it is taken from."""
	recompute.mark_vouchers(_vouchers(doc))


def _vouchers(doc: Document) -> list[tuple[str, str]]:
	"""Return the voucher and what it is taken from; none where no customer of a contract is concerned."""
	rows = doc.get("allocations") or ()
	if not any(row.party_type == "Customer" and contract_customers.concerns(row.party) for row in rows):
		return []
	return [
		(doc.voucher_type, doc.voucher_no),
		*((row.reference_doctype, row.reference_name) for row in rows),
	]
