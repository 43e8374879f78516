"""Bank Transaction: its matches follow it."""

from frappe.model.document import Document

from l2c_app.services.contract import contract_natives
from l2c_app.services.receipt import bank_accept


def on_cancel(doc: Document, method: str | None = None) -> None:
	"""A cancelled line leaves its matches."""
	contract_natives.quietly(lambda: bank_accept.line_gone(doc), [])
