from frappe.model.document import Document


class LeadPoolMembership(Document):
	pass
