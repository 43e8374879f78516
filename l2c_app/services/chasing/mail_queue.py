"""Messages that the host has not handed over yet are taken back when the money comes first."""

import frappe
from frappe.utils import now_datetime


def withdraw(case: str) -> int:
	"""Take messages of a case out of the host's queue, and say so on their notices. Returns how many."""
	filters = {"reference_doctype": "Collection Case", "reference_name": case, "status": "Not Sent"}
	queued = frappe.get_all("Email Queue", filters=filters, fields=["name", "communication"], order_by="name")
	for mail in queued:
		frappe.delete_doc("Email Queue", mail.name, ignore_permissions=True, force=True)
		if mail.communication:
			said = {"communication": mail.communication}
			frappe.db.set_value("Dunning Notice", said, "withdrawn_on", now_datetime())
	return len(queued)
