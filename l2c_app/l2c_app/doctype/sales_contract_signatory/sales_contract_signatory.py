from frappe.model.document import Document


class SalesContractSignatory(Document):
	pass
