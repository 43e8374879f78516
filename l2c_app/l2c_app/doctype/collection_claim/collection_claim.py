from frappe.model.document import Document


class CollectionClaim(Document):
	pass
