from frappe.model.document import Document


class SalesContractTemplateClause(Document):
	pass
