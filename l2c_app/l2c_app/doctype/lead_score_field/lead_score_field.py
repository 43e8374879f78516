from frappe.model.document import Document


class LeadScoreField(Document):
	"""A field that a complete lead has, and its weight."""
