"""A lead must be complete enough before it is claimed, becomes a customer or gets an approved contract."""

from collections.abc import Iterable
from dataclasses import dataclass

import frappe
from frappe import _

from l2c_app.core import scoring
from l2c_app.services.errors import LeadIncomplete, refuse
from l2c_app.services.lead import score_facts, score_rules

CLAIM, CONVERT, CONTRACT = score_rules.GATES


@dataclass(frozen=True)
class Lack:
	"""How complete a lead is, how complete the step wants it, and the labels of the fields that are missing."""

	percent: int
	needed: int
	missing: tuple[str, ...]


def lacking(leads: Iterable[str], step: str) -> dict[str, Lack]:
	"""Return {lead: what it lacks} of those not complete enough for the step, by their fields as stored now.

	One query for all; none while scoring is off or the step asks for nothing.
	"""
	needed = (frappe.get_cached_doc(score_rules.SETTINGS).get(step) or 0) if score_rules.enabled() else 0
	names = sorted(set(leads)) if needed else []
	if not names:
		return {}
	rulebook = score_rules.load()
	result = {}
	for lead, values in score_facts.values_of(names, rulebook.lead_fields).items():
		weights = scoring.weights_of(values.l2c_tier or "", rulebook.weights)
		percent, missing = scoring.completeness(values, weights)
		if percent < needed:
			result[lead] = Lack(percent, needed, _labels(missing))
	return result


def _labels(missing: dict[str, int]) -> tuple[str, ...]:
	meta = frappe.get_meta("Lead")
	heaviest = sorted(missing, key=lambda field: (-missing[field], field))
	return tuple(_(meta.get_label(field)) for field in heaviest)


def require(lead: str | None, step: str) -> None:
	"""Raise LeadIncomplete with both numbers and the missing fields when the lead is not complete enough for the step."""
	lack = lacking([lead], step).get(lead) if lead else None
	if lack:
		refuse(
			LeadIncomplete,
			_("The lead is not complete enough."),
			compared=say(lack),
			do=_("Fill in the fields on the lead."),
		)


def say(lack: Lack) -> str:
	"""Say what was compared and what is missing; labels only, no values."""
	text = _("{0} % of {1} % are filled in. Missing: {2}.")
	return text.format(lack.percent, lack.needed, ", ".join(lack.missing))
