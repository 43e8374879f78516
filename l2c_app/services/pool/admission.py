"""How a party gets its seats: which pools admit it, who holds it from the start, and the rows themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe.utils import now_datetime

from l2c_app.core import filters as core_filters
from l2c_app.core.masking import mask_name
from l2c_app.core.seats import Event, State
from l2c_app.services.batch.stamps import STAMPS, stamps
from l2c_app.services.pool import (
	pool_checks,
	pool_fields,
	quiet_days,
	recycle_dates,
	seat_log,
	vault,
	visibility,
)
from l2c_app.services.pool.closed_set_cleaning import remove_shares_of_everyone
from l2c_app.services.pool.name_lists import chunks, forget_cached
from l2c_app.services.pool.seats import update_parties

NEVER_ADMITTED = frozenset({"Converted", "Do Not Contact"})
SECONDS_BETWEEN_ERRORS = 3600
COLUMNS = (
	*STAMPS,
	"party_type",
	"party",
	"party_name",
	"pool",
	"state",
	"is_primary",
	"holder",
	"claimed_on",
	"version",
	"admitted_on",
	"free_since",
)


@dataclass(frozen=True)
class Admission:
	"""One seat to be made: Held when a holder comes with it."""

	party: str
	pool: str
	party_name: str = ""
	holder: str | None = None
	party_type: str = "Lead"


def admitting_pools(doc: object, party_type: str) -> list[str]:
	"""Return the enabled pools whose filters admit the document, oldest first. An empty filter admits nobody.

	Parties that are converted or must not be contacted are never admitted.
	"""
	if doc.get("status") in NEVER_ADMITTED or doc.get("disabled"):
		return []
	return [
		pool
		for pool in visibility.enabled_pools(party_type)
		if _admits(frappe.get_cached_doc("Lead Pool", pool), doc)
	]


def _admits(pool: object, doc: object) -> bool:
	"""Return whether the pool's filters admit the document. Filters that broke after they were saved admit nobody, and
	the error log says so once an hour: a custom field that vanished must stop neither leads nor other pools."""
	try:
		return core_filters.matches(doc, filters_of(pool)) and _can_mask(pool)
	except (ValueError, TypeError) as error:
		key = f"l2c_broken_filter:{pool.name}"
		if not frappe.cache.get_value(key, expires=True):
			frappe.cache.set_value(key, 1, expires_in_sec=SECONDS_BETWEEN_ERRORS)
			frappe.log_error(title=f"Admission of {pool.name}", message=str(error))
		return False


def _can_mask(pool: object) -> bool:
	"""Return True. Raises ValueError when a contact field of the pool vanished: under another name it would be shown."""
	gone = pool_fields.vanished(pool.name)
	if gone:
		raise ValueError(f"no such contact field: {', '.join(gone)}")
	return True


def fields_of_filters(party_type: str) -> set[str]:
	"""Return the fields that the filters of enabled pools ask for. No query; a filter that broke asks for nothing."""
	fields: set[str] = set()
	for pool in visibility.enabled_pools(party_type):
		try:
			rows = filters_of(frappe.get_cached_doc("Lead Pool", pool))
		except (ValueError, TypeError):
			continue
		fields |= {field for field, _operator, _value in rows}
	return fields


def filters_of(pool: object) -> list[core_filters.Filter]:
	"""Return a pool's admission filters, parsed. Raises ValueError on bad JSON and core.filters.BadFilter, which is one,
	also for a field that its parties do not have any more: "is not X" would be true of every party."""
	text = (pool.get("admission_filters") or "").strip()
	rows = core_filters.parse(frappe.parse_json(text)) if text else []
	gone = pool_checks.unknown_fields(pool.party_type, rows) if rows else []
	if gone:
		raise core_filters.BadFilter(f"no such field: {', '.join(gone)}")
	return rows


def shown_name(pool: str, name: str | None) -> str:
	"""Return a party's name as the pool shows it: masked where the pool masks."""
	masked = frappe.get_cached_value("Lead Pool", pool, "mask_mode") != visibility.OPEN_DATA
	return mask_name(name) if masked else " ".join((name or "").split())[:140]


def admit(
	admissions: Sequence[Admission], *, writes_owner: bool = True, actor: str | None = None
) -> list[str]:
	"""Insert the seats with their log and return their names, in order; parties already seated in a pool are skipped.

	The first seat of a party is its primary one and drives its owner. `writes_owner=False`: the caller saves the party
	with owner and mark himself (a lead being inserted). A second, parallel admission meets the unique key.
	"""
	actor, at = actor or frappe.session.user, now_datetime()
	fresh, primary = _not_seated(admissions)
	if not fresh:
		return []
	names = {admission: frappe.generate_hash(length=10) for admission in fresh}
	_insert([_row(a, names[a], a in primary, at=at, actor=actor) for a in fresh])
	if writes_owner:
		_close_parties(fresh, primary, at, actor)
		_seal(fresh)
	seat_log.write([_log_entry(a, names[a]) for a in fresh], at=at, actor=actor)
	_count_received(fresh)
	_keep_quiet(fresh, primary)
	recycle_dates.recompute([names[a] for a in fresh if a.holder])
	visibility.seats_changed()
	return list(names.values())


def _keep_quiet(fresh: Sequence[Admission], primary: Collection[Admission]) -> None:
	"""A party that is to be left alone stays so on a further seat."""
	for party_type in sorted({a.party_type for a in fresh}):
		further = [a.party for a in fresh if a.party_type == party_type and a not in primary]
		if further:
			quiet_days.spread(party_type, further)


def _seal(fresh: Sequence[Admission]) -> None:
	"""Leads that enter a pool which masks for ever go into the vault with all that hangs on them."""
	for admission in fresh:
		if admission.party_type == "Lead" and vault.masks_for_ever([admission.pool]):
			vault.seal_stored(admission.party)


def _not_seated(admissions: Sequence[Admission]) -> tuple[list[Admission], set[Admission]]:
	"""Return the admissions without a seat yet, and those of them that become their party's primary seat."""
	seated: dict[tuple[str, str], set[str]] = {}
	for party_type in {a.party_type for a in admissions}:
		for parties in chunks(sorted({a.party for a in admissions if a.party_type == party_type})):
			rows = frappe.get_all(
				"Lead Pool Seat",
				filters={"party_type": party_type, "party": ("in", parties)},
				fields=["party", "pool"],
				order_by="party, pool",
			)
			for row in rows:
				seated.setdefault((party_type, row.party), set()).add(row.pool)
	fresh, primary = [], set()
	for admission in dict.fromkeys(admissions):
		pools = seated.setdefault((admission.party_type, admission.party), set())
		if admission.pool in pools:
			continue
		if not pools:
			primary.add(admission)
		pools.add(admission.pool)
		fresh.append(admission)
	return fresh, primary


def _row(admission: Admission, name: str, primary: bool, *, at: datetime, actor: str) -> tuple:
	held = bool(admission.holder)
	return (
		*stamps(name, actor, at),
		admission.party_type,
		admission.party,
		shown_name(admission.pool, admission.party_name),
		admission.pool,
		State.HELD.value if held else State.AVAILABLE.value,
		int(primary),
		admission.holder,
		at if held else None,
		1,
		at,
		None if held else at,
	)


def _insert(rows: Sequence[tuple]) -> None:
	seat = frappe.qb.DocType("Lead Pool Seat")
	for some in chunks(rows):
		query = frappe.qb.into(seat).columns(*COLUMNS)
		for row in some:
			query = query.insert(*row)
		query.run()


def _close_parties(fresh: list[Admission], primary: set[Admission], at: datetime, actor: str) -> None:
	"""Write owner and mark of existing parties, one statement per thousand of equal values."""
	groups: dict[tuple[str, tuple], set[str]] = {}
	for admission in fresh:
		values: list[tuple[str, object]] = [("modified", at), ("modified_by", actor)]
		if admission in primary:
			values.append((visibility.OWNER_FIELD[admission.party_type], admission.holder))
		if admission.party_type == "Lead":
			values.append(("l2c_pooled", 1))
		groups.setdefault((admission.party_type, tuple(values)), set()).add(admission.party)
	for (party_type, values), parties in groups.items():
		update_parties(party_type, values, sorted(parties))
		forget_cached(party_type, sorted(parties))
	remove_shares_of_everyone([a.party for a in fresh if a.party_type == "Lead"])


def _count_received(fresh: list[Admission]) -> None:
	membership = frappe.qb.DocType("Lead Pool Membership")
	for pool, user in sorted({(a.pool, a.holder) for a in fresh if a.holder}):
		query = frappe.qb.update(membership).set(membership.moves, membership.moves + 1)
		query.where((membership.pool == pool) & (membership.user == user)).run()


def _log_entry(admission: Admission, seat: str) -> dict:
	return {
		"seat": seat,
		"pool": admission.pool,
		"party_type": admission.party_type,
		"party": admission.party,
		"event": Event.ADMIT.value,
		"to_state": State.HELD.value if admission.holder else State.AVAILABLE.value,
		"to_holder": admission.holder,
	}
