"""Who may see which pooled party. Nothing here costs a query while no pool is enabled.

What a user holds, manages and belongs to is read once per request and forgotten when a seat moves.
"""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.query_builder.functions import Count

from l2c_app.core.seats import State

ENABLED_KEY = "l2c_enabled_pools"
OWNER_FIELD = {"Lead": "lead_owner", "Customer": "account_manager"}
OPEN_DATA = "Open to Members"  # the mask mode of a pool whose members see contact data before they claim
MANY = 20_000  # names in one list condition; beyond, each row is looked up by index
EVERYTHING = frozenset({"System Manager"})
READERS = frozenset({"Accounts User", "Accounts Manager"})
READ_RIGHTS = frozenset({"read", "select", "print", "report", "export"})


def enabled_pools(party_type: str | None = None) -> list[str]:
	"""Return the names of the enabled pools (of one party type), oldest first. One look into Redis.

	None while an app is uninstalled: the host saves documents when our tables are gone already.
	"""
	if frappe.flags.in_uninstall:
		return []
	pools = frappe.cache.get_value(ENABLED_KEY, generator=_read_enabled)
	return [name for name, kind in pools if party_type in (None, kind)]


def _read_enabled() -> list[list[str]]:
	rows = frappe.get_all(
		"Lead Pool", filters={"enabled": 1}, fields=["name", "party_type"], order_by="creation, name"
	)
	return [[row.name, row.party_type] for row in rows]


def pools_changed() -> None:
	"""Forget the list of enabled pools now, after commit (another process may have read the old state) and after
	rollback."""
	_drop_enabled()
	frappe.db.after_commit.add(_drop_enabled)
	frappe.db.after_rollback.add(_drop_enabled)
	forget()


def _drop_enabled() -> None:
	frappe.cache.delete_value(ENABLED_KEY)


def forget() -> None:
	"""Forget what this request knows about seats and memberships."""
	frappe.local.l2c_visibility = {}


def seats_changed() -> None:
	"""Forget now and, should the transaction be rolled back, again."""
	forget()
	frappe.db.after_rollback.add(forget)


def _remembered(kind: str, user: str, read: object) -> object:
	known = getattr(frappe.local, "l2c_visibility", None)
	if known is None:
		known = frappe.local.l2c_visibility = {}
	if (kind, user) not in known:
		known[(kind, user)] = read(user)
	return known[(kind, user)]


def memberships(user: str) -> dict[str, bool]:
	"""Return {pool: is manager} of a user. A member with the role Sales Manager manages his pools."""
	return _remembered("memberships", user, _read_memberships)


def _read_memberships(user: str) -> dict[str, bool]:
	rows = frappe.get_all(
		"Lead Pool Membership", filters={"user": user}, fields=["pool", "is_manager"], order_by="pool"
	)
	chief = bool(rows) and "Sales Manager" in frappe.get_roles(user)
	return {row.pool: bool(row.is_manager) or chief for row in rows}


def managed_pools(user: str) -> list[str]:
	"""Return the pools whose every seat and party the user may see and move."""
	return [pool for pool, manager in memberships(user).items() if manager]


def manages(pool: str, user: str) -> bool:
	"""Return True for a manager of the pool and for System Managers."""
	return sees_everything(user) or memberships(user).get(pool, False)


def managers_of(pools: Iterable[str]) -> dict[str, list[str]]:
	"""Return {pool: its managers by name}, as `memberships` says for each of them. Two queries for all."""
	filters = {"pool": ("in", sorted(set(pools)))}
	rows = frappe.get_all(
		"Lead Pool Membership", filters=filters, fields=["pool", "user", "is_manager"], order_by="pool, user"
	)
	asked = {"role": "Sales Manager", "parenttype": "User", "parent": ("in", [row.user for row in rows])}
	chiefs = set(frappe.get_all("Has Role", filters=asked, pluck="parent", order_by="parent"))
	found: dict[str, list[str]] = {}
	for row in rows:
		if row.is_manager or row.user in chiefs:
			found.setdefault(row.pool, []).append(row.user)
	return found


def is_member(pool: str, user: str) -> bool:
	"""Return True when the user belongs to the pool, as a manager or not."""
	return pool in memberships(user)


def sees_everything(user: str) -> bool:
	"""Return True for Administrator and System Managers."""
	return user == "Administrator" or not EVERYTHING.isdisjoint(frappe.get_roles(user))


def reads_everything(user: str) -> bool:
	"""Return True for those who read all pooled leads: accounts roles and whoever sees everything."""
	return sees_everything(user) or not READERS.isdisjoint(frappe.get_roles(user))


def restricted(user: str) -> bool:
	"""Return True when reading must be narrowed for this user at all."""
	return bool(enabled_pools()) and not reads_everything(user)


def team(user: str) -> list[str]:
	"""Return the user and everybody below him in the Sales Person tree (by employee)."""
	return _remembered("team", user, _read_team)


def _read_team(user: str) -> list[str]:
	person, employee = frappe.qb.DocType("Sales Person"), frappe.qb.DocType("Employee")
	below = frappe.qb.DocType("Sales Person").as_("below")
	own = frappe.qb.DocType("Employee").as_("own")
	rows = (
		frappe.qb.from_(person)
		.join(own)
		.on(own.name == person.employee)
		.join(below)
		.on((below.lft > person.lft) & (below.rgt < person.rgt))
		.join(employee)
		.on(employee.name == below.employee)
		.where((own.user_id == user) & (below.enabled == 1))
		.select(employee.user_id)
		.distinct()
		.run()
	)
	return [user, *sorted({row[0] for row in rows if row[0] and row[0] != user})]


def held_parties(user: str, party_type: str = "Lead") -> list[str]:
	"""Return the parties held by the user or his team, for literal list conditions."""
	return _remembered(f"held {party_type}", user, lambda name: _read_held(name, party_type))


def _read_held(user: str, party_type: str) -> list[str]:
	filters = {"holder": ("in", team(user)), "state": State.HELD.value, "party_type": party_type}
	return sorted(set(frappe.get_all("Lead Pool Seat", filters=filters, pluck="party", order_by="party")))


def holds_many(user: str) -> bool:
	"""Return True when the user's team holds more than a statement should name one by one."""
	return _remembered(
		"holds many", user, lambda name: _are_many(holder=team(name), state=[State.HELD.value])
	)


def managed_parties(user: str, party_type: str = "Lead") -> list[str] | None:
	"""Return the parties in the pools a user manages, None when they are more than a statement should name."""
	return _remembered(f"managed {party_type}", user, lambda name: _read_managed(name, party_type))


def _read_managed(user: str, party_type: str) -> list[str] | None:
	pools = managed_pools(user)
	if not pools:
		return []
	if _are_many(pool=pools):
		return None
	filters = {"pool": ("in", pools), "party_type": party_type}
	return sorted(set(frappe.get_all("Lead Pool Seat", filters=filters, pluck="party", order_by="party")))


def _are_many(**values: list[str]) -> bool:
	"""Return True when more than MANY seats fit; counted by index and never further than that."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(seat.name).limit(MANY + 1)
	for fieldname, wanted in values.items():
		query = query.where(seat[fieldname].isin(wanted))
	some = query.as_("some")
	return frappe.qb.from_(some).select(Count("*")).run()[0][0] > MANY


def may_access(party_type: str, party: str, *, user: str, right: str = "read") -> bool:
	"""Return True when the closed set does not forbid the user this right on a party.

	Open: parties without a seat, and converted ones. Else: holders and their team, managers of a pool of the party,
	System Managers; accounts roles for reading. One query by index; the stored seat counts, never the document in hand,
	which a client may have forged.
	"""
	if not enabled_pools() or sees_everything(user):
		return True
	seats = live_seats(party_type, [party]).get(party, [])
	if not seats:
		return True
	if right in READ_RIGHTS and reads_everything(user):
		return True
	managed = set(managed_pools(user))
	if any(seat.pool in managed for seat in seats):
		return True
	if right == "share":
		return False
	return not {seat.holder for seat in seats if seat.holder}.isdisjoint(team(user))


def works_on(party_type: str, party: str, *, user: str) -> bool:
	"""Return True when the user's team holds any seat of a party, the primary one or not, or he manages one of its pools."""
	if not enabled_pools(party_type):
		return False
	rows = frappe.get_all(
		"Lead Pool Seat",
		filters={"party_type": party_type, "party": party},
		fields=["holder", "state", "pool"],
		order_by="name",
	)
	people, pools = team(user), managed_pools(user)
	held = State.HELD.value
	return any((row.state == held and row.holder in people) or row.pool in pools for row in rows)


def require_lead(lead: str | None) -> None:
	"""Raise PermissionError when the session user may not read a pooled lead; other leads are the host's business."""
	user = frappe.session.user
	if lead and restricted(user) and not may_access("Lead", lead, user=user):
		frappe.throw(_("Not permitted"), frappe.PermissionError)


def live_seats(party_type: str, parties: Iterable[str]) -> dict[str, list]:
	"""Return {party: seats that close it}, the primary one first. Converted seats do not close a party."""
	rows = frappe.get_all(
		"Lead Pool Seat",
		filters={
			"party_type": party_type,
			"party": ("in", list(parties)),
			"state": ("!=", State.CONVERTED.value),
		},
		fields=["name", "party", "pool", "state", "holder", "version", "is_primary"],
		order_by="is_primary desc, creation, name",
	)
	result: dict[str, list] = {}
	for row in rows:
		result.setdefault(row.party, []).append(row)
	return result


def is_pooled(lead: str) -> bool:
	"""Return True when a seat closes the lead."""
	return bool(enabled_pools()) and bool(live_seats("Lead", [lead]))
