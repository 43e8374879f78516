"""Two leads that are one: compared, merged with a choice per field, undone within days, never against protected holders.

Links are pointed at the kept lead, the other is deleted. What undoing needs is kept: the other lead as it was, which rows
pointed at it, both leads' seats, and what was written on the kept lead.
"""

from dataclasses import asdict

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname, now_datetime

from l2c_app.core import merge as rules
from l2c_app.services.errors import MergeRefused, refuse
from l2c_app.services.lead import lead_links, lead_unmerge, merge_consent
from l2c_app.services.pool import vault, visibility
from l2c_app.services.pool.seats import lock_seats

MERGE = "merge"  # no entry point: what both leads said is nothing new
WAITING, DONE, UNDONE, REFUSED = "Waiting", "Done", "Undone", "Refused"
LONGEST_CHAIN = 20
NOT_CHOSEN = frozenset(
	{"naming_series", "lead_owner", "status", "title", "customer", "amended_from", "image"}
)
NO_CHOICE_TYPES = frozenset(
	{
		"Section Break",
		"Column Break",
		"Tab Break",
		"HTML",
		"Button",
		"Table",
		"Table MultiSelect",
		"Read Only",
	}
)


def compare(kept: str, merged: str) -> dict:
	"""Return both leads side by side: {"fields": [{field, label, kept, merged, differs}], "consent_of": [users]}.

	Raises PermissionError where the user may not write both, MergeRefused for a lead with itself.
	"""
	mine, theirs = _both(kept, merged)
	rows = []
	for field in _choosable():
		pair = mine.get(field.fieldname), theirs.get(field.fieldname)
		if not all(rules.is_blank(value) for value in pair):
			row = {"field": field.fieldname, "label": _(field.label), "kept": pair[0], "merged": pair[1]}
			rows.append({**row, "differs": pair[0] != pair[1]})
	return {"fields": rows, "consent_of": merge_consent.missing(kept, merged)}


def merge(kept: str, merged: str, *, take: list[str], reason: str = "") -> dict:
	"""Merge `merged` into `kept`, or ask everybody else who protects one of them. Returns {name, state, consent_of}.

	`take`: fields whose value comes from the merged lead; blank fields are filled anyway. Raises PermissionError and
	MergeRefused.
	"""
	mine, theirs = _both(kept, merged)
	wrong = set(take) - {field.fieldname for field in _choosable()}
	if wrong:
		refuse(MergeRefused, _("These fields cannot be chosen: {0}").format(", ".join(sorted(wrong))))
	holders = merge_consent.missing(kept, merged, lock=True)
	record = frappe.get_doc(
		{
			"doctype": "Lead Merge",
			"kept": kept,
			"merged": merged,
			"merged_title": theirs.get("title") or theirs.get("lead_name"),
			"state": WAITING,
			"reason": reason,
			"requested_by": frappe.session.user,
			"take": frappe.as_json(sorted(set(take))),
		}
	).insert(ignore_permissions=True)
	if holders:
		merge_consent.ask(record, holders)
	else:
		_do(record, mine, theirs)
	return {"name": record.name, "state": record.state, "consent_of": holders}


def decide(name: str, *, agree: bool) -> dict:
	"""A protecting holder, or a manager of his pool, agrees to a waiting merge or refuses it for all.

	The merge is done when everybody agreed who protects one of the leads by then. Returns {name, state, consent_of}: whose
	consent is still missing. Raises PermissionError, and MergeRefused when the merge could not be asked for any more.
	"""
	record = frappe.get_doc("Lead Merge", name, for_update=True)
	_require_state(record, WAITING)
	merge_consent.require_voice(record)
	record.decided_by = frappe.session.user
	if not agree:
		record.db_set({"state": REFUSED, "decided_by": record.decided_by})
		return {"name": record.name, "state": record.state, "consent_of": []}
	mine, theirs = _both(record.kept, record.merged, user=record.requested_by)
	holders = merge_consent.agree(record)
	if not holders:
		_do(record, mine, theirs)
	return {"name": record.name, "state": record.state, "consent_of": holders}


def undo(name: str) -> str:
	"""Undo a merge within its days and return the name of the lead that is back.

	Who asked for it, who agreed to it, and managers of the pool may. Raises PermissionError, MergeRefused.
	"""
	record = frappe.get_doc("Lead Merge", name, for_update=True)
	concerned = (record.requested_by, record.decided_by, *merge_consent.agreed(record))
	if frappe.session.user not in concerned and not _manages(record.kept):
		frappe.throw(_("Not permitted"), frappe.PermissionError)
	_require_state(record, DONE)
	if now_datetime() > record.undo_until:
		refuse(
			MergeRefused,
			_("The merge cannot be undone any more."),
			compared=_("It could be until {0}.").format(frappe.utils.format_datetime(record.undo_until)),
			do=_("Make a new lead."),
		)
	lead_unmerge.restore(record)
	record.db_set("state", UNDONE)
	return record.merged


def survivor(lead: str) -> str | None:
	"""Return the lead that a merged one became, through further merges; None when it was not merged, or the user may not
	read what became of it."""
	name: str | None = lead
	for _merge in range(LONGEST_CHAIN):
		if not name or frappe.db.exists("Lead", name):
			break
		filters = {"merged": name, "state": DONE}
		name = frappe.db.get_value("Lead Merge", filters, "kept", order_by="merged_on desc")
	found = name if name and name != lead and frappe.db.exists("Lead", name) else None
	return found if found and frappe.has_permission("Lead", "read", doc=found) else None


def of_lead(lead: str) -> list[dict]:
	"""Return merges of this lead that wait or can still be undone, and what this user may do with each."""
	frappe.get_doc("Lead", lead).check_permission("read")
	rows = frappe.get_all(
		"Lead Merge",
		filters={"state": ("in", (WAITING, DONE))},
		or_filters={"kept": lead, "merged": lead},
		fields=[
			"name",
			"state",
			"merged",
			"merged_title",
			"kept",
			"requested_by",
			"undo_until",
		],
		order_by="creation desc",
	)
	user, now = frappe.session.user, now_datetime()
	result = []
	for row in rows:
		if row.state == WAITING:
			result.append({**row, "may_decide": merge_consent.has_voice(row)})
		elif row.kept == lead and row.undo_until >= now:
			result.append({**row, "may_undo": user == row.requested_by or _manages(lead)})
	return result


def _both(kept: str, merged: str, *, user: str | None = None) -> tuple[Document, Document]:
	"""Return both leads, which `user` (the session's, or who asked for the merge) may write and nobody converted."""
	if kept == merged:
		refuse(MergeRefused, _("A lead cannot be merged with itself."))
	return _mergeable(kept, user=user), _mergeable(merged, user=user)


def _mergeable(name: str, *, user: str | None) -> Document:
	if user and not frappe.db.exists("Lead", name):
		refuse(MergeRefused, _("{0} is gone.").format(name), do=_("Refuse this merge."))
	lead = frappe.get_doc("Lead", name)
	if not user:
		lead.check_permission("write")
	elif not frappe.has_permission("Lead", "write", doc=lead, user=user):
		text = _("{0} may not change {1} any more.").format(get_fullname(user), name)
		refuse(MergeRefused, text, do=_("Refuse this merge."))
	if lead.status == "Converted":
		text = _("{0} was converted to a customer.").format(lead.name)
		refuse(MergeRefused, text, do=_("Merge the customers instead."))
	return lead


def _require_state(record: Document, state: str) -> None:
	if record.state != state:
		refuse(MergeRefused, _("This merge is {0}.").format(_(record.state)), do=_("Reload the lead."))


def _manages(lead: str) -> bool:
	user = frappe.session.user
	pools = frappe.get_all(
		"Lead Pool Seat", filters={"party_type": "Lead", "party": lead}, pluck="pool", order_by="pool"
	)
	return visibility.sees_everything(user) or any(visibility.manages(pool, user) for pool in pools)


def _choosable() -> list:
	return [
		field
		for field in frappe.get_meta("Lead").fields
		if field.fieldtype not in NO_CHOICE_TYPES
		and field.fieldname not in NOT_CHOSEN
		and not field.read_only
		and not field.fieldname.startswith("l2c_")
	]


def _do(record: Document, mine: Document, theirs: Document) -> None:
	"""Keep what undoing needs, write the chosen values, then let the host merge."""
	seats = frappe.get_all(
		"Lead Pool Seat",
		filters={"party_type": "Lead", "party": ("in", (mine.name, theirs.name))},
		pluck="name",
		order_by="name",
	)
	fields = [field.fieldname for field in _choosable()]
	written = rules.taken_over(mine, theirs, fields=fields, take=frappe.parse_json(record.take))
	record.update(
		{
			"state": DONE,
			"merged_on": now_datetime(),
			"before": frappe.as_json({field: mine.get(field) for field in written}),
			"written": frappe.as_json(written),
			"snapshot": frappe.as_json(theirs.as_dict(convert_dates_to_str=True)),
			"seats": frappe.as_json(list(lock_seats(seats).values())),
			"links": frappe.as_json(lead_links.find(theirs.name)),
			"vault": frappe.as_json([asdict(entry) for entry in vault.kept_of(theirs.name)]),
		}
	)
	days = frappe.get_cached_value("L2C Settings", "L2C Settings", "merge_undo_days") or 0
	record.undo_until = rules.undo_until(record.merged_on, days)
	record.save(ignore_permissions=True)
	_unite(theirs, mine.name, frappe.parse_json(record.links))
	_write(mine.name, written)


def _unite(theirs: Document, kept: str, links: list) -> None:
	"""Do what the host's merge does, for people who may write but not delete leads: nothing is lost, and it can be undone."""
	theirs.run_method("before_rename", theirs.name, kept, True)
	lead_links.point(links, old=theirs.name, new=kept)
	frappe.get_doc("Lead", kept).run_method("after_rename", theirs.name, kept, True)
	frappe.delete_doc("Lead", theirs.name, ignore_permissions=True, delete_permanently=True)
	lead_links.refresh_assignments(kept)
	kept_lead = frappe.get_doc("Lead", kept)
	kept_lead.add_comment("Edit", _("merged {0} into {1}").format(theirs.name, kept))


def _write(lead: str, values: dict) -> None:
	if values:
		doc = frappe.get_doc("Lead", lead)
		doc.update(values)
		doc.flags.l2c_origin = MERGE
		doc.save(ignore_permissions=True)
