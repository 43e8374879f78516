"""Who sees pools, memberships, seats and the log: members their own pools, managers their log, System Managers all."""

import frappe
from frappe.utils import nowdate

from l2c_app import compat
from l2c_app.services.pool import quiet_days, visibility

CHIEFS = frozenset({"Sales Manager"})
SET_UP = frozenset({"write", "delete", "share", "submit", "cancel"})


def _pools_condition(column: str, pools: list[str]) -> str:
	names = ", ".join(frappe.db.escape(name, percent=False) for name in pools)
	return f"({column} in ({names}))" if names else "1=0"


def _is_chief(user: str) -> bool:
	return not CHIEFS.isdisjoint(frappe.get_roles(user))


def _deny_unless(allowed: bool) -> bool | None:
	return compat.no_opinion() if allowed else False


def pool_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Members see their pools; sales managers, who set pools up, see all of them (a pool holds no contact data)."""
	user = user or frappe.session.user
	if visibility.sees_everything(user) or _is_chief(user):
		return ""
	return _pools_condition("`tabLead Pool`.`name`", list(visibility.memberships(user)))


def pool_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Reading as in the list; changing only for managers of the pool and whoever made it."""
	user = user or frappe.session.user
	name = doc.get("name")
	if visibility.sees_everything(user) or ptype == "create" or not name or doc.get("__islocal"):
		return compat.no_opinion()
	if ptype in SET_UP:
		maker = frappe.db.get_value("Lead Pool", name, "owner")
		return _deny_unless(visibility.manages(name, user) or (_is_chief(user) and maker == user))
	return _deny_unless(_is_chief(user) or visibility.is_member(name, user))


def membership_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Members see who else is in their pools."""
	return _of_own_pools("Lead Pool Membership", user)


def membership_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	return _in_own_pool(doc, user)


def seat_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Members see the seats of their pools (the party's name is masked where the pool masks), and what they hold; free ones
	of parties to be left alone only the managers."""
	user = user or frappe.session.user
	if visibility.reads_everything(user):
		return ""
	holder = f"`tabLead Pool Seat`.`holder` = {frappe.db.escape(user, percent=False)}"
	pool, table = "`tabLead Pool Seat`.`pool`", "`tabLead Pool Seat`"
	pools = _pools_condition(pool, list(visibility.memberships(user)))
	managed = _pools_condition(pool, visibility.managed_pools(user))
	spoken_to = f"ifnull({table}.`do_not_contact_until`, '0001-01-01') < '{nowdate()}'"
	return f"({holder} or {managed} or ({pools} and ({table}.`state` != 'Available' or {spoken_to})))"


def seat_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	user = user or frappe.session.user
	if visibility.reads_everything(user) or doc.get("holder") == user:
		return compat.no_opinion()
	hidden = doc.get("state") == "Available" and quiet_days.is_now(doc)
	if hidden and not visibility.manages(doc.get("pool"), user):
		return False
	return _in_own_pool(doc, user)


def log_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Managers see the log of the pools they manage."""
	user = user or frappe.session.user
	if visibility.sees_everything(user):
		return ""
	return _pools_condition("`tabLead Pool Log`.`pool`", visibility.managed_pools(user))


def log_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	user = user or frappe.session.user
	return _deny_unless(visibility.manages(doc.get("pool"), user))


def reveal_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Managers see who revealed what in the pools they manage."""
	user = user or frappe.session.user
	if visibility.sees_everything(user):
		return ""
	return _pools_condition("`tabLead Contact Reveal`.`pool`", visibility.managed_pools(user))


def reveal_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	user = user or frappe.session.user
	return _deny_unless(visibility.manages(doc.get("pool"), user))


def _of_own_pools(doctype: str, user: str | None) -> str:
	user = user or frappe.session.user
	if visibility.sees_everything(user):
		return ""
	return _pools_condition(f"`tab{doctype}`.`pool`", list(visibility.memberships(user)))


def _in_own_pool(doc: object, user: str | None) -> bool | None:
	user = user or frappe.session.user
	return _deny_unless(visibility.sees_everything(user) or visibility.is_member(doc.get("pool"), user))
