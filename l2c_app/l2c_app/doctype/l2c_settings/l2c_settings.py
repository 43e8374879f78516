from frappe.model.document import Document


class L2CSettings(Document):
	pass
