"""Taking a merge back: the other lead as it was, its links, its seats, and the values of the kept lead."""

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from l2c_app.core import merge as rules
from l2c_app.services.errors import MergeRefused, refuse
from l2c_app.services.lead import lead_links, party_keys
from l2c_app.services.pool import admission, seat_log, seat_removal, vault, visibility


def restore(record: Document) -> None:
	"""Bring the merged lead back under its name. Raises MergeRefused when the name is taken or the kept lead is gone."""
	if frappe.db.exists("Lead", record.merged) or not frappe.db.exists("Lead", record.kept):
		refuse(
			MergeRefused,
			frappe._("{0} is there again, or {1} is gone.").format(record.merged, record.kept),
			do=frappe._("Make a new lead."),
		)
	lead = frappe.get_doc(frappe.parse_json(record.snapshot))
	_insert_as_it_was(lead)
	lead_links.point(frappe.parse_json(record.links), old=record.kept, new=record.merged)
	vault.put_back(record.merged, frappe.parse_json(record.vault or "[]"))
	_seats_back(record)
	_values_back(record)
	for name in (record.kept, record.merged):
		party_keys.store("Lead", name, party_keys.keys_of(frappe.get_doc("Lead", name), "Lead"))
		lead_links.refresh_assignments(name)
		frappe.clear_document_cache("Lead", name)
	lead.add_comment("Edit", frappe._("unmerged from {0}").format(record.kept))


def _insert_as_it_was(lead: Document) -> None:
	"""Write the rows themselves: the host's insert would make a second contact and take today's date."""
	lead.db_insert()
	for child in lead.get_all_children():
		child.db_insert()


def _values_back(record: Document) -> None:
	kept = frappe.get_doc("Lead", record.kept)
	written, before = frappe.parse_json(record.written), frappe.parse_json(record.before)
	values = rules.given_back(frappe.parse_json(kept.as_json()), before, written)
	if values:
		kept.update(values)
		kept.save(ignore_permissions=True)


def _seats_back(record: Document) -> None:
	"""Give each seat of the merged lead back: those that moved go home, those that were dropped are made again."""
	seats = [seat for seat in frappe.parse_json(record.seats) if seat["party"] == record.merged]
	there = set(
		frappe.get_all(
			"Lead Pool Seat",
			filters={"name": ("in", [s["name"] for s in seats])},
			pluck="name",
			order_by="name",
		)
	)
	for seat in seats:
		if seat["name"] in there:
			frappe.db.set_value(
				"Lead Pool Seat", seat["name"], {"party": record.merged, "is_primary": seat["is_primary"]}
			)
		else:
			_make_again(seat, record)
	_log(seats, record)
	seat_removal.one_primary("Lead", record.kept)
	visibility.seats_changed()


def _make_again(seat: dict, record: Document) -> None:
	title = admission.shown_name(seat["pool"], record.merged_title)
	row = frappe.get_doc(
		{"doctype": "Lead Pool Seat", **seat, "party_name": title, "version": seat["version"] + 1}
	)
	row.db_insert()


def _log(seats: list[dict], record: Document) -> None:
	entries = [
		{
			"seat": seat["name"],
			"pool": seat["pool"],
			"party_type": "Lead",
			"party": record.merged,
			"event": "unmerge",
			"to_state": seat["state"],
			"to_holder": seat["holder"],
			"rule": f"unmerged from {record.kept}",
		}
		for seat in seats
	]
	if entries:
		seat_log.write(entries, at=now_datetime(), actor=frappe.session.user)
