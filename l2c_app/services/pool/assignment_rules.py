"""Native Assignment Rules beside pools: two engines must not hand out the same leads."""

import frappe
from frappe import _

from l2c_app.services.errors import AssignmentRuleFights, refuse
from l2c_app.services.pool import visibility

MARK = "l2c_pooled"
LISTED = 5


def fights(rule: object) -> bool:
	"""Return True for an enabled rule on leads whose condition does not look at the mark of pooled leads.

	The host cannot tell beforehand which leads a condition will fit, so it must name the mark.
	"""
	return (
		rule.get("document_type") == "Lead"
		and not rule.get("disabled")
		and MARK not in (rule.get("assign_condition") or "")
	)


def check_rule(rule: object) -> None:
	"""Raise AssignmentRuleFights for a rule that would hand out pooled leads while a pool of leads is enabled."""
	if visibility.enabled_pools("Lead") and fights(rule):
		_refuse(_("The rule would hand out leads of the pools, past their limits, and let strangers in."))


def check_pool(pool: object) -> None:
	"""Raise AssignmentRuleFights when a pool of leads is being enabled beside such rules."""
	before = pool.get_doc_before_save()
	if pool.party_type != "Lead" or not pool.enabled or (before and before.enabled):
		return
	if not frappe.db.exists("DocType", "Assignment Rule"):
		return
	rules = frappe.get_all(
		"Assignment Rule",
		filters={"document_type": "Lead", "disabled": 0},
		fields=["name", "document_type", "disabled", "assign_condition"],
		order_by="name",
	)
	names = [rule.name for rule in rules if fights(rule)]
	if names:
		shown = ", ".join(names[:LISTED])
		_refuse(_("These Assignment Rules would hand out the pool's leads as well: {0}").format(shown))


def _refuse(what: str) -> None:
	refuse(
		AssignmentRuleFights,
		what,
		do=_("Disable the rule, or add this to its assign condition: {0}").format(f"and not {MARK}"),
	)
