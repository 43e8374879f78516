from frappe.model.document import Document


class LeadMergeConsent(Document):
	"""One person who is asked for a merge, or agreed to it in the place of somebody asked."""
