"""The rows that stand for a member in a pool, and their locks: the first that anybody takes who moves seats."""

from collections.abc import Iterable, Sequence

import frappe
from frappe import _

from l2c_app.services.errors import StaleRead, refuse
from l2c_app.services.pool import cap_over_all


def membership_query(pool: str, user: str) -> object:
	"""Return the query for the row of (pool, user), to be locked or not."""
	table = frappe.qb.DocType("Lead Pool Membership")
	fields = (table.name, table.is_manager, table.weight, table.holding_cap, table.moves)
	return frappe.qb.from_(table).select(*fields).where((table.pool == pool) & (table.user == user))


def lock_membership(pool: str, user: str) -> frappe._dict | None:
	"""Lock (pool, user) and return the row, None for a stranger. Raises StaleRead as `claims.lock_standing` does."""
	newest = membership_query(pool, user).for_update().run(as_dict=True)
	if not newest:
		return None
	pictured = membership_query(pool, user).run(as_dict=True)
	if not pictured or pictured[0].moves != newest[0].moves:
		refuse(StaleRead, _("Seats of this member moved meanwhile."), do=_("Try again."))
	return newest[0]


def lock_receiver(pool: str, user: str) -> frappe._dict | None:
	"""Lock (pool, user) before he is given a seat, with his places in all pools where a cap counts over them; as
	`lock_membership`."""
	if cap_over_all.cap():
		lock_places(user)
	return lock_membership(pool, user)


def lock_membership_now(pool: str, user: str) -> None:
	"""Lock (pool, user) without waiting: raises QueryTimeoutError when another transaction has it."""
	membership_query(pool, user).for_update(nowait=True).run()


def lock_memberships(pools: Sequence[str], users: Sequence[str]) -> None:
	"""Lock what users are in pools, in the order of the names, waiting for claims that are under way."""
	table = frappe.qb.DocType("Lead Pool Membership")
	query = frappe.qb.from_(table).select(table.name).orderby(table.pool, table.user).for_update()
	if pools and users:
		query.where(table.pool.isin(list(pools)) & table.user.isin(list(users))).run()


def lock_pools(pools: Iterable[str]) -> dict[str, set[str]]:
	"""Lock all members of several pools in one order, before any of their seats; returns {pool: users}, newest as committed.

	Only columns of the index are read, so that the rows are locked in its order.
	"""
	table = frappe.qb.DocType("Lead Pool Membership")
	query = frappe.qb.from_(table).select(table.pool, table.user).orderby(table.pool, table.user)
	found: dict[str, set[str]] = {pool: set() for pool in pools}
	for pool, user in query.where(table.pool.isin(sorted(found))).for_update().run():
		found[pool].add(user)
	return found


def lock_places(user: str) -> None:
	"""Lock what a user is in all pools, in the order of the pools: of two claims at once in two pools the second waits.

	Raises StaleRead as `claims.lock_standing` does.
	"""
	table = frappe.qb.DocType("Lead Pool Membership")
	query = (
		frappe.qb.from_(table).select(table.pool, table.moves).where(table.user == user).orderby(table.pool)
	)
	newest = query.for_update().run()
	if newest != query.run():
		refuse(StaleRead, _("Seats of this member moved meanwhile."), do=_("Try again."))


def lock_members(pool: str) -> None:
	"""Lock all members of a pool in the order of their names; what they are in other pools as well where a cap counts over
	all. Raises StaleRead as `claims.lock_standing` does."""
	table = frappe.qb.DocType("Lead Pool Membership")
	query = frappe.qb.from_(table).select(table.pool, table.user, table.moves)
	query = query.orderby(table.pool, table.user)
	if cap_over_all.cap():
		member = frappe.qb.DocType("Lead Pool Membership").as_("here")
		query = query.where(
			table.user.isin(frappe.qb.from_(member).select(member.user).where(member.pool == pool))
		)
	else:
		query = query.where(table.pool == pool)
	newest = query.for_update().run()
	if newest != query.run():
		refuse(StaleRead, _("Seats of this member moved meanwhile."), do=_("Try again."))
