from frappe.model.document import Document


class LeadPoolHealth(Document):
	"""A view without data: how jobs and runs of the pools are, and whether everything agrees."""
