from frappe.model.document import Document


class SalesContractPlanRow(Document):
	pass
