"""Overrides of native whitelisted functions: pass-through while no pool is enabled, else closed documents are dropped.

Each calls on what would have run without us, with the arguments as they came: signatures differ between hosts.
"""

from typing import Any

import frappe

from l2c_app.services.pool import back_doors, closed_reports, visibility

HERE = "l2c_app.api.back_doors."


def _call_on(original: str, name: str, arguments: dict[str, Any]) -> Any:
	arguments.pop("cmd", None)
	return frappe.call(back_doors.next_in_chain(original, HERE + name), **arguments)


@frappe.whitelist()
def get_lead_details(lead: str | None = None, **arguments: Any) -> Any:
	"""Native lead details, refused for closed leads."""
	visibility.require_lead(lead)
	native = "erpnext.crm.doctype.lead.lead.get_lead_details"
	return _call_on(native, "get_lead_details", {"lead": lead, **arguments})


@frappe.whitelist()
def search_link(doctype: str, txt: str, **arguments: Any) -> Any:
	"""Native link search without closed documents, whatever permissions the caller asks to ignore."""
	native = "frappe.desk.search.search_link"
	found = _call_on(native, "search_link", {"doctype": doctype, "txt": txt, **arguments})
	return back_doors.only_readable(doctype, found)


@frappe.whitelist()
def search_widget(doctype: str, txt: str, **arguments: Any) -> Any:
	"""Native search dialog without closed documents."""
	native = "frappe.desk.search.search_widget"
	found = _call_on(native, "search_widget", {"doctype": doctype, "txt": txt, **arguments})
	return back_doors.only_readable(doctype, found)


@frappe.whitelist()
def global_search(text: str, start: int = 0, limit: int = 20, doctype: str = "") -> Any:
	"""Native global search without closed documents."""
	native = "frappe.utils.global_search.search"
	arguments = {"text": text, "start": start, "limit": limit, "doctype": doctype}
	return back_doors.only_readable_hits(_call_on(native, "global_search", arguments))


@frappe.whitelist()
def run_report(report_name: str, **arguments: Any) -> Any:
	"""Native report, refused when it would show all leads to somebody who may not see them."""
	closed_reports.require_open_report(report_name)
	native = "frappe.desk.query_report.run"
	return _call_on(native, "run_report", {"report_name": report_name, **arguments})


@frappe.whitelist()
def export_report() -> Any:
	"""Native report export, refused likewise; it reads its arguments from the request."""
	closed_reports.require_open_report(frappe.form_dict.get("report_name"))
	return _call_on("frappe.desk.query_report.export_query", "export_report", {})


@frappe.whitelist(methods=["POST"])
def prepare_report(report_name: str, filters: str | dict | None = None) -> Any:
	"""Native background report, refused likewise."""
	closed_reports.require_open_report(report_name)
	native = "frappe.core.doctype.prepared_report.prepared_report.make_prepared_report"
	return _call_on(native, "prepare_report", {"report_name": report_name, "filters": filters})


@frappe.whitelist()
def get_contact_number(contact_name: str, ref_doctype: str, ref_name: str) -> Any:
	"""Native phone of a contact, refused for contacts of closed leads."""
	back_doors.require_open("Contact", contact_name)
	native = "frappe.core.doctype.sms_settings.sms_settings.get_contact_number"
	arguments = {"contact_name": contact_name, "ref_doctype": ref_doctype, "ref_name": ref_name}
	return _call_on(native, "get_contact_number", arguments)


@frappe.whitelist()
def get_contact_display(contact: str) -> Any:
	"""Native card of a contact, refused likewise."""
	back_doors.require_open("Contact", contact)
	native = "erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_display"
	return _call_on(native, "get_contact_display", {"contact": contact})


@frappe.whitelist()
def get_last_interaction(contact: str | None = None, lead: str | None = None) -> Any:
	"""Native last mail of a contact or lead, refused when either is closed."""
	back_doors.require_open("Contact", contact)
	back_doors.require_open("Lead", lead)
	native = "erpnext.crm.doctype.utils.get_last_interaction"
	return _call_on(native, "get_last_interaction", {"contact": contact, "lead": lead})


@frappe.whitelist()
def get_open_activities(ref_doctype: str, ref_docname: str) -> Any:
	"""Native tasks and events of a document, refused when it is closed."""
	back_doors.require_open(ref_doctype, ref_docname)
	arguments = {"ref_doctype": ref_doctype, "ref_docname": ref_docname}
	return _call_on("erpnext.crm.utils.get_open_activities", "get_open_activities", arguments)


@frappe.whitelist()
def get_events(start: str, end: str, **arguments: Any) -> Any:
	"""Native calendar of events without closed ones."""
	native = "frappe.desk.doctype.event.event.get_events"
	found = _call_on(native, "get_events", {"start": start, "end": end, **arguments})
	return back_doors.only_readable("Event", found)
