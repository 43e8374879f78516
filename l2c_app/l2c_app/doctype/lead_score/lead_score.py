from frappe.model.document import Document


class LeadScore(Document):
	"""What a lead scored last, why, and since when its tier holds. Written by the scoring service only."""
