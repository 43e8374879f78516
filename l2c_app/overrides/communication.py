"""Native Communication: no mail to who must not be contacted; an answer of who is masked for ever is stored with his mask."""

from frappe.model.document import Document

from l2c_app.services.follow_up import mail_refusal
from l2c_app.services.pool import sealed_answers, visibility


def before_insert(doc: Document, method: str | None = None) -> None:
	"""Refuse a mail that somebody writes to a lead which must not get it. Mask a received one about a sealed lead before the
	host makes contacts and links of its addresses. Without an enabled pool it ends at one cached look."""
	if not visibility.enabled_pools("Lead"):
		return
	if mail_refusal.is_written(doc):
		mail_refusal.check(doc)
	if sealed_answers.is_received(doc):
		sealed_answers.hide(doc)
