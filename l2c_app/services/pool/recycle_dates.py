"""The stored date on which a held seat returns, with its rule: on the seat, and on the lead of a primary seat.

It follows from the claim, the last effort, the tier, what a customer bought, where his group stands in their tree, the
rules and their holidays. Whatever changes one of them asks here for a new date; a date is replaced, never wiped: where no
rule is on, the old one stays and nothing is taken.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

import frappe

from l2c_app.core import recycling as core
from l2c_app.core.seats import State
from l2c_app.services.pool import recycle_rules, visibility
from l2c_app.services.pool.name_lists import among, chunks
from l2c_app.services.pool.party_clocks import Clocks
from l2c_app.services.pool.recycle_rules import Policy

JOB = "l2c_app.jobs.pools.recompute_recycle_dates"
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


def of_holds(rows: Sequence[frappe._dict], at: datetime) -> dict[str, core.Due]:
	"""Return {seat: date and rule} of seats that get a holder at this moment; seats without a rule are missing."""
	policies = recycle_rules.policies([row.pool for row in rows])
	dates = {pool: Dates(policy) for pool, policy in policies.items() if policy.rules}
	if not dates:
		return {}
	rows = [row for row in rows if row.pool in dates]
	clocks = Clocks(rows, policies)
	result: dict[str, core.Due] = {}
	for row in rows:
		due = dates[row.pool].of(clocks.from_now(row, at))
		if due:
			result[row.name] = due[0]
	return result


def recompute(seats: Sequence[str]) -> int:
	"""Work out the dates of held seats anew: after an effort, a changed tier, an order. Returns how many changed."""
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


def customer_changed(customer: str) -> None:
	"""After a customer bought, an order or invoice of his was cancelled, or he got another group. No query while no
	customer pool is enabled."""
	if customer and visibility.enabled_pools("Customer"):
		recompute_parties("Customer", [customer])


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
	_queue([pool.name])


def groups_changed() -> None:
	"""After a customer group got another parent or was merged: queue the work for the pools whose rules name groups."""
	rules = {"parenttype": "Lead Pool", "customer_group": ("is", "set")}
	_queue(frappe.get_all("Lead Pool Recycle Rule", filters=rules, pluck="parent", order_by="parent"))


def holidays_changed(holiday_list: str) -> None:
	"""After the days of a list changed: queue the work for the pools that do not count them."""
	pools = {"holiday_list": holiday_list}
	_queue(frappe.get_all("Lead Pool", filters=pools, pluck="name", order_by="name"))


def _queue(pools: Iterable[str]) -> None:
	for pool in sorted(set(pools)):
		frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, pool=pool)


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
	clocks = Clocks(rows, policies)
	changed: dict[core.Due, list[frappe._dict]] = {}
	for row in rows:
		due = dates[row.pool].of(clocks.of(row))
		if due and (row.recycle_on != due[0].on or row.recycle_rule != due[0].rule.name):
			changed.setdefault(due[0], []).append(row)
	for due, group in changed.items():
		_write(due, group)
	return sum(len(names) for names in changed.values())


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
