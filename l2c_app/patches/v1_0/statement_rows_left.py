"""Statement rows whose bank line an undo leaves as it is had the word of kept promises, which Chinese says another way."""

import frappe

from l2c_app.services.receipt.statement_rows import KEPT, ROW

OLD = "Kept"


def execute() -> None:
	"""Give them the word of their own. Safe to repeat."""
	frappe.db.set_value(ROW, {"status": OLD}, "status", KEPT, update_modified=False)
