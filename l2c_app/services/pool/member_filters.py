"""What single members take: the filters of the member rows that reach them, judged for many seats at once."""

import json
from collections.abc import Collection, Mapping, Sequence

import frappe
from frappe import _

from l2c_app.core import filters as core_filters
from l2c_app.services.pool import pool_checks
from l2c_app.services.pool.name_lists import chunks

Alternatives = list[list[core_filters.Filter]]
"""Filters of several rows that reach one member: he takes what one of them admits."""


def validate(pool: object) -> None:
	"""Raise BadAdmissionFilter for a member row whose filters cannot be read."""
	for row in pool.get("members") or []:
		pool_checks.parse_filters(
			pool.party_type, row.get("filters"), title=_("Members, row {0}").format(row.idx)
		)


def united(texts: Sequence[str | None]) -> str:
	"""Return what to store for a member reached by rows with these filters; "" when one of them admits everything."""
	written = [(text or "").strip() for text in texts]
	return json.dumps(sorted(set(written))) if written and all(written) else ""


def of_members(pool: object, rows: Sequence[frappe._dict]) -> tuple[dict[str, Alternatives], dict[str, str]]:
	"""Return ({member: what he takes}, {member: why his filters admit nobody}); who takes everything is in neither."""
	takes: dict[str, Alternatives] = {}
	wrong: dict[str, str] = {}
	for row in rows:
		texts = json.loads(row.filters or "[]")
		alternatives = [core_filters.parse(frappe.parse_json(text)) for text in texts]
		if any(pool_checks.unknown_fields(pool.party_type, filters) for filters in alternatives):
			wrong[row.user] = _("The member's filter names a field that is gone.")
		elif alternatives:
			takes[row.user] = alternatives
	return takes, wrong


def shut(
	party_type: str, seats: Mapping[str, str], takes: dict[str, Alternatives]
) -> dict[str, Collection[str]]:
	"""Return {seat: members who do not take its party} of {seat: party}. One query per thousand seats, none without filters."""
	if not takes:
		return {}
	fields = {field for each in takes.values() for some in each for field, _operator, _value in some}
	closed: dict[str, Collection[str]] = {}
	for some in chunks(list(seats.items())):
		filters = {"name": ("in", [party for _seat, party in some])}
		rows = frappe.get_all(party_type, filters=filters, fields=sorted(fields | {"name"}), order_by="name")
		parties = {row.name: row for row in rows}
		for seat, name in some:
			party = parties.get(name) or {}
			closed[seat] = {user for user, each in takes.items() if not _takes(party, each)}
	return closed


def _takes(party: dict, alternatives: Alternatives) -> bool:
	return any(core_filters.matches(party, filters) for filters in alternatives)
