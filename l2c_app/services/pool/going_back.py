"""Which seats their holders are about to lose, as the runs will judge: nothing protected, nothing that business keeps."""

from collections.abc import Sequence
from datetime import date, timedelta

import frappe
from frappe.utils import add_days

from l2c_app.core.seats import State
from l2c_app.services.pool import party_names, recycle_rules, recycle_run
from l2c_app.services.pool.name_lists import among, chunks

SOON_DAYS = 3
SHOWN = ("party_type", "party", "party_name")


def soon(users: Sequence[str], today: date, *, days: int = SOON_DAYS) -> dict[str, list[frappe._dict]]:
	"""Return {holder: [{party_type, party, party_name, recycle_on}]} of seats a run takes by `today` + `days`, soonest first,
	with the real names of the parties.

	`recycle_on` is the first date whose run may take the seat, today for what is due since longer. Costs one query per
	pool with such seats, and those of the exemptions, however many holders.
	"""
	last = add_days(today, days)
	found: dict[str, list[frappe._dict]] = {}
	for pool, rows in _candidates(last, users).items():
		policy = recycle_rules.policy_of(frappe.get_cached_doc("Lead Pool", pool))
		for case in recycle_run.judge(rows, policy, today=last):
			if case.verdict.rule:
				row = frappe._dict({name: case.row[name] for name in SHOWN})
				row.recycle_on = _first_run(case, today)
				found.setdefault(case.row.holder, []).append(row)
	_name_really([row for rows in found.values() for row in rows])
	return {
		user: sorted(rows, key=lambda row: (row.recycle_on, row.party))
		for user, rows in sorted(found.items())
	}


def holders(today: date, *, days: int = SOON_DAYS) -> list[str]:
	"""Return the users with a seat whose date comes by `today` + `days`; what keeps a seat is not asked here."""
	seat, pool = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead Pool")
	query = frappe.qb.from_(seat).join(pool).on(pool.name == seat.pool).select(seat.holder).distinct()
	query = query.where((pool.enabled == 1) & (pool.recycle_enabled == 1))
	query = query.where((seat.state == State.HELD.value) & (seat.recycle_on <= add_days(today, days)))
	return [row[0] for row in query.orderby(seat.holder).run()]


def _name_really(rows: Sequence[frappe._dict]) -> None:
	names = party_names.real((row.party_type, row.party) for row in rows)
	for row in rows:
		row.party_name = names.get((row.party_type, row.party)) or row.party_name


def _candidates(last: date, users: Sequence[str]) -> dict[str, list[frappe._dict]]:
	seat, pool = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead Pool")
	result: dict[str, list[frappe._dict]] = {}
	for some in chunks(sorted(set(users))):
		query = frappe.qb.from_(seat).join(pool).on(pool.name == seat.pool)
		query = query.select(*(seat[name] for name in (*recycle_run.FIELDS, "party_name")))
		query = query.where((pool.enabled == 1) & (pool.recycle_enabled == 1) & among(seat.holder, some))
		query = query.where((seat.state == State.HELD.value) & (seat.recycle_on <= last))
		for row in query.orderby(seat.name).run(as_dict=True):
			result.setdefault(row.pool, []).append(row)
	return result


def _first_run(case: recycle_run.Case, today: date) -> date:
	due = next(due.on for due in case.dates if due.rule == case.verdict.rule)
	shield = case.row.protected_until
	return max(due, today, shield + timedelta(days=1) if shield else today)
