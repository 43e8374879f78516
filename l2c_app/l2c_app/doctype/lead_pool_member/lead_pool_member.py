from frappe.model.document import Document


class LeadPoolMember(Document):
	pass
