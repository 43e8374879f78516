"""Follow ups over HTTP: typed, POST for whatever writes. Rules and permission checks are in the service."""

from typing import Any

import frappe
from frappe.utils import get_datetime

from l2c_app.services.follow_up import follow_up_reads, follow_ups


@frappe.whitelist(methods=["POST"])
def log(
	reference_doctype: str,
	reference_name: str,
	*,
	outcome: str,
	note: str,
	follow_up_type: str | None = None,
	intent: str | None = None,
	next_action: str | None = None,
	next_action_on: str | None = None,
	closes: bool = False,
	close_reason: str | None = None,
	follow_up: str = "",
	evidence_doctype: str = "",
	evidence_name: str = "",
) -> dict[str, Any]:
	"""Record a done follow up, or complete the planned one named `follow_up`, and plan the next step."""
	result = {
		"follow_up_type": follow_up_type,
		"outcome": outcome,
		"note": note,
		"intent": intent,
		"next_action": next_action,
		"next_action_on": next_action_on,
		"closes": int(closes),
		"close_reason": close_reason,
	}
	evidence = (evidence_doctype, evidence_name) if evidence_name else None
	done = follow_ups.log(
		reference_doctype, reference_name, result=result, follow_up=follow_up, evidence=evidence
	)
	return _answer(done)


@frappe.whitelist(methods=["POST"])
def plan(
	reference_doctype: str,
	reference_name: str,
	*,
	follow_up_type: str,
	planned_for: str,
	assigned_to: str = "",
	note: str = "",
) -> dict[str, Any]:
	"""Plan a follow up."""
	planned = follow_ups.plan(
		reference_doctype,
		reference_name,
		follow_up_type=follow_up_type,
		planned_for=get_datetime(planned_for),
		assigned_to=assigned_to,
		note=note,
	)
	return _answer(planned)


@frappe.whitelist(methods=["POST"])
def complete(
	name: str,
	*,
	outcome: str,
	note: str,
	intent: str | None = None,
	next_action: str | None = None,
	next_action_on: str | None = None,
	closes: bool = False,
	close_reason: str | None = None,
) -> dict[str, Any]:
	"""Complete a planned follow up and plan the next step."""
	result = {
		"outcome": outcome,
		"note": note,
		"intent": intent,
		"next_action": next_action,
		"next_action_on": next_action_on,
		"closes": int(closes),
		"close_reason": close_reason,
	}
	return _answer(follow_ups.complete(name, result=result))


@frappe.whitelist(methods=["POST"])
def cancel(name: str, reason: str = "") -> dict[str, Any]:
	"""Call a planned follow up off."""
	return _answer(follow_ups.cancel(name, reason=reason))


@frappe.whitelist(methods=["POST"])
def close(name: str, *, outcome: str, note: str, reason: str) -> dict[str, Any]:
	"""Complete a planned follow up with no further action."""
	return _answer(follow_ups.close(name, outcome=outcome, note=note, reason=reason))


@frappe.whitelist()
def context(reference_doctype: str, reference_name: str) -> dict[str, Any]:
	"""Return what the follow up dialog shows: the party's name, what is planned on the document, what was done last."""
	return follow_up_reads.context(reference_doctype, reference_name)


@frappe.whitelist()
def events(
	start: str,
	end: str,
	*,
	doctype: str | None = None,
	filters: list | str | None = None,
	field_map: dict | str | None = None,
	fields: list | str | None = None,
) -> list[dict[str, Any]]:
	"""Return the follow ups of the calendar's span that the user may read. The other arguments are the host's own."""
	return follow_up_reads.events(start, end, frappe.parse_json(filters) if filters else None)


def _answer(follow_up: Any) -> dict[str, Any]:
	fields = ("name", "status", "done_on", "planned_for", "next_follow_up", "lead", "customer", "effort")
	return {field: follow_up.get(field) for field in fields}
