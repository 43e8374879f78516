"""Updates that would store a document as a new one: the host loads it without asking, and only asks who may create.

A request that updates a closed document and takes its name away, or calls it new, gets a copy that is the caller's own,
phone number and all. The closed set (while a pool is enabled) and our own documents are kept from it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import frappe
from frappe import _

from l2c_app.services.pool import visibility

CLOSED_SET = frozenset({"Lead", "Contact", "Address", "Opportunity", "Quotation", "Prospect"})
OURS = frozenset({"Sales Contract", "Collection", "Follow Up"})
RESOURCES = ("/api/resource/", "/api/v1/resource/", "/api/v2/document/")
VALUE, MANY = "frappe.client.set_value", "frappe.client.bulk_update"


def refuse_copies() -> None:
	"""Before each request: raise PermissionError for an update that would copy. Two comparisons for all other requests."""
	request = frappe.local.request
	if request.method not in ("PUT", "PATCH", "POST"):
		return
	for doctype, name, values in _updates(request):
		guarded = doctype in OURS or (doctype in CLOSED_SET and visibility.enabled_pools())
		if guarded and (values.get("__islocal") or values.get("name", name) != name):
			frappe.throw(_("Not permitted"), frappe.PermissionError)


def _updates(request: Any) -> Iterator[tuple[str, str, Mapping]]:
	"""Yield (DocType, name, new values) of every document that the request updates."""
	form, path = frappe.local.form_dict, request.path
	resource = next((start for start in RESOURCES if path.startswith(start)), None)
	if resource and request.method != "POST":
		doctype, _slash, name = path.removeprefix(resource).strip("/").partition("/")
		sent = [
			(doctype, name, _parsed(text))
			for text in (form, form.get("data"), request.get_data(as_text=True))
		]
	elif VALUE in (path.partition("/method/")[2].partition("/")[0], form.get("cmd")):
		values = _parsed(form.get("fieldname"))
		values = values if isinstance(values, Mapping) else {values: form.get("value")}
		sent = [(form.get("doctype"), form.get("name"), values)]
	elif MANY in (path.partition("/method/")[2].partition("/")[0], form.get("cmd")):
		documents = [values for values in _parsed(form.get("docs")) or () if isinstance(values, Mapping)]
		sent = [(values.get("doctype"), values.get("docname"), values) for values in documents]
	else:
		sent = []
	yield from (update for update in sent if isinstance(update[2], Mapping))


def _parsed(value: Any) -> Any:
	"""Return JSON text as what it says; text that is none as it is."""
	try:
		return frappe.parse_json(value)
	except ValueError:
		return value
