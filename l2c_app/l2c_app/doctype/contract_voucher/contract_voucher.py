from frappe.model.document import Document


class ContractVoucher(Document):
	pass
