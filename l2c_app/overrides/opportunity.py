"""Opportunity: one that renews a contract tells it when it is lost."""

from frappe.model.document import Document

from l2c_app.services.contract import renewal_chain


def on_update(doc: Document, method: str | None = None) -> None:
	"""A renewal that is lost, or open again, is noted on its contract; other deals cost no query."""
	before = doc.get_doc_before_save()
	if renewal_chain.LOST in (doc.status, before and before.status):
		renewal_chain.note_lost(doc)
