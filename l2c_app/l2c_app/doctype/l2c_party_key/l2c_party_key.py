from frappe.model.document import Document


class L2CPartyKey(Document):
	pass
