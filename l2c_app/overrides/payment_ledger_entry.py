"""Ledger rows: every receipt, write-off, reconciliation and repost passes here, half-way; so only marks."""

from frappe.model.document import Document

from l2c_app.services.chasing import chase_marks
from l2c_app.services.ledger import contract_customers, recompute


def on_submit(doc: Document, method: str | None = None) -> None:
	"""Note both vouchers of a receivable row of a contract's customer."""
	if doc.party_type != "Customer":
		return
	chase_marks.mark(doc.party)
	if contract_customers.concerns(doc.party):
		_mark(doc)


def on_advance_submit(doc: Document, method: str | None = None) -> None:
	"""Note both vouchers of a row of the advance ledger that names a contract's order."""
	if contract_customers.concerns_order(doc.against_voucher_no):
		_mark(doc)


def _mark(doc: Document) -> None:
	recompute.mark_vouchers(
		[(doc.voucher_type, doc.voucher_no), (doc.against_voucher_type, doc.against_voucher_no)]
	)
