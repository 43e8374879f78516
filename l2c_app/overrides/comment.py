"""Native Comment: the host signs the note that somebody unsubscribed with his address; on a sealed lead with its mask."""

from frappe.model.document import Document

from l2c_app.services.pool import vault, visibility


def before_insert(doc: Document, method: str | None = None) -> None:
	"""Put the mask in place of a sealed lead's own address, before the timeline shows it."""
	if doc.reference_doctype == "Lead" and doc.comment_email and visibility.enabled_pools("Lead"):
		doc.comment_email = vault.shown_for(doc.reference_name, doc.comment_email)
