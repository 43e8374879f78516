from frappe.model.document import Document


class LeadPoolSeat(Document):
	pass
