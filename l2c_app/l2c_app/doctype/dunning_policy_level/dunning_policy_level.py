from frappe.model.document import Document


class DunningPolicyLevel(Document):
	pass
