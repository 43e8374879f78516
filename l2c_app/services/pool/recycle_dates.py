"""The stored date on which a held seat returns, with its rule: on the seat, and on the lead of a primary seat.

It follows from the claim, the last effort, the tier and the rules. Whatever changes one of them asks here for a new
date; a date is replaced, never wiped: where no rule is on, the old one stays and nothing is taken.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial

import frappe
from frappe.utils import get_datetime

from l2c_app.core import recycling as core
from l2c_app.core.seats import State
from l2c_app.services.pool import recycle_rules
from l2c_app.services.pool.name_lists import among, chunks
from l2c_app.services.pool.recycle_rules import Policy

JOB = "l2c_app.jobs.recompute_recycle_dates"
CHUNK = 5000
FIELDS = ("name", "pool", "party_type", "party", "claimed_on", "last_effort_on", "recycle_on", "recycle_rule")


class Dates:
	"""The due dates of clocks under one policy; equal clocks, of which a pool has many, are worked out once."""

	def __init__(self, policy: Policy) -> None:
		self.policy = policy
		self.known: dict[core.Clock, list[core.Due]] = {}

	def of(self, clock: core.Clock) -> list[core.Due]:
		"""Return the dates of all kinds, soonest first."""
		if clock not in self.known:
			self.known[clock] = core.due_dates(self.policy.rules, clock, self.policy.holidays)
		return self.known[clock]


def clock_of(row: frappe._dict, tier: str = "") -> core.Clock:
	"""Return the clock of a held seat, in site dates."""
	return core.Clock(_day(row.claimed_on), _day(row.last_effort_on), tier)


def _day(moment: datetime | str | None) -> date | None:
	if isinstance(moment, str):
		moment = get_datetime(moment)
	return moment.date() if moment else None


def tiers_of(rows: Sequence[frappe._dict]) -> dict[tuple[str, str], str]:
	"""Return {(party type, party): tier} of seats' parties; only leads have one."""
	leads = sorted({row.party for row in rows if row.party_type == "Lead"})
	result: dict[tuple[str, str], str] = {}
	for names in chunks(leads):
		filters = {"name": ("in", names), "l2c_tier": ("is", "set")}
		for lead in frappe.get_all("Lead", filters=filters, fields=["name", "l2c_tier"], order_by="name"):
			result[("Lead", lead.name)] = lead.l2c_tier
	return result


def of_holds(rows: Sequence[frappe._dict], at: datetime) -> dict[str, core.Due]:
	"""Return {seat: date and rule} of seats that get a holder at this moment; seats without a rule are missing."""
	policies = recycle_rules.policies([row.pool for row in rows])
	dates = {pool: Dates(policy) for pool, policy in policies.items()}
	tiers = tiers_of([row for row in rows if policies[row.pool].has_tiers])
	result: dict[str, core.Due] = {}
	for row in rows:
		tier = tiers.get((row.party_type, row.party), "")
		due = dates[row.pool].of(core.Clock(at.date(), None, tier))
		if due:
			result[row.name] = due[0]
	return result


def recompute(seats: Sequence[str]) -> int:
	"""Work out the dates of held seats anew: after an effort, a changed tier. Returns how many changed."""
	changed = 0
	for names in chunks(sorted(set(seats))):
		changed += _store(_held({"name": ("in", names)}, limit=len(names)))
	return changed


def recompute_parties(party_type: str, parties: Sequence[str]) -> int:
	"""As `recompute`, for all held seats of parties."""
	changed = 0
	for names in chunks(sorted(set(parties))):
		changed += _store(_held({"party_type": party_type, "party": ("in", names)}))
	return changed


def recompute_chunk(pool: str, *, after: str = "") -> tuple[str | None, int]:
	"""Work out the dates of the next seats of a pool behind a name. Returns (last name or None at the end, changed)."""
	rows = _held({"pool": pool, "name": (">", after)}, limit=CHUNK)
	changed = _store(rows)
	return (rows[-1].name if len(rows) == CHUNK else None), changed


def follow_rules(pool: object) -> None:
	"""After a pool was saved with other rules or holidays: queue the work for its seats."""
	before = pool.get_doc_before_save()
	if not before or recycle_rules.fingerprint(before) == recycle_rules.fingerprint(pool):
		return
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, pool=pool.name)


def _held(filters: dict, limit: int | None = None) -> list[frappe._dict]:
	return frappe.get_all(
		"Lead Pool Seat",
		filters={**filters, "state": State.HELD.value},
		fields=[*FIELDS, "is_primary"],
		order_by="name",
		limit=limit,
	)


def _store(rows: Sequence[frappe._dict]) -> int:
	policies = recycle_rules.policies([row.pool for row in rows])
	dates = {pool: Dates(policy) for pool, policy in policies.items()}
	tiers = tiers_of([row for row in rows if policies[row.pool].has_tiers])
	changed: dict[core.Due, list[frappe._dict]] = {}
	for row in rows:
		due = dates[row.pool].of(clock_of(row, tiers.get((row.party_type, row.party), "")))
		if due and (row.recycle_on != due[0].on or row.recycle_rule != due[0].rule.name):
			changed.setdefault(due[0], []).append(row)
	for due, group in changed.items():
		_write(due, group)
	return sum(map(len, changed.values()))


def _write(due: core.Due, rows: Iterable[frappe._dict]) -> None:
	"""Write one date to seats and leads. Neither counts as edited: a form that is open stays valid."""
	rows = list(rows)
	update = partial(_update, due=due)
	update("Lead Pool Seat", [row.name for row in rows])
	update("Lead", [row.party for row in rows if row.is_primary and row.party_type == "Lead"])


def _update(doctype: str, names: list[str], *, due: core.Due) -> None:
	table = frappe.qb.DocType(doctype)
	for some in chunks(sorted(names)):
		query = frappe.qb.update(table)
		if doctype == "Lead":
			query = query.set(table.l2c_recycle_on, str(due.on))
		else:
			query = query.set(table.recycle_on, due.on).set(table.recycle_rule, due.rule.name)
		query.where(among(table.name, some)).run()
