"""Which leads stand behind a document: what carries a closed lead's data is as closed as the lead."""

import frappe

from l2c_app.services.pool import visibility

# whatever carries a closed lead's data, also under search
CLOSED_SET = frozenset(
	{
		"Lead",
		"Contact",
		"Address",
		"Opportunity",
		"Quotation",
		"Prospect",
		"Event",
		"Communication",
		"ToDo",
		"Appointment",
		"Call Log",
		"Follow Up",
	}
)
PARTY_FIELDS = {
	"Opportunity": ("opportunity_from", "party_name"),
	"Quotation": ("quotation_to", "party_name"),
	"Appointment": ("appointment_with", "party"),
}
LINKED = frozenset({"Contact", "Address", "Call Log"})
REFERENCES = {
	"Communication": ("reference_doctype", "reference_name"),
	"ToDo": ("reference_type", "reference_name"),
}


def is_closed(doctype: str | None, name: str | None, *, user: str, right: str = "read") -> bool:
	"""Return True when the user may not have this right on a document because of the leads behind it.

	One open lead opens a contact, address or call; a prospect shows the phones of all its leads and needs all of them open.
	"""
	leads = leads_behind(doctype, name)
	if not leads:
		return False
	opened = [visibility.may_access("Lead", lead, user=user, right=right) for lead in leads]
	return not (all(opened) if doctype == "Prospect" else any(opened))


def leads_behind(doctype: str | None, name: str | None) -> list[str]:
	"""Return the leads whose data a document carries; none: the document is the host's business.

	A contact, address or call that also belongs to a customer is open as customers are.
	"""
	if doctype == "Lead":
		return [name] if name else []
	if doctype == "Prospect" and name:
		return frappe.get_all("Prospect Lead", filters={"parent": name}, pluck="lead", order_by="idx")
	if doctype in PARTY_FIELDS and name:
		kind, party = frappe.db.get_value(doctype, name, list(PARTY_FIELDS[doctype])) or (None, None)
		return [party] if kind == "Lead" and party else []
	return linked_leads(doctype, name) if doctype in LINKED and name else []


def linked_leads(doctype: str, name: str) -> list[str]:
	"""Return the leads that a Contact, Address or Call Log is linked to, none when also to a customer."""
	links = frappe.get_all(
		"Dynamic Link",
		filters={"parenttype": doctype, "parent": name},
		fields=["link_doctype", "link_name"],
		order_by="idx",
	)
	if any(link.link_doctype == "Customer" for link in links):
		return []
	return [link.link_name for link in links if link.link_doctype == "Lead"]


def participants(event: str) -> list[frappe._dict]:
	"""Return the stored participants of an event."""
	fields = ["reference_doctype", "reference_docname"]
	return frappe.get_all("Event Participants", filters={"parent": event}, fields=fields, order_by="idx")
