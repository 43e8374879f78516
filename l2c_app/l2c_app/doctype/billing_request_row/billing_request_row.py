from frappe.model.document import Document


class BillingRequestRow(Document):
	pass
