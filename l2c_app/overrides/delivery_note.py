"""Delivery Note: deliveries make plan rows due. Notes to customers without a contract are left at once."""

from frappe.model.document import Document

from l2c_app.services.contract import contract_natives
from l2c_app.services.ledger import contract_customers


def on_submit(doc: Document, method: str | None = None) -> None:
	"""Read the delivery dates again."""
	if contract_customers.concerns(doc.customer):
		contract_natives.delivered(doc)


def on_cancel(doc: Document, method: str | None = None) -> None:
	"""Read the delivery dates again."""
	if contract_customers.concerns(doc.customer):
		contract_natives.delivered(doc)
