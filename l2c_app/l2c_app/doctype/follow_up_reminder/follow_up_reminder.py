from frappe.model.document import Document


class FollowUpReminder(Document):
	"""That a user was told about a document by a channel, once per due moment; its name is the hash of these."""
