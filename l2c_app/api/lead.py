"""RPC for the Lead form: seats by lead, so that a form needs no names of seats."""

from typing import Any

import frappe

from l2c_app.services.lead import merging, scoring, starting_rules
from l2c_app.services.pool import reveal, seat_view


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
def reveal_contact(lead: str, reason: str) -> list[dict[str, str]]:
	"""Return the contact data that the lead's pool masks for ever; logged, with a daily cap."""
	return reveal.reveal(lead, reason)


@frappe.whitelist(methods=["POST"])
def score_all() -> None:
	"""Score all leads again in the background."""
	frappe.has_permission("Lead Scoring", "write", throw=True)
	scoring.rules_changed()


@frappe.whitelist()
def compare(kept: str, merged: str) -> dict[str, Any]:
	"""Return two leads side by side, for the choice of values before a merge; both must be writable."""
	return merging.compare(kept, merged)


@frappe.whitelist()
def merges(lead: str) -> list[dict[str, Any]]:
	"""Return merges of a lead that wait for consent or can be undone, and what this user may do with each."""
	return merging.of_lead(lead)


@frappe.whitelist()
def survivor(lead: str) -> str | None:
	"""Return the lead that a merged one became, for links and bookmarks that still name it."""
	return merging.survivor(lead)


@frappe.whitelist(methods=["POST"])
def merge(kept: str, merged: str, take: list[str], reason: str = "") -> dict[str, Any]:
	"""Merge a lead into another, or ask who protects one of them. Returns {name, state, consent_of}."""
	return merging.merge(kept, merged, take=take, reason=reason)


@frappe.whitelist(methods=["POST"])
def decide_merge(name: str, agree: bool) -> dict[str, Any]:
	"""Agree to a waiting merge or refuse it. Returns {name, state, consent_of}: who must still agree."""
	return merging.decide(name, agree=agree)


@frappe.whitelist(methods=["POST"])
def undo_merge(name: str) -> str:
	"""Undo a merge and return the name of the lead that is back."""
	return merging.undo(name)
