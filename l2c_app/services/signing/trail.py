"""The trail of a signing: one row per thing that happened, with the time and address of whoever did it."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from l2c_app.core.names import NO_NAMES
from l2c_app.services.signing import guard

EVENT = "Contract Signing Event"
MOST_AGENT = 300
BY_SCHEDULE = "By Schedule"


def write(request: Any, event: str, *, actor: str = "", detail: str = "") -> None:
	"""Append a row. `actor`: who did it, where that is not the logged-in user; BY_SCHEDULE where a job did, for nobody."""
	row = frappe.new_doc(EVENT)
	row.update(
		{
			"request": request.name,
			"contract": request.contract,
			"event": event,
			"at": now_datetime(),
			"actor": (actor or frappe.session.user)[:140],
			"document_hash": request.document_hash,
			"detail": detail,
			**from_where(),
		}
	)
	guard.by_service(row).insert()


def of_round(requests: list[Any]) -> list[Any]:
	"""Return the rows of these requests in the order in which they happened."""
	return frappe.get_all(
		EVENT,
		filters={"request": ("in", [request.name for request in requests] or NO_NAMES)},
		fields=["request", "event", "at", "actor", "ip_address", "user_agent", "detail"],
		order_by="at, creation, name",
	)


def who(row: Any, language: str) -> str:
	"""Return who did what a row tells, as people read it."""
	return _("By Schedule", language) if row.actor == BY_SCHEDULE else row.actor


def from_where() -> dict[str, str]:
	"""Return address and browser of the request under way; empty outside of one."""
	if not getattr(frappe.local, "request", None):
		return {"ip_address": "", "user_agent": ""}
	agent = frappe.local.request.headers.get("User-Agent") or ""
	return {
		"ip_address": (getattr(frappe.local, "request_ip", "") or "")[:140],
		"user_agent": agent[:MOST_AGENT],
	}
