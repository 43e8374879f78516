from frappe.model.document import Document


class LeadScoreRule(Document):
	"""Points for what a lead is, or for what it did."""
