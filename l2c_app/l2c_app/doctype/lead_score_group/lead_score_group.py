from frappe.model.document import Document


class LeadScoreGroup(Document):
	"""Rules that share one ceiling and fade together."""
