from frappe.model.document import Document


class LeadPoolLog(Document):
	pass
