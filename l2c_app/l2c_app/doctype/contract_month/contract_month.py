from frappe.model.document import Document


class ContractMonth(Document):
	pass
