"""Native Lead, Opportunity and Customer, and all that follow ups are about: follow ups follow them."""

from frappe.model.document import Document

from l2c_app.services.follow_up import first_response, follow_up_party, intent


def lead_onload(doc: Document, method: str | None = None) -> None:
	"""Give the form the current intent, and of a pooled lead the running response clocks. No query for a lead without any."""
	if doc.get("l2c_last_follow_up_on"):
		doc.set_onload("l2c_intent", intent.current("Lead", [doc.name]).get(doc.name))
	if doc.get("l2c_pooled"):
		doc.set_onload("l2c_answer_by", first_response.clocks_of("Lead", doc.name))


def keep_dates(doc: Document, method: str | None = None) -> None:
	"""Keep the follow up dates of a lead or opportunity from being overwritten by an older form. No query."""
	follow_up_party.keep_dates(doc)


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Lead or Customer has another name."""
	follow_up_party.renamed(doc.doctype, old, new)


def on_trash(doc: Document, method: str | None = None) -> None:
	"""A lead, customer, deal, contract or voucher is deleted: nothing is left to do about it."""
	follow_up_party.call_off(doc.doctype, doc.name)


def customer_after_insert(doc: Document, method: str | None = None) -> None:
	"""A Customer was made from a lead."""
	if doc.get("lead_name"):
		follow_up_party.back_fill_customer(doc.lead_name, doc.name)
