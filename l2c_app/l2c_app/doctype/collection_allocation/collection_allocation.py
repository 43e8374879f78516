from frappe.model.document import Document


class CollectionAllocation(Document):
	pass
