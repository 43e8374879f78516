"""RPC of the pools: claim, release, transfer, distribute, look for duplicates. Typed, POST where it writes.

Rights and limits are judged in the services; here a transaction that read an old picture, or lost a deadlock, begins
again.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import frappe

from l2c_app.services.errors import StaleRead
from l2c_app.services.lead import duplicates, lead_import
from l2c_app.services.pool import claims, distribution, seat_admission, seat_events, seat_view

ATTEMPTS = 5
Answer = TypeVar("Answer")


def _retrying(action: Callable[[], Answer]) -> Answer:
	"""Run an action that comes first in its transaction; on a stale picture or a deadlock roll back and run it again."""
	for _attempt in range(ATTEMPTS - 1):
		try:
			return action()
		except (StaleRead, frappe.QueryDeadlockError):
			frappe.db.rollback()
			frappe.clear_messages()
	return action()


def _names(value: str | list) -> list[str]:
	return [str(name) for name in frappe.parse_json(value) or []]


@frappe.whitelist(methods=["POST"])
def claim(seat: str) -> dict[str, Any]:
	"""Take one seat for the session user, or raise why not."""
	pools = claims.pools_of([seat])
	return _retrying(lambda: claims.claim_one(seat, pools))


@frappe.whitelist(methods=["POST"])
def claim_batch(seats: str | list) -> list[dict[str, Any]]:
	"""Take seats for the session user; one row per seat: ok, or rule, message, compared, allowed_on, override_by."""
	wanted = _names(seats)
	pools = claims.pools_of(wanted)
	return _retrying(lambda: claims.claim(wanted, pools))


@frappe.whitelist(methods=["POST"])
def release(seat: str, reason: str) -> None:
	"""Give a seat back to its pool."""
	seat_events.release(seat, reason)


@frappe.whitelist(methods=["POST"])
def transfer(seat: str, user: str, reason: str = "") -> None:
	"""Hand a seat to another member of the pool."""
	_retrying(lambda: seat_events.transfer(seat, user, reason=reason))


@frappe.whitelist(methods=["POST"])
def close(seat: str, reason: str) -> None:
	"""Close a seat."""
	seat_events.close(seat, reason)


@frappe.whitelist(methods=["POST"])
def reopen(seat: str, reason: str) -> None:
	"""Make a closed seat available again."""
	seat_events.reopen(seat, reason)


@frappe.whitelist(methods=["POST"])
def admit(pool: str, parties: str | list) -> list[str]:
	"""Seat existing parties in a pool by a manager's hand; returns the new seats."""
	return seat_admission.admit_existing(pool, _names(parties))


@frappe.whitelist()
def distribute_preview(
	pool: str, seats: str | list | None = None, count: int | None = None, method: str | None = None
) -> dict[str, Any]:
	"""Who would get which free seat. Changes nothing."""
	return distribution.preview(pool, seats=_names(seats) if seats else None, count=count, method=method)


@frappe.whitelist(methods=["POST"])
def distribute(
	pool: str,
	seats: str | list | None = None,
	count: int | None = None,
	method: str | None = None,
	override_reason: str | None = None,
) -> dict[str, Any]:
	"""Hand out free seats; a reason overrides holding caps."""
	wanted = _names(seats) if seats else None
	return _retrying(
		lambda: distribution.distribute(
			pool, seats=wanted, count=count, method=method, override_reason=override_reason
		)
	)


@frappe.whitelist()
def seats(pool: str, state: str = "Available", start: int = 0, limit: int = 100) -> list[dict[str, Any]]:
	"""Return a page of a pool's seats, contact data masked."""
	return seat_view.seats_of_pool(pool, state=state, start=start, limit=limit)


@frappe.whitelist(methods=["POST"])
def check_duplicates(
	phone: str | None = None,
	email: str | None = None,
	company_name: str | None = None,
	tax_id: str | None = None,
) -> dict[str, Any]:
	"""Is a party with these data known, free, in a pool or held? Masked, across all owners, rate limited."""
	return duplicates.check(phone=phone, email=email, company_name=company_name, tax_id=tax_id)


@frappe.whitelist(methods=["POST"])
def import_leads(rows: str | list, skip_known: bool = True) -> list[dict[str, Any]]:
	"""Insert up to a thousand leads; one result per row."""
	return lead_import.import_leads(lead_import.rows_of_request(rows), skip_known=skip_known)
