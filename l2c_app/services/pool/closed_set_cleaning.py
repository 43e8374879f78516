"""What natives leave behind for a former holder: assignments, their ToDos, and shares, which would beat our denial."""

from collections.abc import Iterable, Sequence

import frappe

from l2c_app.services.follow_up import follow_up_handover

Former = tuple[str, str, str]  # party type, party, former holder


def forget_former_holders(changed: Sequence[Former]) -> None:
	"""Cancel the open native ToDos of the former holders, drop them from `_assign`, remove their and everybody's shares.

	Reads first: mostly there is nothing, then this costs three or four indexed queries for the whole batch.
	"""
	for party_type in {row[0] for row in changed}:
		holders = {party: holder for kind, party, holder in changed if kind == party_type}
		_cancel_todos(party_type, holders)
		if party_type == "Lead":
			_remove_shares(holders)
			follow_up_handover.hand_over(holders)


def remove_shares_of_everyone(leads: Sequence[str]) -> None:
	"""Remove every share on leads that enter a pool and on what carries their contact data."""
	for doctype, names in closed_set(leads).items():
		_delete_shares(doctype, names, None)


def closed_set(leads: Sequence[str]) -> dict[str, dict[str, str]]:
	"""Return {DocType: {document: lead}} of leads and all documents that carry their contact data."""
	leads = list(leads)
	found = {"Lead": {lead: lead for lead in leads}}
	for doctype in ("Contact", "Address"):
		filters = {"parenttype": doctype, "link_doctype": "Lead", "link_name": ("in", leads)}
		rows = frappe.get_all(
			"Dynamic Link", filters=filters, fields=["parent", "link_name"], order_by="parent"
		)
		found[doctype] = {row.parent: row.link_name for row in rows}
	for doctype, kind, party in (
		("Opportunity", "opportunity_from", "party_name"),
		("Quotation", "quotation_to", "party_name"),
	):
		filters = {kind: "Lead", party: ("in", leads)}
		rows = frappe.get_all(doctype, filters=filters, fields=["name", party], order_by="name")
		found[doctype] = {row.name: row[party] for row in rows}
	return found


def _cancel_todos(party_type: str, holders: dict[str, str]) -> None:
	todos = frappe.get_all(
		"ToDo",
		filters={
			"reference_type": party_type,
			"reference_name": ("in", list(holders)),
			"allocated_to": ("in", sorted(set(holders.values()))),
			"status": "Open",
		},
		fields=["name", "reference_name", "allocated_to"],
		order_by="name",
	)
	theirs = [todo for todo in todos if holders[todo.reference_name] == todo.allocated_to]
	for todo in theirs:
		frappe.db.set_value("ToDo", todo.name, "status", "Cancelled")
	for party in {todo.reference_name for todo in theirs}:
		_drop_from_assign(party_type, party, holders[party])


def _drop_from_assign(party_type: str, party: str, user: str) -> None:
	text = frappe.db.get_value(party_type, party, "_assign")
	left = [name for name in frappe.parse_json(text or "[]") if name != user]
	frappe.db.set_value(
		party_type,
		party,
		"_assign",
		frappe.as_json(left, indent=None) if left else None,
		update_modified=False,
	)


def _remove_shares(holders: dict[str, str]) -> None:
	if not frappe.get_all("DocShare", filters=_shares_of(holders.values()), limit=1, order_by="name"):
		if not frappe.get_all("DocShare", filters={"everyone": 1}, limit=1, order_by="name"):
			return
	for doctype, documents in closed_set(list(holders)).items():
		_delete_shares(doctype, documents, holders)


def _shares_of(users: Iterable[str]) -> dict:
	kinds = ["Lead", "Contact", "Address", "Opportunity", "Quotation"]
	return {"user": ("in", sorted(set(users))), "share_doctype": ("in", kinds)}


def _delete_shares(doctype: str, documents: dict[str, str], holders: dict[str, str] | None) -> None:
	if not documents:
		return
	shares = frappe.get_all(
		"DocShare",
		filters={"share_doctype": doctype, "share_name": ("in", list(documents))},
		fields=["name", "user", "everyone", "share_name"],
		order_by="name",
	)
	gone = [
		share.name
		for share in shares
		if holders is None or share.everyone or share.user == holders[documents[share.share_name]]
	]
	if gone:  # straight from the table: the mover of a seat need not have the right to share
		frappe.db.delete("DocShare", {"name": ("in", gone)})
