from frappe.model.document import Document


class WriteOffLimit(Document):
	pass
