from frappe.model.document import Document


class PromisePlanRow(Document):
	pass
