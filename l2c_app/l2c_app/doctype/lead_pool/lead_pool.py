from frappe.model.document import Document


class LeadPool(Document):
	pass
