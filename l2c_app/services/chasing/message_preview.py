"""The message of one line of a dunning run as it would go out now; nothing is written or sent."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, nowdate

from l2c_app.core import dunning
from l2c_app.services.chasing import bank_lines, chase_facts, gate_texts, messages

ROW = "Dunning Run Row"


def of_line(name: str) -> dict[str, Any]:
	"""Return {level, channel, recipient, subject, message, invoices}, or {reason} where a gate is shut now.

	For people who may write cases: they send.
	"""
	frappe.has_permission("Collection Case", "write", throw=True)
	line = frappe.get_doc(ROW, name)
	line.check_permission("read")
	bank = bank_lines.suspects({line.company})
	known = chase_facts.read([line.customer], bank=bank).get((line.customer, line.company, line.currency))
	if known is None or known.policy is None:
		return {"reason": _("Nothing is overdue any more")}
	wanted = line.override_level or None
	decision = dunning.decide(known.facts, known.policy.rules, on=getdate(nowdate()), wanted=wanted)
	if not decision.go:
		return {"reason": gate_texts.sentence(decision, known)}
	return messages.draft(known, decision)
