from frappe.model.document import Document


class LeadVault(Document):
	"""The real phones, mail addresses and streets of one lead whose pool masks for ever. Nobody has a right to read it."""
