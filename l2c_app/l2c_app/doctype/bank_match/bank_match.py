from frappe.model.document import Document


class BankMatch(Document):
	pass
