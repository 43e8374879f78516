from frappe.model.document import Document


class ReceiptSettings(Document):
	pass
