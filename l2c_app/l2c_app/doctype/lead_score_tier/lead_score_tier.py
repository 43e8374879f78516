from frappe.model.document import Document


class LeadScoreTier(Document):
	"""A tier and the numbers that reach it."""
