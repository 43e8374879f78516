from frappe.model.document import Document


class PlanBilling(Document):
	pass
