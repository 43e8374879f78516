"""What natives leave behind for a former holder: assignments, their ToDos, and shares, which would beat our denial."""

from collections.abc import Sequence
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import escape_html, get_fullname, now_datetime

from l2c_app.core.seats import State
from l2c_app.services.batch.stamps import STAMPS, stamps
from l2c_app.services.follow_up import follow_up_handover
from l2c_app.services.pool.name_lists import among, chunks, each, forget_cached

COMMENT_FIELDS = ("comment_type", "comment_email", "reference_doctype", "reference_name", "content")
Former = tuple[str, str, str]  # party type, party, former holder
Holders = dict[str, set[str]]  # party: its former holders


def forget_former_holders(changed: Sequence[Former]) -> None:
	"""Cancel the open native ToDos of the former holders, drop them from `_assign`, remove their and everybody's shares.

	A party may have lost several holders at once; who holds another seat of it is none. Reads first: mostly there is
	nothing, then this costs four or five indexed queries for the whole batch.
	"""
	for party_type in {row[0] for row in changed}:
		holders: Holders = {}
		for party, holder in _without_holders(
			party_type, {row[1:] for row in changed if row[0] == party_type}
		):
			holders.setdefault(party, set()).add(holder)
		if not holders:
			continue
		_cancel_todos(party_type, holders)
		if party_type == "Lead":
			_remove_shares(holders)
			follow_up_handover.hand_over(holders)


def _without_holders(party_type: str, former: set[tuple[str, str]]) -> list[tuple[str, str]]:
	"""Return those of the pairs (party, user) where the user holds no seat of the party any more."""
	still: set[tuple[str, str]] = set()
	seat = frappe.qb.DocType("Lead Pool Seat")
	for parties in chunks(sorted({party for party, _user in former})):
		query = frappe.qb.from_(seat).select(seat.party, seat.holder)
		query = query.where((seat.party_type == party_type) & (seat.state == State.HELD.value))
		still |= set(query.where(among(seat.party, parties)).run())
	return sorted(former - still)


def remove_shares_of_everyone(leads: Sequence[str]) -> None:
	"""Remove every share on leads that enter a pool and on what carries their contact data."""
	for doctype, names in closed_set(leads).items():
		_delete_shares(doctype, names, None)


def closed_set(leads: Sequence[str]) -> dict[str, dict[str, list[str]]]:
	"""Return {DocType: {document: its leads}} of leads and all documents that carry their contact data."""
	leads = list(leads)
	found: dict[str, dict[str, list[str]]] = {"Lead": {lead: [lead] for lead in leads}}
	for doctype in ("Contact", "Address"):
		filters = {"parenttype": doctype, "link_doctype": "Lead", "link_name": ("in", leads)}
		rows = frappe.get_all(
			"Dynamic Link", filters=filters, fields=["parent", "link_name"], order_by="parent, link_name"
		)
		found[doctype] = {}
		for row in rows:
			found[doctype].setdefault(row.parent, []).append(row.link_name)
	for doctype, kind, party in (
		("Opportunity", "opportunity_from", "party_name"),
		("Quotation", "quotation_to", "party_name"),
	):
		filters = {kind: "Lead", party: ("in", leads)}
		rows = frappe.get_all(doctype, filters=filters, fields=["name", party], order_by="name")
		found[doctype] = {row.name: [row[party]] for row in rows}
	return found


def _cancel_todos(party_type: str, holders: Holders) -> None:
	"""Cancel the ToDos of former holders as the host's own controller does: status, a comment on the party, `_assign`.

	By sets: what else saving a ToDo does is to check the rights of who saves, and the mover of a seat need not have them.
	"""
	todos = frappe.get_all(
		"ToDo",
		filters={
			"reference_type": party_type,
			"reference_name": ("in", list(holders)),
			"allocated_to": ("in", _users(holders)),
			"status": "Open",
		},
		fields=["name", "reference_name", "allocated_to"],
		order_by="name",
	)
	theirs = [todo for todo in todos if todo.allocated_to in holders[todo.reference_name]]
	if not theirs:
		return
	at, user, table = now_datetime(), frappe.session.user, frappe.qb.DocType("ToDo")
	for some in chunks(theirs):
		query = frappe.qb.update(table).set(table.status, "Cancelled").set(table.modified, at)
		query.set(table.modified_by, user).where(among(table.name, [todo.name for todo in some])).run()
		_comment(party_type, some, at=at)
	_assign(party_type, sorted({todo.reference_name for todo in theirs}))


def _comment(party_type: str, todos: Sequence[frappe._dict], *, at: datetime) -> None:
	user, table = frappe.session.user, frappe.qb.DocType("Comment")
	query = frappe.qb.into(table).columns(*STAMPS, *COMMENT_FIELDS)
	mover, names = get_fullname(user), {name: get_fullname(name) for name in {t.allocated_to for t in todos}}
	for todo in todos:
		text = escape_html(_("Assignment of {0} removed by {1}").format(names[todo.allocated_to], mover))
		stamped = stamps(frappe.generate_hash(length=10), user, at)
		query = query.insert(*stamped, "Assignment Completed", user, party_type, todo.reference_name, text)
	query.run()


def _assign(party_type: str, parties: Sequence[str]) -> None:
	"""Write `_assign` from the ToDos that are open, as the host does; one statement per thousand."""
	table = frappe.qb.DocType(party_type)
	for names in chunks(parties):
		filters = {
			"reference_type": party_type,
			"reference_name": ("in", names),
			"allocated_to": ("is", "set"),
		}
		rows = frappe.get_all(
			"ToDo",
			filters={**filters, "status": ("not in", ("Cancelled", "Closed"))},
			fields=["reference_name", "allocated_to"],
			order_by="creation, name",
		)
		users: dict[str, list[str]] = {name: [] for name in names}
		for row in rows:
			users[row.reference_name].append(row.allocated_to)
		texts = {name: frappe.as_json(left, indent=None) if left else None for name, left in users.items()}
		query = frappe.qb.update(table).set(table._assign, each(table.name, texts))
		query.where(among(table.name, names) & (table.name != "")).run()
		forget_cached(party_type, names)


def _users(holders: Holders) -> list[str]:
	return sorted(set().union(*holders.values()))


def _remove_shares(holders: Holders) -> None:
	if not frappe.get_all("DocShare", filters=_shares_of(_users(holders)), limit=1, order_by="name"):
		if not frappe.get_all("DocShare", filters={"everyone": 1}, limit=1, order_by="name"):
			return
	for doctype, documents in closed_set(list(holders)).items():
		_delete_shares(doctype, documents, holders)


def _shares_of(users: list[str]) -> dict:
	kinds = ["Lead", "Contact", "Address", "Opportunity", "Quotation"]
	return {"user": ("in", users), "share_doctype": ("in", kinds)}


def _delete_shares(doctype: str, documents: dict[str, list[str]], holders: Holders | None) -> None:
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
		if holders is None
		or share.everyone
		or any(share.user in holders[lead] for lead in documents[share.share_name])
	]
	if gone:  # straight from the table: the mover of a seat need not have the right to share
		frappe.db.delete("DocShare", {"name": ("in", gone)})
