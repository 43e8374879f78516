"""What a pool says about recycling, read once: its rules, its holidays, when to warn; and the check before it is saved."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import frappe
from frappe import _
from frappe.utils import getdate

from l2c_app.core import recycling as core
from l2c_app.services.errors import BadRecycleRule, refuse
from l2c_app.services.errors.hours import check_hour

FIELDS = ("kind", "tier", "customer_group", "days", "enabled", *(item.value for item in core.Exemption))
WATCHED = ("recycle_enabled", "holiday_list")


@dataclass(frozen=True)
class Policy:
	"""The enabled rules of a pool, the days that do not count, the warnings of holders and of managers before."""

	rules: tuple[core.Rule, ...] = ()
	holidays: frozenset[date] = frozenset()
	warnings: tuple[int, ...] = ()
	manager_warnings: tuple[int, ...] = ()

	@property
	def has_tiers(self) -> bool:
		"""Return True when a date depends on the tier of the party."""
		return any(rule.tier for rule in self.rules)

	@property
	def asks_for_deals(self) -> bool:
		"""Return True when a date depends on when the party last bought."""
		return any(rule.kind is core.Kind.NO_DEAL for rule in self.rules)


def policy_of(pool: object, rules: Sequence[Mapping] | None = None) -> Policy:
	"""Return a pool's policy, with other rules than its own for a preview. Raises BadRecycleRule."""
	rows = pool.get("recycle_rules") or [] if rules is None else rules
	chosen = tuple(_rule(row) for row in rows if int(row.get("enabled") or 0))
	try:
		core.check(chosen)
		warnings = core.warning_days(pool.get("warning_days"))
		managers = core.warning_days(pool.get("manager_warning_days"))
	except core.BadRule as error:
		refuse(
			BadRecycleRule,
			_("The recycle rules of pool {0} cannot be used.").format(pool.get("name") or ""),
			compared=str(error)[:140],
			do=_("Give each kind and tier one row, days from 1 to {0}, and warnings like 3, 1.").format(
				core.LONGEST
			),
		)
	if pool.get("party_type") == "Customer":
		chosen = _with_subtrees(chosen)
	return Policy(chosen, holidays_of(pool.get("holiday_list")), warnings, managers)


def policies(names: Sequence[str]) -> dict[str, Policy]:
	"""Return the policies of pools, by name."""
	return {name: policy_of(frappe.get_cached_doc("Lead Pool", name)) for name in set(names)}


def _with_subtrees(rules: Sequence[core.Rule]) -> tuple[core.Rule, ...]:
	"""Return the rules with one for each customer group below a named one; the row of the nearest group counts."""
	if not any(rule.tier for rule in rules):
		return tuple(rules)
	groups = frappe.get_all("Customer Group", fields=["name", "lft", "rgt"], order_by="lft")
	place = {group.name: group for group in groups}
	result: dict[tuple[core.Kind, str], core.Rule] = {}
	for rule in sorted(rules, key=lambda rule: place[rule.tier].lft if rule.tier in place else 0):
		top = place.get(rule.tier)
		below = [group.name for group in groups if top and top.lft <= group.lft <= group.rgt <= top.rgt]
		for name in below or [rule.tier]:
			result[(rule.kind, name)] = replace(rule, tier=name)
	return tuple(result.values())


def _rule(row: Mapping) -> core.Rule:
	tier = row.get("tier") or row.get("customer_group") or ""
	exemptions = frozenset(item for item in core.Exemption if int(row.get(item.value) or 0))
	try:
		return core.Rule(core.Kind(row.get("kind")), int(row.get("days") or 0), tier, exemptions)
	except ValueError:
		refuse(BadRecycleRule, _("There is no recycle rule of kind {0}.").format(row.get("kind")))


def holidays_of(holiday_list: str | None) -> frozenset[date]:
	"""Return the dates of a Holiday List."""
	if not holiday_list:
		return frozenset()
	rows = frappe.get_all(
		"Holiday", filters={"parent": holiday_list}, pluck="holiday_date", order_by="holiday_date"
	)
	return frozenset(getdate(day) for day in rows)


def validate(pool: object) -> None:
	"""Check rules, warnings, hour and cut before a pool is saved. Raises BadRecycleRule."""
	_check_classes(pool)
	policy_of(pool, [{**_values(row), "enabled": 1} for row in pool.get("recycle_rules") or []])
	check_hour(pool, "recycle_hour", BadRecycleRule)
	cut = float(pool.get("overdue_cut") or 0)
	if not 0 <= cut <= 100:
		refuse(
			BadRecycleRule, _("The cut of the quota must lie between 0 and 100 percent."), compared=str(cut)
		)


def _check_classes(pool: object) -> None:
	field = "tier" if pool.get("party_type") == "Customer" else "customer_group"
	misfits = [row.get(field) for row in pool.get("recycle_rules") or [] if row.get(field)]
	if misfits:
		refuse(
			BadRecycleRule,
			_("A recycle rule does not fit its pool."),
			compared=misfits[0],
			do=_("Rules for leads may name a tier, rules for customers a customer group."),
		)


def _values(row: Mapping) -> dict:
	return {name: row.get(name) for name in FIELDS}


def fingerprint(pool: object) -> str:
	"""Return a text that changes with all in a pool's own form that the dates of its seats depend on."""
	rows = [[str(row.get(name) or 0) for name in FIELDS] for row in pool.get("recycle_rules") or []]
	return json.dumps([pool.get("holiday_list") or "", rows])
