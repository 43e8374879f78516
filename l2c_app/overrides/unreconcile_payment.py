"""Unreconcile Payment: writes no ledger row when it takes money off an order, so it is a door of its own."""

from frappe.model.document import Document

from l2c_app.services.ledger import contract_customers, recompute


def on_submit(doc: Document, method: str | None = None) -> None:
	"""Note the voucher and what it is taken from."""
	rows = doc.get("allocations") or ()
	if any(row.party_type == "Customer" and contract_customers.concerns(row.party) for row in rows):
		references = [(row.reference_doctype, row.reference_name) for row in rows]
		recompute.mark_vouchers([(doc.voucher_type, doc.voucher_no), *references])
