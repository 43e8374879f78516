"""The rules by which leads are scored, as the admin wrote them: read once, and refused with the row that is wrong.

A field that a rule looks at may be deleted later. Such a rule scores nothing until it is corrected; leads are saved as ever.
"""

from dataclasses import dataclass

import frappe
from frappe import _

from l2c_app.core import filters as core_filters
from l2c_app.core import scoring
from l2c_app.core.scoring import Kind
from l2c_app.services.errors import BadScoringRule, refuse

SETTINGS = "Lead Scoring"
GATES = ("claim_percent", "convert_percent", "contract_percent")


@dataclass(frozen=True)
class Rulebook:
	"""All rules, parsed."""

	groups: tuple[scoring.Group, ...]
	fit_rules: tuple[scoring.FitRule, ...]
	event_rules: tuple[scoring.EventRule, ...]
	thresholds: tuple[scoring.Threshold, ...]
	weights: tuple[scoring.Weight, ...]
	vanished: tuple[str, ...] = ()
	"""A line for each rule or weight left out because its field is gone."""

	@property
	def lead_fields(self) -> list[str]:
		"""Return the fields of a lead that the rules look at."""
		wanted = {row.field for row in self.weights}
		wanted |= {field for rule in self.fit_rules for field, _operator, _value in rule.filters}
		return sorted(wanted)

	@property
	def events(self) -> frozenset[str]:
		"""Return the kinds of events that give points."""
		return frozenset(rule.event for rule in self.event_rules)


def enabled() -> bool:
	"""Return True when leads are scored. Costs no query: the settings are cached."""
	return bool(frappe.get_cached_doc(SETTINGS).enabled)


def load(settings: object | None = None) -> Rulebook:
	"""Return the stored rules (or those of unsaved settings) without those whose fields are gone. Raises
	core.filters.BadFilter on filters that cannot be read."""
	settings = settings or frappe.get_cached_doc(SETTINGS)
	known = _lead_fields()
	fit = {row: _fit_rule(row) for row in settings.rules if not row.event}
	gone = {row: _fields(rule) - known for row, rule in fit.items()}
	gone |= {row: {row.field} - known for row in settings.completeness}
	return Rulebook(
		groups=tuple(_group(row) for row in settings.groups),
		fit_rules=tuple(rule for row, rule in fit.items() if not gone[row]),
		event_rules=tuple(
			scoring.EventRule(row.label, row.group_name, row.points, row.event, row.detail or "")
			for row in settings.rules
			if row.event
		),
		thresholds=tuple(
			scoring.Threshold(row.tier, row.fit or 0, row.engagement or 0) for row in settings.tiers
		),
		weights=tuple(
			scoring.Weight(row.field, row.weight or 0, row.tier or "")
			for row in settings.completeness
			if not gone[row]
		),
		vanished=tuple(_vanished(row, fields) for row, fields in gone.items() if fields),
	)


def _fields(rule: scoring.FitRule) -> set[str]:
	return {field for field, _operator, _value in rule.filters}


def _vanished(row: object, fields: set[str]) -> str:
	table = _("Fields") if row.parentfield == "completeness" else _("Rules")
	where = _("{0}, row {1}").format(table, row.idx)
	gone = ", ".join(sorted(fields))
	return _("{0}: a lead has no field {1} any more. Until it is corrected, the row scores nothing.").format(
		where, gone
	)


def _group(row: object) -> scoring.Group:
	kind = Kind(row.kind)
	fading = row.half_life or 0 if kind is Kind.ENGAGEMENT else 0
	return scoring.Group(row.group_name, kind, row.cap or 0, fading)


def _fit_rule(row: object) -> scoring.FitRule:
	text = (row.filters or "").strip()
	try:
		parsed = core_filters.parse(frappe.parse_json(text)) if text else []
	except ValueError as error:
		raise core_filters.BadFilter(str(error)) from error
	return scoring.FitRule(row.label, row.group_name, row.points, tuple(parsed))


def check(settings: object) -> None:
	"""Refuse rules that could never work. Raises BadScoringRule naming the table, the row and what is wrong with it."""
	if settings.enabled and not settings.rules:
		refuse(
			BadScoringRule, _("There is no rule to score by."), do=_("Add one, or load the starting rules.")
		)
	kinds = _unique(settings.groups, "group_name", _("Groups"))
	_unique(settings.tiers, "tier", _("Tiers"))
	for row in settings.rules:
		_check_rule(row, kinds)
	over = next((step for step in GATES if (settings.get(step) or 0) > scoring.FULL), None)
	if over:
		refuse(
			BadScoringRule,
			_("No lead can be more complete than 100 %."),
			compared=f"{_(settings.meta.get_label(over))}: {settings.get(over)}",
		)
	known = _lead_fields()
	for row in settings.completeness:
		if row.field not in known:
			_wrong(_("Fields"), row, _("A lead has no field {0}.").format(row.field))


def _unique(rows: list, fieldname: str, table: str) -> dict[str, object]:
	found: dict[str, object] = {}
	for row in rows:
		value = row.get(fieldname)
		if value in found:
			_wrong(table, row, _("{0} is there twice.").format(value))
		found[value] = row
	return found


def _check_rule(row: object, groups: dict[str, object]) -> None:
	group = groups.get(row.group_name)
	if not group:
		_wrong(_("Rules"), row, _("There is no group {0}.").format(row.group_name))
	if not row.points:
		_wrong(_("Rules"), row, _("A rule of 0 points changes nothing."))
	wanted = Kind.ENGAGEMENT if row.event else Kind.FIT
	if group.kind != wanted.value:
		text = _("A rule for events belongs in a group of engagement, any other in a group of fit.")
		_wrong(_("Rules"), row, text)
	if not row.event:
		_check_filters(row)


def _check_filters(row: object) -> None:
	try:
		rule = _fit_rule(row)
	except core_filters.BadFilter as error:
		_wrong(_("Rules"), row, _("The filter cannot be read: {0}").format(error))
	if not rule.filters:
		_wrong(_("Rules"), row, _("A filter without conditions would fit every lead."))
	unknown = _fields(rule) - _lead_fields()
	if unknown:
		_wrong(_("Rules"), row, _("A lead has no field {0}.").format(", ".join(sorted(unknown))))


def _lead_fields() -> set[str]:
	return {field.fieldname for field in frappe.get_meta("Lead").fields if field.fieldtype not in _NO_VALUE}


_NO_VALUE = frozenset(
	{"Section Break", "Column Break", "Tab Break", "HTML", "Button", "Table", "Table MultiSelect", "Fold"}
)


def _wrong(table: str, row: object, text: str) -> None:
	refuse(BadScoringRule, text, compared=_("{0}, row {1}").format(table, row.idx), do=_("Correct the row."))
