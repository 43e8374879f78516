from frappe.model.document import Document


class BankMatchPart(Document):
	pass
