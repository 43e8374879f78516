"""Native Communication: what a buyer masked for ever answers by mail is stored with his mask."""

from frappe.model.document import Document

from l2c_app.services.pool import sealed_answers, visibility


def before_insert(doc: Document, method: str | None = None) -> None:
	"""Mask a received mail about a sealed lead before the host makes contacts and links of its addresses."""
	if sealed_answers.is_received(doc) and visibility.enabled_pools("Lead"):
		sealed_answers.hide(doc)
