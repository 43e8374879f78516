from frappe.model.document import Document


class PoolRunChunk(Document):
	"""What a run is to do next, kept together until it is done; its rows are written then, once. Nobody reads it."""
