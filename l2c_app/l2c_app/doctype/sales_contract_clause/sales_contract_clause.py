from frappe.model.document import Document


class SalesContractClause(Document):
	pass
