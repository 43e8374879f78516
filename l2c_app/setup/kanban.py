"""The board of follow ups by status: a record of the host about our own document, made once, free to be changed."""

import frappe

BOARD = "Follow Ups by Status"
COLUMNS = (("Planned", "Blue"), ("Done", "Green"), ("Cancelled", "Gray"))


def create() -> None:
	"""Make the board unless one of this name is there. Called at install and by patches."""
	if frappe.db.exists("Kanban Board", BOARD):
		return
	board = frappe.get_doc(
		{
			"doctype": "Kanban Board",
			"kanban_board_name": BOARD,
			"reference_doctype": "Follow Up",
			"field_name": "status",
			"show_labels": 1,
			"private": 0,
			"fields": frappe.as_json(["follow_up_type", "planned_for"], indent=None),
			"columns": [
				{"column_name": name, "indicator": colour, "status": "Active", "order": "[]"}
				for name, colour in COLUMNS
			],
		}
	)
	board.insert(ignore_permissions=True)
