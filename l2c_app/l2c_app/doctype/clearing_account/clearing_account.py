from frappe.model.document import Document


class ClearingAccount(Document):
	pass
