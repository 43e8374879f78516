import frappe
from frappe.model.document import Document


class Company(Document):
	def validate(self) -> None:
		if self.is_new():
			frappe.not_emulated("setting up another company")
