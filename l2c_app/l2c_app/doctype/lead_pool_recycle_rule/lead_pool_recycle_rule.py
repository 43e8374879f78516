from frappe.model.document import Document


class LeadPoolRecycleRule(Document):
	pass
