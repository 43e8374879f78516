"""RPC of recycling: what other rules would do before they are saved, and rules to begin with."""

from typing import Any

import frappe

from l2c_app.services.pool import recycle_view


@frappe.whitelist(methods=["POST"])
def effect(pool: str, rules: str | list, holiday_list: str | None = None) -> dict[str, Any]:
	"""Return what saving these rules would do tonight, by rep. Changes nothing."""
	return recycle_view.effect(pool, frappe.parse_json(rules) or [], holiday_list)


@frappe.whitelist()
def about_to_go_back(filters: str | list | dict | None = None) -> dict[str, Any]:
	"""Return how many of the session user's seats go back within three days, for the card that shows it."""
	return recycle_view.about_to_go_back()


@frappe.whitelist()
def starting_rules(party_type: str = "Lead") -> list[dict[str, Any]]:
	"""Return rows that a new pool of leads or customers may begin with."""
	return recycle_view.starting_rules(party_type)
