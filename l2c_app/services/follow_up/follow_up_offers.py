"""After a mail was sent or a call ended, its author is offered a follow up with everything known filled in.

An offer is a message to the browser and a line in the dialog; nothing is stored, so one that is ignored leaves no
trace. A follow up that is logged from it names the mail or call, which counts as effort by itself: never twice.
"""

from typing import Any

import frappe
from frappe.utils import add_days, now_datetime

from l2c_app.core.effort import Kind
from l2c_app.services.follow_up.effort import Act

EVENT = "l2c_follow_up_offer"
OFFERED = {Kind.MAIL.value: "Email", Kind.CALL.value: "Call", Kind.MEETING.value: "Meeting"}
OFFERED_DAYS = 2


def offer(act: Act, parties: list[tuple[str, str]]) -> None:
	"""Tell the actor's browser, after the commit, that a follow up can be logged from this act."""
	if not frappe.get_cached_doc("L2C Settings").offer_follow_up:
		return
	doctype, name = parties[0]
	message = {
		"reference_doctype": doctype,
		"reference_name": name,
		"follow_up_type": OFFERED[act.kind.value],
		"evidence_doctype": act.doctype,
		"evidence_name": act.name,
	}
	frappe.publish_realtime(EVENT, message, user=act.user, after_commit=True)


def open_offers(party_type: str, party: str, *, user: str) -> list[dict[str, Any]]:
	"""Return the user's acts on a party of the last two days that no follow up was logged from, the latest first."""
	if party_type not in ("Lead", "Customer") or not frappe.get_cached_doc("L2C Settings").offer_follow_up:
		return []
	rows = frappe.get_all(
		"Follow Up Effort",
		filters={
			"party_type": party_type,
			"party": party,
			"user": user,
			"kind": ("in", list(OFFERED)),
			"recorded_at": (">=", add_days(now_datetime(), -OFFERED_DAYS)),
		},
		fields=["kind", "source_doctype", "source_name", "recorded_at"],
		order_by="recorded_at desc, name",
	)
	logged = _logged([row.source_name for row in rows])
	return [
		{
			"follow_up_type": OFFERED[row.kind],
			"evidence_doctype": row.source_doctype,
			"evidence_name": row.source_name,
			"at": row.recorded_at,
		}
		for row in rows
		if (row.source_doctype, row.source_name) not in logged
	]


def is_open(evidence: tuple[str, str], *, party_type: str, party: str, user: str) -> bool:
	"""Return True when the user may log a follow up from this act: it is his, on this party, and not logged yet."""
	offers = open_offers(party_type, party, user=user)
	return evidence in {(row["evidence_doctype"], row["evidence_name"]) for row in offers}


def _logged(names: list[str]) -> set[tuple[str, str]]:
	if not names:
		return set()
	filters = {"evidence_name": ("in", names)}
	fields = ["evidence_doctype", "evidence_name"]
	rows = frappe.get_all("Follow Up", filters=filters, fields=fields, order_by="name")
	return {(row.evidence_doctype, row.evidence_name) for row in rows}
