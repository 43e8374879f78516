from frappe.model.document import Document


class SalesCadenceStep(Document):
	"""One step of a cadence."""
