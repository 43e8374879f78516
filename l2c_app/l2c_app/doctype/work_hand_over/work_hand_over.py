from frappe.model.document import Document


class WorkHandOver(Document):
	"""One recorded hand-over of a leaver's work. Written only by its service."""
