"""Which leads belong into the vault: seals those that came under a pool which masks for ever, restores the others.

Everything that changes which pools close a lead ends here. Restoring works on many leads by one read per DocType.
"""

from collections.abc import Iterable, Iterator

import frappe

from l2c_app.core import vault as rules
from l2c_app.core.masking import is_masked
from l2c_app.core.vault import Kept
from l2c_app.services.pool import pool_fields, vault, visibility
from l2c_app.services.pool.closed_set_cleaning import closed_set
from l2c_app.services.pool.name_lists import chunks

PIECE = 200
Owners = dict[str, list[str]]  # document: the leads whose values it may carry


def follow(leads: Iterable[str]) -> None:
	"""Bring leads in line with the pools that close them now: sealed where one masks for ever, else with real values."""
	for names in chunks(sorted(set(leads)), size=PIECE):
		closing = visibility.live_seats("Lead", names)
		wanted = {name for name in names if vault.masks_for_ever(seat.pool for seat in closing.get(name, []))}
		sealed = _sealed(names)
		more = {name for name in wanted if pool_fields.further({seat.pool for seat in closing[name]})}
		for name in sorted((wanted - sealed) | more):  # another pool may seal further fields
			if frappe.db.exists("Lead", name):
				vault.seal_stored(name)
		_restore_piece(sorted(sealed - wanted))


def restore(leads: Iterable[str]) -> None:
	"""Put the real values back wherever a mask of these leads stands, and drop their vaults."""
	for names in chunks(sorted(set(leads)), size=PIECE):
		_restore_piece(names)


def restore_all() -> Iterator[int]:
	"""Restore every sealed lead, a piece per step, and yield how many each step restored. The caller commits between."""
	while leads := frappe.get_all("Lead Vault", pluck="lead", order_by="lead", limit=PIECE):
		_restore_piece(leads)
		yield len(leads)


def _sealed(leads: list[str]) -> set[str]:
	filters = {"lead": ("in", leads)}
	return set(frappe.get_all("Lead Vault", filters=filters, pluck="lead", order_by="lead"))


def _restore_piece(leads: list[str]) -> None:
	kept = vault.kept_of_many(leads)
	if not kept:
		return
	for doctype, owners in _documents(kept).items():
		changed = _restore_table(doctype, "", owners, kept)
		for table in vault.TABLES.get(doctype, {}):
			changed |= _restore_table(doctype, table, owners, kept)
		_refresh(doctype, sorted(changed))
	frappe.db.delete("Lead Vault", {"lead": ("in", list(kept))})


def _documents(kept: dict[str, list[Kept]]) -> dict[str, Owners]:
	"""Return {DocType: {document: leads}} of what carries masks of the leads: their closed set, what they became, and what
	was sealed with them, though its link to them is gone."""
	leads = list(kept)
	found: dict[str, Owners] = closed_set(leads)
	filters = {"lead_name": ("in", leads)}
	rows = frappe.get_all("Customer", filters=filters, fields=["name", "lead_name"], order_by="name")
	found["Customer"] = {row.name: [row.lead_name] for row in rows}
	links = frappe.get_all(
		"Dynamic Link",
		filters={
			"parenttype": ("in", ("Contact", "Address")),
			"link_doctype": "Customer",
			"link_name": ("in", list(found["Customer"])),
		},
		fields=["parent", "parenttype", "link_name"],
		order_by="parent, link_name",
	)
	for link in links:
		found[link.parenttype].setdefault(link.parent, []).extend(found["Customer"][link.link_name])
	for lead, entries in kept.items():
		for doctype, name in {(entry.doctype, entry.name) for entry in entries}:
			found[doctype].setdefault(name, []).append(lead)
	return found


def _restore_table(doctype: str, table: str, owners: Owners, kept: dict[str, list[Kept]]) -> set[str]:
	"""Write the real values into documents, or into the rows of one of their tables; returns the documents changed."""
	stored = vault.TABLES[doctype][table] if table else doctype
	entries = [entry for some in kept.values() for entry in some]
	fields = [f for f in vault.fields_of(stored, entries) if frappe.get_meta(stored).has_field(f)]
	if not owners or not fields:
		return set()
	key, prefix = ("parent", f"{table}.") if table else ("name", "")
	filters = {key: ("in", list(owners)), **({"parenttype": doctype} if table else {})}
	read = list(dict.fromkeys(("name", key, *fields)))
	updates, changed = {}, set()
	for row in frappe.get_all(stored, filters=filters, fields=read, order_by="name"):
		theirs = [entry for lead in owners[row[key]] for entry in kept.get(lead, [])]
		values = {}
		for field in fields:
			if is_masked(row[field]):
				real = rules.real_of(theirs, doctype, row[key], field=f"{prefix}{field}", text=row[field])
				values |= {field: real} if real else {}
		if values:
			updates[row.name] = values
			changed.add(row[key])
	frappe.db.bulk_update(stored, updates, update_modified=False)
	return changed


def _refresh(doctype: str, names: list[str]) -> None:
	"""Drop cached copies, and bring the search in line where it shows one of the fields."""
	from frappe.utils.global_search import update_global_search  # only where the host has a search

	searched = {field.fieldname for field in frappe.get_meta(doctype).get_global_search_fields()}
	for name in names:
		frappe.clear_document_cache(doctype, name)
		if searched & set(vault.FIELDS[doctype]):
			update_global_search(frappe.get_doc(doctype, name))
