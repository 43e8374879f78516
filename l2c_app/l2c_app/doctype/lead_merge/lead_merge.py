from frappe.model.document import Document


class LeadMerge(Document):
	"""One merge of two leads: wanted, waiting for consent, done or undone, with all that undoing needs."""
