"""Which dunning policy a customer is chased by, as the pure rules read it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import cint, flt, getdate

from l2c_app.core.dunning import Level, Rules
from l2c_app.core.money import to_minor
from l2c_app.core.working_time import ALWAYS, Calendar

POLICY = "Dunning Policy"


@dataclass(frozen=True)
class Policy:
	"""One enabled policy: its document, its rules in minor units, its levels by number."""

	name: str
	document: Any
	rules: Rules

	def row(self, number: int) -> Any:
		"""Return the row of a level; numbers count from 1 in the order of days."""
		return _ordered(self.document)[number - 1]


def any_enabled() -> bool:
	"""Return whether anybody is chased at all; cached, no query once warm."""
	return bool(
		frappe.cache.get_value(
			"l2c_chasing", generator=lambda: cint(frappe.db.exists(POLICY, {"enabled": 1}) is not None)
		)
	)


def forget() -> None:
	"""Drop what is cached about policies, now and after commit."""
	frappe.cache.delete_value("l2c_chasing")
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value("l2c_chasing"))


class Policies:
	"""All enabled policies, and the groups of customers; read once."""

	def __init__(self, unit: Decimal) -> None:
		names = frappe.get_all(POLICY, filters={"enabled": 1}, pluck="name", order_by="name")
		self.all = [self._load(name, unit) for name in names]
		self.groups = {}
		if any(policy.document.customer_group for policy in self.all):
			rows = frappe.get_all("Customer Group", fields=["name", "lft", "rgt"], order_by="lft")
			self.groups = {row.name: (row.lft, row.rgt) for row in rows}

	def of(self, company: str, group: str | None) -> Policy | None:
		"""Return the closest policy: with the company before one for all, the deepest group before one for all."""
		fitting = [policy for policy in self.all if self._fits(policy.document, company, group)]
		return max(fitting, key=self._closeness, default=None)

	def _fits(self, document: Any, company: str, group: str | None) -> bool:
		if document.company and document.company != company:
			return False
		if not document.customer_group:
			return True
		own, wanted = self.groups.get(group or ""), self.groups.get(document.customer_group)
		return bool(own and wanted and wanted[0] <= own[0] and own[1] <= wanted[1])

	def _closeness(self, policy: Policy) -> tuple[int, bool, str]:
		document = policy.document
		depth = self.groups[document.customer_group][0] + 1 if document.customer_group else 0
		return depth, bool(document.company), policy.name

	def _load(self, name: str, unit: Decimal) -> Policy:
		document = frappe.get_cached_doc(POLICY, name)
		levels = tuple(
			Level(number, cint(row.days), row.channel == "Email")
			for number, row in enumerate(_ordered(document), start=1)
		)
		rules = Rules(
			levels,
			gap_days=cint(document.gap_days),
			most=cint(document.most_messages),
			tolerance=to_minor(flt(document.tolerance), unit),
			calendar=Calendar(_holidays(document.holiday_list)) if document.holiday_list else ALWAYS,
		)
		return Policy(name, document, rules)


def _ordered(document: Any) -> list[Any]:
	return sorted(document.levels, key=lambda row: cint(row.days))


def _holidays(holiday_list: str) -> frozenset[date]:
	rows = frappe.get_all(
		"Holiday", filters={"parent": holiday_list}, pluck="holiday_date", order_by="holiday_date"
	)
	return frozenset(getdate(row) for row in rows)
