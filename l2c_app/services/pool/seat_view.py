"""What a form or list shows of seats to this user: masked where the pool masks and the user neither holds nor manages."""

from collections.abc import Sequence
from itertools import chain

import frappe
from frappe import _
from frappe.utils import getdate, nowdate

from l2c_app.core import masking
from l2c_app.core.seats import State
from l2c_app.services.errors import NotAPoolMember, refuse
from l2c_app.services.follow_up import intent
from l2c_app.services.pool import pool_fields, quiet_days, recycle_view, seat_log, visibility

MASKS = {
	"lead_name": masking.mask_name,
	"title": masking.mask_name,
	"first_name": masking.mask_name,
	"middle_name": masking.mask_name,
	"last_name": masking.mask_name,
	"company_name": masking.mask_name,
	"customer_name": masking.mask_name,
	"mobile_no": masking.mask_phone,
	"phone": masking.mask_phone,
	"whatsapp_no": masking.mask_phone,
	"fax": masking.mask_phone,
	"email_id": masking.mask_email,
}
SEAT_FIELDS = (
	"name",
	"party_type",
	"party",
	"pool",
	"state",
	"holder",
	"claimed_on",
	"admitted_on",
	"is_primary",
	"version",
)
PAGE = 100


def seats_of_pool(pool: str, *, state: str = "Available", start: int = 0, limit: int = PAGE) -> list[dict]:
	"""Return a page of a pool's seats with what the user may know of the parties and their current intent, oldest admission
	first.

	Raises NotAPoolMember for strangers.
	"""
	user = frappe.session.user
	if not visibility.is_member(pool, user) and not visibility.manages(pool, user):
		refuse(NotAPoolMember, _("You are no member of pool {0}.").format(pool))
	if state not in [item.value for item in State]:
		state = State.AVAILABLE.value
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = (
		frappe.qb.from_(seat)
		.where((seat.pool == pool) & (seat.state == state))
		.select(*(seat[name] for name in SEAT_FIELDS))
		.orderby(seat.admitted_on, seat.name)
		.limit(max(1, min(int(limit), PAGE)))
		.offset(max(0, int(start)))
	)
	if state == State.AVAILABLE.value:
		until = seat.do_not_contact_until
		query = query.where(until.isnull() | (until < nowdate()))
	seats = query.run(as_dict=True)
	grades = intent.current(
		frappe.get_cached_value("Lead Pool", pool, "party_type"), [s.party for s in seats]
	)
	for row in seats:
		row.intent = grades.get(row.party)
	return with_parties(seats, user=user)


def with_parties(seats: Sequence[frappe._dict], *, user: str) -> list[dict]:
	"""Add the parties' data to seats: what the pool shows, masked where it masks, to members; all the usual to who holds or
	manages a seat."""
	for party_type in pool_fields.DEFAULT:
		mine = [seat for seat in seats if seat.party_type == party_type]
		if not mine:
			continue
		shown = {pool: pool_fields.shown(pool, party_type) for pool in {seat.pool for seat in mine}}
		fields = dict.fromkeys(["name", *pool_fields.DEFAULT[party_type], *chain(*shown.values())])
		names = [seat.party for seat in mine]
		rows = frappe.get_all(
			party_type, filters={"name": ("in", names)}, fields=list(fields), order_by="name"
		)
		parties = {row.pop("name"): row for row in rows}
		for seat in mine:
			seat.party_data = _shown(seat, dict(parties.get(seat.party) or {}), shown[seat.pool], user)
	return list(seats)


def _shown(seat: frappe._dict, data: dict, fields: Sequence[str], user: str) -> dict:
	if seat.holder in visibility.team(user) or visibility.manages(seat.pool, user):
		return data
	seen = {name: data[name] for name in fields if name in data}
	if frappe.get_cached_value("Lead Pool", seat.pool, "mask_mode") == visibility.OPEN_DATA:
		return seen
	masks = {**dict.fromkeys(pool_fields.further([seat.pool]), masking.mask_address), **MASKS}
	return {name: masks[name](value) if name in masks else value for name, value in seen.items()}


def state_of(party_type: str, party: str) -> dict:
	"""Return seats of a party and what the session user may do with each: for the form's header and buttons.

	Only pools the user belongs to, and seats he holds; strangers get nothing.
	"""
	user = frappe.session.user
	rows = frappe.get_all(
		"Lead Pool Seat",
		filters={"party_type": party_type, "party": party},
		fields=[*SEAT_FIELDS, "recycle_on", "last_effort_on", "protected_until", "do_not_contact_until"],
		order_by="is_primary desc, creation, name",
	)
	given_back = seat_log.given_back([row.name for row in rows]) if rows else {}
	seats = [
		{
			**row,
			"holder_name": frappe.utils.get_fullname(row.holder) if row.holder else "",
			"may": allowed(row, user),
			"given_back": _why_given_back(row, given_back.get(row.name), user),
			**(recycle_view.of_seat(row) if row.state == State.HELD.value else {}),
		}
		for row in rows
		if row.holder == user or visibility.is_member(row.pool, user) or visibility.reads_everything(user)
	]
	primary = next((row for row in rows if row.is_primary), None)
	return {
		"seats": seats,
		"intent": intent.current(party_type, [party]).get(party) if seats else None,
		"pools": len(visibility.enabled_pools(party_type)),
		"version": primary.version if primary else None,
	}


def _why_given_back(seat: frappe._dict, last: frappe._dict | None, user: str) -> dict | None:
	"""Return who gave the seat back last, when and why, for who holds it now and the managers: it tells them what to expect."""
	if not last or not (seat.holder in visibility.team(user) or visibility.manages(seat.pool, user)):
		return None
	return {
		"by": frappe.utils.get_fullname(last.from_holder),
		"at": last.at,
		"reason": last.reason or _(last.rule or ""),
	}


def allowed(seat: frappe._dict, user: str) -> dict[str, bool]:
	"""Return {action: may the user try it} for one seat, by role and state; limits are judged when he does."""
	held, free = seat.state == State.HELD.value, seat.state == State.AVAILABLE.value
	pool = frappe.get_cached_doc("Lead Pool", seat.pool)
	manager, holder = visibility.manages(seat.pool, user), seat.holder == user
	moves = bool(pool.enabled)
	open_to = free and not quiet_days.is_now(seat)
	return {
		"claim": moves and open_to and visibility.is_member(seat.pool, user),
		"release": moves and held and (holder or manager),
		"transfer": moves and held and (manager or (holder and bool(pool.allow_holder_transfer))),
		"assign": moves and open_to and manager,
		"protect": moves and held and (holder or manager) and bool(pool.get("protection_limit")),
		"unprotect": held and (holder or manager) and is_protected(seat),
		"leave_alone": (held or free) and (holder or manager),
		"close": moves and (held or free) and (holder or manager),
		"make_primary": moves and manager and (held or free) and not seat.is_primary,
		"reopen": moves and manager and not held and not free,
	}


def is_protected(seat: frappe._dict) -> bool:
	"""Return True while a seat's protection lasts, its last day included."""
	until = seat.get("protected_until")
	return bool(until) and getdate(until) >= getdate(nowdate())
