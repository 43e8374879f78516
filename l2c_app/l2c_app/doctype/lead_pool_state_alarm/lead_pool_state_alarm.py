from frappe.model.document import Document


class LeadPoolStateAlarm(Document):
	pass
