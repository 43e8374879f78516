"""A mail that a person writes to a lead which must not be contacted does not go out. An answer to what it wrote itself does."""

from frappe.model.document import Document

from l2c_app.services.follow_up import do_not_contact, follow_up_party

ABOUT = ("Lead", "Opportunity", "Quotation")


def is_written(mail: Document) -> bool:
	"""Return True for a mail that somebody writes from the form of a lead or its deal, unasked. No query."""
	kind = (mail.communication_type, mail.communication_medium, mail.sent_or_received)
	return (
		kind == ("Communication", "Email", "Sent")
		and mail.reference_doctype in ABOUT
		and not mail.in_reply_to
	)


def check(mail: Document) -> None:
	"""Raise ContactRefused when the lead of a written mail must not be contacted, not before a day, or wants no mail."""
	lead = mail.reference_name
	if mail.reference_doctype != "Lead":
		lead = follow_up_party.resolve(mail.reference_doctype, mail.reference_name).lead
	if lead:
		do_not_contact.refuse_contact(lead, None, kind="Email")
