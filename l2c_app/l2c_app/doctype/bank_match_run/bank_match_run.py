from frappe.model.document import Document


class BankMatchRun(Document):
	pass
