"""The run that seats parties which were there before: at go-live, in a pool enabled anew, or by a filter of its own."""

from collections.abc import Iterator, Sequence

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.core import filters as core_filters
from l2c_app.services.errors import BadAdmissionFilter, refuse
from l2c_app.services.pool import (
	admission,
	blocked_parties,
	membership_locks,
	pool_checks,
	runs,
	seat_admission,
)
from l2c_app.services.pool.name_lists import chunks

ADMIT = "admit"
PAGE = 5000


def check(pool: str, options: dict) -> None:
	"""Refuse a run before it is recorded. Raises BadAdmissionFilter without a filter, and for one that cannot be read."""
	_filters(frappe.get_cached_doc("Lead Pool", pool), options)


def plan(run: Document) -> Iterator[runs.Planned]:
	"""Plan a row for every party that has no seat here and that the filter admits: by `filters` of the options, else the
	pool's own. Its owner holds it where he is a member. Who must not be handed out is skipped with the reason."""
	pool = frappe.get_cached_doc("Lead Pool", run.pool)
	filters = _filters(pool, runs.options_of(run))
	members = seat_admission.members_of(pool.name)
	after: str | None = ""
	while after is not None:
		rows = _parties(pool.party_type, filters, {"name": (">", after)}, limit=PAGE)
		for some in chunks(rows):
			for row, reason in _judged(pool, filters, some):
				if reason is not None:
					yield _planned(pool, row, members, reason)
		after = rows[-1].name if len(rows) == PAGE else None


def lock(run: Document) -> None:
	"""Lock the members before a chunk reads anything, as a distribution does: they receive seats."""
	if run.mode == runs.COMMIT:
		membership_locks.lock_members(run.pool)


def apply(run: Document, rows: Sequence[frappe._dict]) -> dict[str, object]:
	"""Seat the parties of a chunk that still fit, with who owns them now."""
	pool = frappe.get_cached_doc("Lead Pool", run.pool)
	if not pool.enabled:
		return {row.name: _("Pool {0} is disabled.").format(run.pool) for row in rows}
	filters = _filters(pool, runs.options_of(run))
	found = _parties(pool.party_type, filters, {"name": ("in", [row.party for row in rows])})
	reasons = {party.name: reason for party, reason in _judged(pool, filters, found)}
	members = seat_admission.members_of(pool.name)
	fit = [party for party in found if reasons[party.name] == ""]
	admission.admit(seat_admission.admissions(pool, fit, members), actor=run.started_by)
	gone = _("The filter does not admit it any more, or it has a seat already.")
	answers = {party: gone if reason is None else reason for party, reason in reasons.items()}
	return {row.name: answers.get(row.party, gone) or None for row in rows}


def _filters(pool: object, options: dict) -> list[core_filters.Filter]:
	given = options.get("filters") or pool.get("admission_filters")
	text = given if isinstance(given, str) or not given else frappe.as_json(given)
	rows = pool_checks.parse_filters(pool.party_type, text, title=_("Admission"))
	if not rows:
		refuse(
			BadAdmissionFilter, _("Say which parties are to be admitted."), do=_("Give the pool a filter.")
		)
	return rows


def _parties(
	party_type: str, filters: list[core_filters.Filter], names: dict, *, limit: int | None = None
) -> list[frappe._dict]:
	fields = {field for field, _operator, _value in filters} | set(seat_admission.FIELDS[party_type])
	return frappe.get_all(party_type, filters=names, fields=sorted(fields), order_by="name", limit=limit)


def _judged(
	pool: object, filters: list[core_filters.Filter], parties: Sequence[frappe._dict]
) -> list[tuple[frappe._dict, str | None]]:
	"""Return each party with "" when it gets a seat, why not when nobody may have it, None when it is no matter here."""
	fit = [party for party in parties if core_filters.matches(party, filters)]
	seated = set(
		frappe.get_all(
			"Lead Pool Seat",
			filters={
				"party_type": pool.party_type,
				"pool": pool.name,
				"party": ("in", [party.name for party in fit]),
			},
			pluck="party",
			order_by="party",
		)
	)
	wanted = {party.name for party in fit} - seated
	return [(party, _why_not(party) if party.name in wanted else None) for party in parties]


def _why_not(party: frappe._dict) -> str:
	if party.get("disabled"):
		return _("The customer is disabled.")
	return (blocked_parties.of_lead(party.status) if "status" in party else None) or ""


def _planned(pool: object, party: frappe._dict, members: set[str], reason: str) -> runs.Planned:
	owner = seat_admission.owner_of(party)
	return runs.Planned(
		"",
		pool.party_type,
		party.name,
		decision=ADMIT,
		to_user=owner if owner in members and not reason else None,
		reason=reason,
		skip=bool(reason),
	)
