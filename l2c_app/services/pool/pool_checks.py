"""What a pool's settings must fulfil before it is saved: filters that can be read, a schedule, a pool to return to."""

import frappe
from frappe import _

from l2c_app.core import filters as core_filters
from l2c_app.services.errors import BadAdmissionFilter, BadDistribution, refuse
from l2c_app.services.errors.hours import check_hour
from l2c_app.services.pool import pool_fields

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def validate(pool: object) -> None:
	"""Raise BadAdmissionFilter, BadDistribution (schedule, pool to return to), BadPoolFields."""
	parse_filters(pool.party_type, pool.get("admission_filters"), title=_("Admission"))
	_check_schedule(pool)
	_check_return_pool(pool)
	pool_fields.validate(pool)


def parse_filters(doctype: str, text: str | None, *, title: str) -> list[core_filters.Filter]:
	"""Return filters, none where nothing is written. Raises BadAdmissionFilter for an empty list, for what cannot be read
	and for fields that the DocType does not have."""
	if not (text or "").strip():
		return []
	try:
		rows = core_filters.parse(frappe.parse_json(text))
	except (core_filters.BadFilter, ValueError, TypeError) as error:
		refuse(
			BadAdmissionFilter,
			_("{0}: the filters cannot be read.").format(title),
			compared=str(error)[:200],
			do=_('Write them as [["territory", "=", "China"]], with one of: {0}').format(
				", ".join(core_filters.OPERATORS)
			),
		)
	if not rows:
		refuse(
			BadAdmissionFilter,
			_("{0}: an empty filter says nothing.").format(title),
			do=_("Add a condition, or leave the field blank."),
		)
	_refuse_unknown(doctype, rows, title)
	return rows


def unknown_fields(doctype: str, rows: list[core_filters.Filter]) -> list[str]:
	"""Return the fields that filters name and the DocType does not have, or not any more."""
	known = {"name", "owner", "creation", *(field.fieldname for field in frappe.get_meta(doctype).fields)}
	return sorted({field for field, _operator, _value in rows} - known)


def _refuse_unknown(doctype: str, rows: list[core_filters.Filter], title: str) -> None:
	unknown = unknown_fields(doctype, rows)
	if unknown:
		refuse(
			BadAdmissionFilter,
			_("{0}: {1} has no such field: {2}").format(title, _(doctype), ", ".join(unknown)[:200]),
		)


def _check_schedule(pool: object) -> None:
	if not pool.get("distribute_by_schedule"):
		return
	check_hour(pool, "schedule_hour", BadDistribution)
	if not any(pool.get(f"on_{day}") for day in WEEKDAYS):
		refuse(BadDistribution, _("The schedule needs at least one weekday."))


def _check_return_pool(pool: object) -> None:
	target = pool.get("return_pool")
	if not target:
		return
	kind = frappe.db.get_value("Lead Pool", target, "party_type")
	if target == pool.name or kind != pool.party_type:
		refuse(
			BadDistribution,
			_("Returned seats can only go to another pool of the same kind."),
			compared=target,
			do=_("Leave it blank to keep them here."),
		)
