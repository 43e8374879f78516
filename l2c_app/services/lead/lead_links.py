"""Everything on the site that points at a lead: found row by row, pointed at another lead, and pointed back."""

from collections.abc import Iterator, Sequence

import frappe
from frappe.model import dynamic_links, rename_doc

from l2c_app.services.pool.seats import chunks

# Their own services move these when a lead is renamed or merged: two of them may not meet in one place.
OWN = frozenset({"Lead Pool Seat", "Lead Pool Log", "Lead Score", "Lead Merge", "L2C Party Key"})
# Where a lead stands on every site: the host's own list of dynamic links is cached and may be older than the rows.
USUAL = (
	("Dynamic Link", "link_name", "link_doctype"),
	("Communication", "reference_name", "reference_doctype"),
	("Communication Link", "link_name", "link_doctype"),
	("Comment", "reference_name", "reference_doctype"),
	("ToDo", "reference_name", "reference_type"),
	("Event Participants", "reference_docname", "reference_doctype"),
	("Opportunity", "party_name", "opportunity_from"),
	("Quotation", "party_name", "quotation_to"),
	("Follow Up", "reference_name", "reference_doctype"),
)
# Text fields that hold the name of a lead, with the field that holds the kind of document.
TEXT_FIELDS = (
	("Follow Up", "lead", None),
	("File", "attached_to_name", "attached_to_doctype"),
	("Version", "docname", "ref_doctype"),
)
Links = list[list]
"""Rows of [DocType, field, names of the documents]."""


def find(lead: str) -> Links:
	"""Return all rows that point at this lead, by Link, Dynamic Link or as text; Singles are left out: they
	are settings, and the host's rename takes them along."""
	found = [
		[doctype, field, names]
		for doctype, field, kind in _fields()
		if (names := _rows(doctype, field, kind, lead))
	]
	return sorted(found)


def point(links: Links, *, old: str, new: str) -> None:
	"""Let rows that point at `old` point at `new`: those of them that still do. One statement per field and thousand."""
	for doctype, field, names in links:
		table = frappe.qb.DocType(doctype)
		for some in chunks(names):
			query = frappe.qb.update(table).set(table[field], new)
			query.where(table.name.isin(some) & (table[field] == old)).run()


def _fields() -> Iterator[tuple[str, str, str | None]]:
	"""Yield (DocType, field, field that holds the kind of document, None for a plain link), each once."""
	known = {
		(row["parent"], row["fieldname"], None)
		for row in rename_doc.get_link_fields("Lead")
		if not row["issingle"]
	}
	for row in dynamic_links.get_dynamic_link_map().get("Lead", []):
		if not frappe.get_meta(row.parent).issingle:
			known.add((row.parent, row.fieldname, row.options))
	known.update(USUAL, TEXT_FIELDS)
	yield from sorted((each for each in known if each[0] not in OWN), key=lambda each: each[:2])


def _rows(doctype: str, field: str, kind: str | None, lead: str) -> Sequence[str]:
	filters = {field: lead}
	if kind:
		filters[kind] = "Lead"
	return frappe.get_all(doctype, filters=filters, pluck="name", order_by="name")


def refresh_assignments(lead: str) -> None:
	"""Write who is assigned to a lead anew from its open ToDos, as the host keeps it."""
	users = frappe.get_all(
		"ToDo",
		filters={"reference_type": "Lead", "reference_name": lead, "status": "Open"},
		pluck="allocated_to",
		order_by="creation desc",
	)
	text = frappe.as_json(list(dict.fromkeys(users)), indent=None) if users else ""
	frappe.db.set_value("Lead", lead, "_assign", text, update_modified=False)
