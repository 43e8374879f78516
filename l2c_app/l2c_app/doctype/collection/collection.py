from frappe.model.document import Document


class Collection(Document):
	pass
