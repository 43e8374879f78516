import frappe
from frappe.model.document import Document


class UnreconcilePayment(Document):
	def __init__(self, *args: object, **kwargs: object) -> None:
		frappe.not_emulated("unreconciliation")
