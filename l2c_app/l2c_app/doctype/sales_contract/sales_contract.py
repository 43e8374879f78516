from frappe.model.document import Document


class SalesContract(Document):
	pass
