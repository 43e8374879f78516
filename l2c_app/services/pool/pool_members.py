"""Who belongs to a pool: member rows (user, role, Sales Person subtree) resolved to one membership row per user."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import frappe
from frappe import _

from l2c_app.core.seats import State
from l2c_app.services.errors import PoolHasNoManager, PoolHasNoMembers, PoolHoldsSeats, refuse
from l2c_app.services.errors.recovery import retrying, undo
from l2c_app.services.pool import (
	criteria,
	last_pool,
	member_filters,
	owner_check,
	pool_checks,
	seat_removal,
	visibility,
)
from l2c_app.services.pool.member_rows import reach_of
from l2c_app.services.pool.seat_events import return_seats

VALUES = ("is_manager", "weight", "holding_cap", "capacity", "paused", "filters")


@dataclass
class Place:
	"""What a user is in a pool: the strongest of his rows."""

	is_manager: int = 0
	weight: int = 0
	holding_cap: int = 0
	capacity: int = 0
	paused: int = 0
	filters: str = ""


def resolve(pool: object) -> tuple[dict[str, Place], list[str]]:
	"""Return ({user: place}, [Sales Persons nobody can be reached by]) of a pool's member rows.

	Disabled users are left out. A user in several rows manages or is paused if one of them says so, has the largest weight,
	cap and capacity, and takes what any of them admits.
	"""
	filters: dict[str, list[str | None]] = {}
	places: dict[str, Place] = {}
	unreachable: list[str] = []
	for row in pool.get("members") or []:
		users, missing = reach_of(row)
		unreachable += missing
		for user in users:
			place = places.setdefault(user, Place())
			place.is_manager = max(place.is_manager, int(row.is_manager or 0))
			place.weight = max(place.weight, int(row.weight or 0))
			place.holding_cap = max(place.holding_cap, int(row.holding_cap or 0))
			place.capacity = max(place.capacity, int(row.get("capacity") or 0))
			place.paused = max(place.paused, int(row.get("paused") or 0))
			filters.setdefault(user, []).append(row.get("filters"))
			place.filters = member_filters.united(filters[user])
	return places, sorted(set(unreachable))


def validate(pool: object) -> None:
	"""Check a pool before it is saved and note who cannot be reached.

	Raises BadAdmissionFilter, PoolHasNoMembers and PoolHasNoManager (enabled without anybody, or without one who manages),
	PoolHoldsSeats (disabled while seats are held, the last pool while leads are closed, or its kind changed).
	"""
	pool_checks.validate(pool)
	member_filters.validate(pool)
	places, unreachable = resolve(pool)
	pool.unreachable_members = "\n".join(unreachable)
	criteria.validate(pool, set(places))
	before = pool.get_doc_before_save()
	if pool.enabled:
		_check_people(pool, places, unreachable, enabling=not (before and before.enabled))
	if before and before.enabled and not pool.enabled:
		refuse_while_held(pool.name)
		last_pool.refuse_to_open(pool.name)
	if (
		before
		and before.party_type != pool.party_type
		and frappe.db.exists("Lead Pool Seat", {"pool": pool.name})
	):
		refuse(PoolHoldsSeats, _("A pool with seats keeps what it holds ({0}).").format(_(before.party_type)))


def _check_people(pool: object, places: dict[str, Place], unreachable: list[str], *, enabling: bool) -> None:
	if not places:
		refuse(
			PoolHasNoMembers,
			_("Pool {0} reaches no enabled user.").format(pool.name),
			compared=_("Not reachable: {0}").format(", ".join(unreachable)) if unreachable else "",
			do=_("Add a user, a role that somebody has, or a Sales Person whose Employee has a user."),
		)
	if not enabling or any(place.is_manager for place in places.values()):
		return
	if not any("Sales Manager" in frappe.get_roles(user) for user in places):
		refuse(
			PoolHasNoManager,
			_("Pool {0} has no manager.").format(pool.name),
			do=_("Mark a member as manager, or add one with the role Sales Manager."),
		)


def refuse_while_held(pool: str, *, states: tuple[str, ...] = (State.HELD.value,)) -> None:
	"""Raise PoolHoldsSeats when the pool has seats in one of these states."""
	seats = frappe.db.count("Lead Pool Seat", {"pool": pool, "state": ("in", states)})
	if seats:
		refuse(
			PoolHoldsSeats,
			_("Pool {0} can be neither disabled nor deleted now.").format(pool),
			compared=_("Seats: {0}").format(seats),
			do=_("Move them to another pool, or release or close them first."),
		)


def refuse_while_seated(pool: str) -> None:
	"""Raise PoolHoldsSeats when the pool has held or free seats: deleting it would lose whose they are; and when it is the
	last enabled one while seats of other pools close leads."""
	refuse_while_held(pool, states=(State.AVAILABLE.value, State.HELD.value))
	last_pool.refuse_to_open(pool, its_own=False)


def refresh(pool: object) -> dict[str, int]:
	"""Bring the membership rows in line with a pool's member rows. Returns how many were added, changed, removed."""
	wanted, _unreachable = resolve(pool)
	rows = frappe.get_all(
		"Lead Pool Membership",
		filters={"pool": pool.name},
		fields=["name", "user", *VALUES],
		order_by="user",
	)
	there = {row.user: row for row in rows}
	counts = {"added": 0, "changed": 0, "removed": 0, "kept": 0}
	for user, place in wanted.items():
		counts[_store(pool.name, user, place, row=there.get(user))] += 1
	gone = sorted(there.keys() - wanted.keys())
	if gone:
		frappe.db.delete("Lead Pool Membership", {"pool": pool.name, "user": ("in", gone)})
		return_seats(gone, rule="holder left the pool", pool=pool.name)
	counts["removed"] = len(gone)
	counts.pop("kept")
	visibility.pools_changed()
	return counts


def _store(pool: str, user: str, place: Place, *, row: object | None) -> str:
	values = vars(place)
	if not row:
		document = frappe.get_doc({"doctype": "Lead Pool Membership", "pool": pool, "user": user, **values})
		document.insert(ignore_permissions=True)  # derived from the member rows, which the user may write
		return "added"
	if all((row[name] or "") == (value or "") for name, value in values.items()):
		return "kept"
	frappe.db.set_value("Lead Pool Membership", row.name, values)
	return "changed"


def refresh_each() -> Iterator[dict[str, int]]:
	"""Nightly: resolve all pools again; seats of people who left go back; owners follow seats. Yields counts.

	A pool at a time, then a thousand owners at a time, so that a job can commit after each. A pool that fails is logged
	and does not stop the others.
	"""
	for name in frappe.get_all("Lead Pool", pluck="name", order_by="name"):
		yield retrying(partial(_refresh_safely, name))
	for repaired in owner_check.repair_owners():
		yield {"repaired": repaired}


def _refresh_safely(name: str) -> dict[str, int]:
	frappe.db.savepoint("l2c_refresh")
	try:
		return {"pools": 1, **refresh(frappe.get_doc("Lead Pool", name))}
	except Exception as error:
		undo("l2c_refresh", error)
		visibility.forget()
		frappe.log_error(title=f"Members of pool {name}", reference_doctype="Lead Pool", reference_name=name)
		return {"failed": 1}


def forget_pool(pool: str) -> None:
	"""Remove what belongs to a deleted pool: memberships and its free seats. The log stays."""
	frappe.db.delete("Lead Pool Membership", {"pool": pool})
	seat_removal.remove({"pool": pool})
	visibility.pools_changed()
