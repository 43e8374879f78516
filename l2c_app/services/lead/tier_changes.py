"""A lead that changed its tier, up or down: its holder is told once, its pools' managers while nobody holds it."""

from collections import defaultdict
from collections.abc import Sequence

import frappe
from frappe import _

from l2c_app.core import scoring
from l2c_app.services.follow_up import reminders
from l2c_app.services.lead import score_rules
from l2c_app.services.pool import visibility

NAMED = 5


def tell(before: dict[str, dict], after: dict[str, dict], thresholds: Sequence[scoring.Threshold]) -> None:
	"""Tell about leads whose stored tier was another one before; a first score tells nobody. One line per user and call.

	Off unless the settings say so, and then without a query while no tier changed.
	"""
	changed = {
		lead: (before[lead].tier or "", row["tier"])
		for lead, row in after.items()
		if lead in before and (before[lead].tier or "") != row["tier"]
	}
	if not changed or not frappe.get_cached_doc(score_rules.SETTINGS).get("tell_tier_changes"):
		return
	order = [threshold.tier for threshold in thresholds]
	names = {row.name: row for row in _leads(changed)}
	for user, leads in _receivers(names):
		lines = [_line(names[lead], *changed[lead], order) for lead in sorted(leads)]
		reminders.bell(
			user.name, _text(lines, reminders.language_of(user.name)), document=("Lead", min(leads))
		)


def _leads(leads: Sequence[str]) -> list[frappe._dict]:
	fields = ["name", "title", "lead_owner"]
	return frappe.get_all("Lead", filters={"name": ("in", list(leads))}, fields=fields, order_by="name")


def _receivers(leads: dict[str, frappe._dict]) -> list[tuple[frappe._dict, set[str]]]:
	"""Return (enabled user, leads he is told about), by name."""
	seats = visibility.live_seats("Lead", list(leads))
	managers = visibility.managers_of({seat.pool for some in seats.values() for seat in some})
	told: dict[str, set[str]] = defaultdict(set)
	for lead, row in leads.items():
		holders = {seat.holder for seat in seats.get(lead, []) if seat.holder}
		if lead not in seats:
			holders = {row.lead_owner} - {None, ""}
		for user in holders or {user for seat in seats.get(lead, []) for user in managers.get(seat.pool, [])}:
			told[user].add(lead)
	filters = {"name": ("in", sorted(told)), "enabled": 1}
	enabled = frappe.get_all("User", filters=filters, fields=["name"], order_by="name")
	return [(user, told[user.name]) for user in enabled]


def _line(lead: frappe._dict, old: str, new: str, order: list[str]) -> str:
	places = [order.index(tier) if tier in order else len(order) for tier in (old, new)]
	arrow = "↑" if places[1] < places[0] else "↓"
	return f"{lead.title or lead.name} {arrow} {old or '–'} → {new or '–'}"


def _text(lines: list[str], language: str | None) -> str:
	named = ", ".join(lines[:NAMED]) + (" …" if len(lines) > NAMED else "")
	return _("{0} leads changed their tier: {1}", language).format(len(lines), named)
