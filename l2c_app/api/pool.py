"""RPC of the pools: claim, release, transfer, distribute, look for duplicates. Typed, POST where it writes.

Rights and limits are judged in the services; here a transaction that read an old picture, or lost a deadlock, begins
again.
"""

from typing import Any

import frappe

from l2c_app.services.errors.recovery import retrying
from l2c_app.services.lead import duplicates, lead_import
from l2c_app.services.pool import (
	claims,
	distribution,
	distribution_run,
	joint_pursuit,
	party_names,
	primary_seat,
	protection,
	quiet_time,
	runs,
	seat_admission,
	seat_events,
	seat_shown,
	seat_view,
	standing_view,
)
from l2c_app.services.pool.distribution import Wish


def _names(value: str | list) -> list[str]:
	return [str(name) for name in frappe.parse_json(value) or []]


def _wish(seats: str | list | None, count: int | None, **more: str | None) -> Wish:
	return Wish(_names(seats) if seats else None, int(count) if count else None, **more)


@frappe.whitelist(methods=["POST"])
def claim(seat: str) -> dict[str, Any]:
	"""Take one seat for the session user, or raise why not."""
	pools = claims.pools_of([seat])
	return retrying(lambda: claims.claim_one(seat, pools))


@frappe.whitelist(methods=["POST"])
def claim_batch(seats: str | list) -> list[dict[str, Any]]:
	"""Take seats for the session user; one row per seat: ok, or rule, message, compared, allowed_on, override_by."""
	wanted = _names(seats)
	pools = claims.pools_of(wanted)
	return retrying(lambda: claims.claim(wanted, pools))


@frappe.whitelist(methods=["POST"])
def release(seat: str, reason: str, target: str | None = None) -> None:
	"""Give a seat back to its pool, or into another one."""
	retrying(lambda: seat_events.release(seat, reason, target or None))


@frappe.whitelist(methods=["POST"])
def move_to_pool(seats: str | list, target: str, reason: str) -> list[str]:
	"""Move seats into another pool by a manager's hand; returns those that went."""
	wanted = _names(seats)
	return retrying(lambda: seat_events.move_to_pool(wanted, target, reason))


@frappe.whitelist(methods=["POST"])
def protect(seat: str, reason: str, days: int | None = None) -> str:
	"""Protect a held seat from recycling; returns the last day."""
	return str(retrying(lambda: protection.protect_seat(seat, reason, days)))


@frappe.whitelist(methods=["POST"])
def unprotect(seat: str, reason: str) -> None:
	"""Lift a protection."""
	retrying(lambda: protection.unprotect_seat(seat, reason))


@frappe.whitelist(methods=["POST"])
def leave_alone(seat: str, reason: str, until: str | None = None) -> None:
	"""Let nobody claim or contact the party of a seat up to and on a day; without one the party may be contacted again."""
	retrying(lambda: quiet_time.set_until(seat, until or None, reason))


@frappe.whitelist(methods=["POST"])
def transfer(seat: str, user: str, reason: str = "") -> None:
	"""Hand a seat to another member of the pool."""
	retrying(lambda: seat_events.transfer(seat, user, reason=reason))


@frappe.whitelist(methods=["POST"])
def make_primary(seat: str, reason: str) -> None:
	"""Let a seat drive the owner of its party."""
	retrying(lambda: primary_seat.make_primary(seat, reason))


@frappe.whitelist(methods=["POST"])
def close(seat: str, reason: str) -> None:
	"""Close a seat."""
	retrying(lambda: seat_events.close(seat, reason))


@frappe.whitelist(methods=["POST"])
def reopen(seat: str, reason: str) -> None:
	"""Make a closed seat available again."""
	retrying(lambda: seat_events.reopen(seat, reason))


@frappe.whitelist(methods=["POST"])
def admit(pool: str, parties: str | list) -> list[str]:
	"""Seat existing parties in a pool by a manager's hand; returns the new seats."""
	wanted = _names(parties)
	return retrying(lambda: seat_admission.admit_existing(pool, wanted))


@frappe.whitelist()
def distribute_preview(
	pool: str,
	seats: str | list | None = None,
	count: int | None = None,
	method: str | None = None,
	override_reason: str | None = None,
	seed: str | None = None,
) -> dict[str, Any]:
	"""Who would get which free seat; a random draw names its seed, a reason overrides as it would for real. Changes nothing."""
	wish = _wish(seats, count, method=method, seed=seed, override_reason=override_reason)
	return distribution.preview(pool, wish)


@frappe.whitelist(methods=["POST"])
def distribute(
	pool: str,
	seats: str | list | None = None,
	count: int | None = None,
	method: str | None = None,
	override_reason: str | None = None,
	seed: str | None = None,
) -> dict[str, Any]:
	"""Hand out up to a thousand free seats at once, as a recorded run; a reason overrides holding caps."""
	wish = _wish(seats, count, method=method, seed=seed, override_reason=override_reason)
	return retrying(lambda: distribution_run.now(pool, wish))


@frappe.whitelist(methods=["POST"])
def start_distribution(
	pool: str,
	seats: str | list | None = None,
	count: int | None = None,
	method: str | None = None,
	override_reason: str | None = None,
	seed: str | None = None,
	commit: bool = False,
) -> str:
	"""Queue a distribution of any size and return the name of its run: a preview, or the real thing."""
	wish = _wish(seats, count, method=method, seed=seed, override_reason=override_reason)
	return distribution_run.start(pool, wish, mode=runs.COMMIT if commit else runs.PREVIEW)


@frappe.whitelist()
def my_standing(pool: str) -> dict[str, Any]:
	"""Return what the session user has used and has left of the pool's limits, and what a claim would be refused with now."""
	return standing_view.of_pool(pool)


@frappe.whitelist()
def party_state(party_type: str, party: str) -> dict[str, Any]:
	"""Return the seats of a lead or customer that this user may know of, and what he may do with each. No contact data."""
	return seat_view.state_of(party_type, party)


@frappe.whitelist()
def propose_sales_team(party_type: str, party: str) -> dict[str, Any]:
	"""How a deal with the party would be shared by the effort of its holders, as rows of the native Sales Team."""
	return joint_pursuit.propose(party_type, party)


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
	wanted = lead_import.rows_of_request(rows)
	return retrying(lambda: lead_import.import_leads(wanted, skip_known=skip_known))


@frappe.whitelist()
def names_of_seats(seats: str | list) -> dict[str, str]:
	"""Return the real names of the parties of those seats whose party the user may see."""
	return party_names.of_seats(_names(seats))


@frappe.whitelist()
def shown_of_seats(seats: str | list) -> dict[str, list[dict[str, str]]]:
	"""Return what the user may know of the parties of seats, as labelled texts; masked where their pool masks."""
	return seat_shown.of_seats(_names(seats))
