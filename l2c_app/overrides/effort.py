"""Native documents that prove work on a party: mails, calls, meetings, offers. No query while no pool is enabled."""

from frappe.model.document import Document

from l2c_app.services.follow_up import acts, effort


def communication(doc: Document, method: str | None = None) -> None:
	"""A communication was saved, or its delivery status was written by the mail queue. The host says so at deletion too."""
	if effort.concerned() and doc.sent_or_received == "Sent" and not doc.flags.in_delete:
		acts.guarded(acts.mail, doc)


def call_log(doc: Document, method: str | None = None) -> None:
	"""A call was logged or its state changed."""
	if effort.concerned() and not doc.flags.in_delete:
		acts.guarded(acts.call, doc)


def event(doc: Document, method: str | None = None) -> None:
	"""A meeting was saved."""
	if effort.concerned() and doc.get("event_participants"):
		acts.guarded(acts.meeting, doc)


def quotation(doc: Document, method: str | None = None) -> None:
	"""An offer was submitted."""
	if effort.concerned():
		acts.guarded(acts.offer, doc)


def opportunity(doc: Document, method: str | None = None) -> None:
	"""An opportunity was saved."""
	if effort.concerned():
		acts.guarded(acts.opportunity, doc)


def taken_back(doc: Document, method: str | None = None) -> None:
	"""A document that may be evidence was cancelled or deleted."""
	if effort.concerned():
		acts.guarded(acts.taken_back, doc)
