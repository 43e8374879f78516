import frappe
from frappe.model.document import Document


class PaymentReconciliation(Document):
	def __init__(self, *args: object, **kwargs: object) -> None:
		frappe.not_emulated("reconciliation")
