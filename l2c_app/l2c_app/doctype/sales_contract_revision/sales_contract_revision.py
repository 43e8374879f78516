from frappe.model.document import Document


class SalesContractRevision(Document):
	pass
