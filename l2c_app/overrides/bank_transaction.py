"""Bank Transaction: its matches follow it, and money in clearing is collected when it is reconciled."""

from frappe.model.document import Document

from l2c_app.services.contract import contract_natives
from l2c_app.services.ledger import clearing_doors
from l2c_app.services.receipt import bank_accept


def on_cancel(doc: Document, method: str | None = None) -> None:
	"""A cancelled line leaves its matches."""
	contract_natives.quietly(lambda: bank_accept.line_gone(doc), [])
	contract_natives.quietly(lambda: clearing_doors.line_changed(doc), [])


def on_submit(doc: Document, method: str | None = None) -> None:
	"""A line may be submitted with payments on it."""
	contract_natives.quietly(lambda: clearing_doors.line_changed(doc), [])


def on_update_after_submit(doc: Document, method: str | None = None) -> None:
	"""Payments came to the line or left it."""
	contract_natives.quietly(lambda: clearing_doors.line_changed(doc), [])
