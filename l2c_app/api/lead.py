"""RPC for the Lead form: seats by lead, so that a form needs no names of seats."""

from typing import Any

import frappe

from l2c_app.services.lead import scoring, starting_rules
from l2c_app.services.pool import seat_view


@frappe.whitelist()
def pool_state(lead: str) -> dict[str, Any]:
	"""Return the seats of a lead that this user may know of, and what he may do with each. No contact data."""
	return seat_view.state_of("Lead", lead)


@frappe.whitelist()
def score(lead: str) -> dict[str, Any]:
	"""Return what a lead scored, why, and what is missing, without any of its values; {} when it was never scored."""
	return scoring.explain(lead)


@frappe.whitelist()
def starting_score_rules() -> dict[str, Any]:
	"""Return rows of rules to start from, for the scoring form to fill in unsaved."""
	frappe.has_permission("Lead Scoring", "write", throw=True)
	return starting_rules.all_rules()


@frappe.whitelist(methods=["POST"])
def score_all() -> None:
	"""Score all leads again in the background."""
	frappe.has_permission("Lead Scoring", "write", throw=True)
	scoring.rules_changed()
