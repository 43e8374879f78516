from frappe.model.document import Document


class LeadPoolRule(Document):
	"""One line of a distribution by criteria: the first whose filters match a party names who may receive it."""
