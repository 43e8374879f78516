"""Who belongs to a pool: member rows (user, role, Sales Person subtree) resolved to one membership row per user."""

from dataclasses import dataclass

import frappe
from frappe import _

from l2c_app.core.filters import OPERATORS, BadFilter
from l2c_app.core.seats import State
from l2c_app.services.errors import BadAdmissionFilter, PoolHasNoMembers, PoolHoldsSeats, refuse
from l2c_app.services.pool import admission, owner_check, seat_removal, visibility
from l2c_app.services.pool.seat_events import return_seats

NOT_PEOPLE = ("Guest",)


@dataclass
class Place:
	"""What a user is in a pool: the strongest of his rows."""

	is_manager: int = 0
	weight: int = 0
	holding_cap: int = 0


def resolve(pool: object) -> tuple[dict[str, Place], list[str]]:
	"""Return ({user: place}, [Sales Persons nobody can be reached by]) of a pool's member rows.

	Disabled users are left out. A user in several rows manages if one of them says so and has the largest weight and cap.
	"""
	places: dict[str, Place] = {}
	unreachable: list[str] = []
	for row in pool.get("members") or []:
		users, missing = _users_of(row)
		unreachable += missing
		for user in users:
			place = places.setdefault(user, Place())
			place.is_manager = max(place.is_manager, int(row.is_manager or 0))
			place.weight = max(place.weight, int(row.weight or 0))
			place.holding_cap = max(place.holding_cap, int(row.holding_cap or 0))
	return places, sorted(set(unreachable))


def _users_of(row: object) -> tuple[list[str], list[str]]:
	if row.member_type == "Sales Person":
		return _users_of_sales_person(row.sales_person)
	if row.member_type == "Role":
		users = frappe.get_all(
			"Has Role", filters={"role": row.role, "parenttype": "User"}, pluck="parent", order_by="parent"
		)
	else:
		users = [row.user] if row.user else []
	return _enabled(users), []


def _enabled(users: list[str]) -> list[str]:
	filters = {"name": ("in", [user for user in users if user not in NOT_PEOPLE]), "enabled": 1}
	return frappe.get_all("User", filters=filters, pluck="name", order_by="name")


def _users_of_sales_person(name: str | None) -> tuple[list[str], list[str]]:
	"""Return the enabled users of a subtree, and the people of it who have none (a Sales Person has no user of his own)."""
	bounds = frappe.db.get_value("Sales Person", name, ["lft", "rgt"], as_dict=True) if name else None
	if not bounds:
		return [], [name] if name else []
	people = frappe.get_all(
		"Sales Person",
		filters={"lft": (">=", bounds.lft), "rgt": ("<=", bounds.rgt), "enabled": 1},
		fields=["name", "employee", "is_group"],
		order_by="lft",
	)
	employees = frappe.get_all(
		"Employee",
		filters={"name": ("in", [p.employee for p in people if p.employee])},
		fields=["name", "user_id"],
		order_by="name",
	)
	user_of = {row.name: row.user_id for row in employees}
	enabled = set(_enabled([user for user in user_of.values() if user]))
	reached = {p.name: user_of.get(p.employee) for p in people if user_of.get(p.employee) in enabled}
	missing = [p.name for p in people if p.name not in reached and not (p.is_group and not p.employee)]
	return sorted(set(reached.values())), missing


def validate(pool: object) -> None:
	"""Check a pool before it is saved and note who cannot be reached.

	Raises BadAdmissionFilter, PoolHasNoMembers (enabled without anybody), PoolHoldsSeats (disabled while seats are held,
	or its kind changed).
	"""
	check_filters(pool)
	places, unreachable = resolve(pool)
	pool.unreachable_members = "\n".join(unreachable)
	if pool.enabled and not places:
		refuse(
			PoolHasNoMembers,
			_("Pool {0} reaches no enabled user.").format(pool.name),
			compared=_("Not reachable: {0}").format(", ".join(unreachable)) if unreachable else "",
			do=_("Add a user, a role that somebody has, or a Sales Person whose Employee has a user."),
		)
	before = pool.get_doc_before_save()
	if before and before.enabled and not pool.enabled:
		refuse_while_held(pool.name)
	if (
		before
		and before.party_type != pool.party_type
		and frappe.db.exists("Lead Pool Seat", {"pool": pool.name})
	):
		refuse(PoolHoldsSeats, _("A pool with seats keeps what it holds ({0}).").format(_(before.party_type)))


def check_filters(pool: object) -> None:
	"""Raise BadAdmissionFilter unless the admission filters are JSON filters on known fields with known operators."""
	try:
		rows = admission.filters_of(pool)
	except (BadFilter, ValueError, TypeError) as error:
		refuse(
			BadAdmissionFilter,
			_("The admission filters cannot be read."),
			compared=str(error)[:200],
			do=_('Write them as [["territory", "=", "China"]], with one of: {0}').format(
				", ".join(OPERATORS)
			),
		)
	meta = frappe.get_meta(pool.party_type)
	known = {"name", "owner", "creation", *(field.fieldname for field in meta.fields)}
	unknown = sorted({field for field, _operator, _value in rows} - known)
	if unknown:
		refuse(
			BadAdmissionFilter,
			_("{0} has no such field: {1}").format(_(pool.party_type), ", ".join(unknown)[:200]),
		)


def refuse_while_held(pool: str) -> None:
	"""Raise PoolHoldsSeats when somebody holds a seat of the pool."""
	held = frappe.db.count("Lead Pool Seat", {"pool": pool, "state": State.HELD.value})
	if held:
		refuse(
			PoolHoldsSeats,
			_("Pool {0} can be neither disabled nor deleted now.").format(pool),
			compared=_("Held seats: {0}").format(held),
			do=_("Release or close them first."),
		)


def refresh(pool: object) -> dict[str, int]:
	"""Bring the membership rows in line with a pool's member rows. Returns how many were added, changed, removed."""
	wanted, _unreachable = resolve(pool)
	rows = frappe.get_all(
		"Lead Pool Membership",
		filters={"pool": pool.name},
		fields=["name", "user", "is_manager", "weight", "holding_cap"],
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
	values = {"is_manager": place.is_manager, "weight": place.weight, "holding_cap": place.holding_cap}
	if not row:
		document = frappe.get_doc({"doctype": "Lead Pool Membership", "pool": pool, "user": user, **values})
		document.insert(ignore_permissions=True)  # derived from the member rows, which the user may write
		return "added"
	if all(int(row[name] or 0) == value for name, value in values.items()):
		return "kept"
	frappe.db.set_value("Lead Pool Membership", row.name, values)
	return "changed"


def refresh_all() -> dict[str, int]:
	"""Nightly: resolve all pools again; seats of people who left go back; owners follow seats. Returns counts."""
	total = {"pools": 0, "added": 0, "changed": 0, "removed": 0}
	for name in frappe.get_all("Lead Pool", pluck="name", order_by="name"):
		for key, value in refresh(frappe.get_doc("Lead Pool", name)).items():
			total[key] += value
		total["pools"] += 1
	total["repaired"] = owner_check.repair_owners()
	return total


def forget_pool(pool: str) -> None:
	"""Remove what belongs to a deleted pool: memberships and its free seats. The log stays."""
	frappe.db.delete("Lead Pool Membership", {"pool": pool})
	seat_removal.remove({"pool": pool})
	visibility.pools_changed()
