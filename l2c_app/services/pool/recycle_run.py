"""The run that takes back what is due: the seats are found by their stored date and judged by the rules of today."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from l2c_app.core import recycling as core
from l2c_app.core.seats import Event, State
from l2c_app.services.pool import recycle_dates, recycle_facts, recycle_rules, runs
from l2c_app.services.pool.name_lists import chunks
from l2c_app.services.pool.recycle_dates import Dates
from l2c_app.services.pool.seats import Move, move

FIELDS = (
	"name",
	"party_type",
	"party",
	"pool",
	"state",
	"holder",
	"claimed_on",
	"last_effort_on",
	"recycle_on",
	"protected_until",
	"version",
)
SHOWN = {
	core.Exemption.WON: "Won Before",
	core.Exemption.OPPORTUNITY: "Open Opportunity",
	core.Exemption.QUOTATION: "Valid Quotation",
	core.Exemption.APPOINTMENT: "Appointment Ahead",
	core.Exemption.CONTRACT: "Live Contract",
	core.Exemption.ORDER: "Open Order",
	core.Exemption.INVOICE: "Unpaid Invoice",
}
RECYCLE, KEEP = "recycle", "keep"


# For the runs


def plan(run: Document) -> Iterator[runs.Planned]:
	"""Plan a row for every seat of the pool that is due: taken with the rule, or kept with what exempts it.

	Options: `rules` judges by other rules than the pool's, for a preview before they are saved.
	"""
	pool = frappe.get_cached_doc("Lead Pool", run.pool)
	rules = runs.options_of(run).get("rules")
	policy = recycle_rules.policy_of(pool, rules if run.mode == runs.PREVIEW else None)
	seats = _held(run.pool) if rules else find_due(run.pool, getdate(run.run_date))
	for row, tier, verdict in judge(seats, policy, today=getdate(run.run_date)):
		if verdict != core.Verdict():
			yield _planned(row, tier, verdict)


def apply(run: Document, rows: Sequence[frappe._dict]) -> dict[str, object]:
	"""Take the seats of a chunk back, locked and judged once more: effort and deals since the plan count."""
	seats = {row.name: row for row in _locked([row.seat for row in rows])}
	policy = recycle_rules.policy_of(frappe.get_cached_doc("Lead Pool", run.pool))
	verdicts = {
		row.name: verdict
		for row, _tier, verdict in judge(seats.values(), policy, today=getdate(run.run_date))
	}
	moves, answers = [], {}
	for row in rows:
		seat, verdict = seats.get(row.seat), verdicts.get(row.seat)
		if not seat or seat.holder != row.from_user:
			answers[row.name] = _("The seat changed hands since the plan.")
		elif not verdict or not verdict.rule:
			answers[row.name] = _why_kept(verdict or core.Verdict())
		else:
			moves.append(_move(run, row.seat, verdict.rule.name, seat.version))
	refused = move(moves, actor=run.started_by)
	return {row.name: answers.get(row.name, refused.get(row.seat)) for row in rows}


def finish(run: Document) -> None:
	"""Note on the pool which night is done."""
	frappe.db.set_value("Lead Pool", run.pool, "recycled_on", run.run_date, update_modified=False)


# Finding and judging


def find_due(pool: str, today: date) -> list[frappe._dict]:
	"""Return the held seats of a pool whose stored date has come, by index."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(*(seat[name] for name in FIELDS))
	query = query.where((seat.pool == pool) & (seat.state == State.HELD.value))
	return query.where(seat.recycle_on <= today).orderby(seat.name).run(as_dict=True)


def _held(pool: str) -> list[frappe._dict]:
	return frappe.get_all(
		"Lead Pool Seat",
		filters={"pool": pool, "state": State.HELD.value},
		fields=list(FIELDS),
		order_by="name",
	)


def _locked(names: Sequence[str]) -> list[frappe._dict]:
	"""Lock held seats and return their newest rows: an effort that was just recorded must count."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	rows: list = []
	for some in chunks(sorted(names)):
		query = frappe.qb.from_(seat).select(*(seat[name] for name in FIELDS)).where(seat.name.isin(some))
		query = query.where(seat.state == State.HELD.value)
		rows += query.orderby(seat.name).for_update().run(as_dict=True)
	return rows


def judge(
	rows: Iterable[frappe._dict], policy: recycle_rules.Policy, *, today: date
) -> list[tuple[frappe._dict, str, core.Verdict]]:
	"""Return (seat, tier, verdict) of held seats. Exemptions are read only for those that some rule makes due."""
	rows = list(rows)
	dates = Dates(policy)
	tiers = recycle_dates.tiers_of(rows) if policy.has_tiers else {}
	judged = []
	for row in rows:
		tier = tiers.get((row.party_type, row.party), "")
		judged.append((row, tier, dates.of(recycle_dates.clock_of(row, tier))))
	due = [row for row, _tier, when in judged if when and when[0].on <= today]
	facts = facts_of(due)
	return [
		(
			row,
			tier,
			core.judge(
				when,
				today=today,
				facts=facts.get((row.party_type, row.party), ()),
				protected_until=row.protected_until,
			),
		)
		for row, tier, when in judged
	]


def facts_of(rows: Sequence[frappe._dict]) -> dict[tuple[str, str], set[core.Exemption]]:
	"""Return {(party type, party): what exempts it}: for few seats by name, for many by one pass over what is open."""
	result: dict[tuple[str, str], set[core.Exemption]] = {}
	for party_type in sorted({row.party_type for row in rows}):
		names = [row.party for row in rows if row.party_type == party_type]
		found = recycle_facts.find(party_type, names if len(names) <= recycle_facts.FEW else None)
		result |= {(party_type, party): facts for party, facts in found.items()}
	return result


def _planned(row: frappe._dict, tier: str, verdict: core.Verdict) -> runs.Planned:
	numbers = {
		"claimed_on": row.claimed_on,
		"last_effort_on": row.last_effort_on,
		"recycle_on": row.recycle_on,
	}
	return runs.Planned(
		row.name,
		row.party_type,
		row.party,
		decision=RECYCLE if verdict.rule else KEEP,
		from_user=row.holder,
		reason=verdict.rule.name if verdict.rule else _why_kept(verdict),
		numbers={**numbers, "tier": tier, "version": row.version},
		skip=not verdict.rule,
	)


def _why_kept(verdict: core.Verdict) -> str:
	if verdict.protected:
		return _("Protected")
	if verdict.exempt:
		return ", ".join(_(SHOWN[item]) for item in verdict.exempt)
	return _("Not due any more")


def _move(run: Document, seat: str, rule: str, version: int) -> Move:
	return Move(seat, Event.RECYCLE, rule=rule, run=run.name, version=version)
