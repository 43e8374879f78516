"""The run that takes back what is due: the seats are found by their stored date and judged by the rules of today."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from l2c_app.core import recycling as core
from l2c_app.core.seats import Event, State
from l2c_app.services.errors import RunStateError, refuse
from l2c_app.services.pool import absence, pool_moves, recycle_facts, recycle_rules, runs
from l2c_app.services.pool.name_lists import among, chunks
from l2c_app.services.pool.party_clocks import Clocks
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
READS = ("seat", "from_user")
RECYCLE, KEEP = "recycle", "keep"
NOTHING = core.Verdict()
NO_FACTS: frozenset[core.Exemption] = frozenset()


@dataclass
class Case:
	"""A held seat as the rules see it on a day: its dates, what exempts it (read only when due), the verdict."""

	row: frappe._dict
	tier: str
	dates: list[core.Due]
	day: date | None
	facts: frozenset[core.Exemption] = NO_FACTS
	verdict: core.Verdict = NOTHING

	@property
	def is_due(self) -> bool:
		"""Return True when at least one rule would take the seat."""
		return bool(self.dates) and self.dates[0].on <= self.day


# For the runs


def may_commit(pool: str) -> None:
	"""Raise RunStateError while recycling is off: only a preview may show what it would take."""
	if not frappe.get_cached_value("Lead Pool", pool, "recycle_enabled"):
		refuse(
			RunStateError,
			_("Recycling is off in pool {0}.").format(pool),
			do=_("Switch it on, or start a preview."),
		)


def plan(run: Document) -> Iterator[runs.Planned]:
	"""Plan a row for every seat of the pool that is due or whose holder is gone: taken, or kept with what exempts it.

	Options: `rules` judges all held seats by other rules than the pool's, for a preview before they are saved.
	"""
	pool, today = frappe.get_cached_doc("Lead Pool", run.pool), getdate(run.run_date)
	rules = runs.options_of(run).get("rules") if run.mode == runs.PREVIEW else None
	policy = recycle_rules.policy_of(pool, rules)
	gone = absence.reasons(pool, holders(run.pool), today)
	seats = held(run.pool) if rules is not None else find_due(run.pool, today)
	for case in judge(seats, policy, today=today):
		if case.verdict != NOTHING and case.row.holder not in gone:
			yield _planned(case.row, case.tier, _answer(case))
	absent = judge(held(run.pool, list(gone)) if gone else [], policy, today=today)
	answers = _answers(absent, gone)
	for case in absent:
		yield _planned(case.row, case.tier, answers[case.row.name])


def lock(run: Document) -> None:
	"""Lock the members of the pool and of the one that its seats go on to, before a chunk locks seats."""
	if run.mode == runs.COMMIT and run.state == runs.RUNNING:
		pool_moves.lock_way(run.pool)


def apply(run: Document, rows: Sequence[frappe._dict]) -> dict[str, object]:
	"""Take the seats of a chunk back, locked and judged once more: effort and deals since the plan count."""
	pool, today = frappe.get_cached_doc("Lead Pool", run.pool), getdate(run.run_date)
	off = None if pool.recycle_enabled else _("Recycling is off in pool {0}.").format(run.pool)
	off = off if pool.enabled else _("Pool {0} is disabled.").format(run.pool)
	if off:
		return {row.name: off for row in rows}
	seats = {row.name: row for row in _locked(run.pool, [row.seat for row in rows])}
	gone = absence.reasons(pool, {row.holder for row in seats.values()}, today)
	cases = judge(seats.values(), recycle_rules.policy_of(pool), today=today)
	verdicts = _answers(cases, gone)
	moves, answers = [], {}
	for row in rows:
		seat = seats.get(row.seat)
		if not seat or seat.holder != row.from_user:
			answers[row.name] = _("The seat changed hands since the plan.")
			continue
		taken, reason = verdicts[row.seat]
		if taken:
			moves.append(Move(row.seat, Event.RECYCLE, rule=reason, run=run.name, version=seat.version))
		else:
			answers[row.name] = reason
	refused = move(moves, actor=run.started_by)
	pool_moves.send_on(run.pool, [seat for seat, why_not in refused.items() if not why_not])
	return {row.name: answers.get(row.name, refused.get(row.seat)) for row in rows}


def finish(run: Document) -> None:
	"""Note on the pool which night is done, and warn those who are next."""
	frappe.db.set_value("Lead Pool", run.pool, "recycled_on", run.run_date, update_modified=False)
	if not runs.live(runs.WARN, run.pool):
		runs.start_by_system(runs.WARN, run.pool)


# Finding and judging


def find_due(pool: str, today: date) -> list[frappe._dict]:
	"""Return the held seats of a pool whose stored date has come, by index."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(*(seat[name] for name in FIELDS))
	query = query.where((seat.pool == pool) & (seat.state == State.HELD.value))
	return query.where(seat.recycle_on <= today).orderby(seat.name).run(as_dict=True)


def holders(pool: str) -> list[str]:
	"""Return the users who hold seats of a pool."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(seat.holder).distinct()
	query = query.where((seat.pool == pool) & (seat.state == State.HELD.value))
	return [row[0] for row in query.orderby(seat.holder).run()]


def held(pool: str, of_holders: list[str] | None = None) -> list[frappe._dict]:
	"""Return the held seats of a pool, of all or of some holders."""
	filters: dict = {"pool": pool, "state": State.HELD.value}
	if of_holders is not None:
		filters["holder"] = ("in", of_holders)
	return frappe.get_all("Lead Pool Seat", filters=filters, fields=list(FIELDS), order_by="name")


def _locked(pool: str, names: Sequence[str]) -> list[frappe._dict]:
	"""Lock held seats of the pool and return their newest rows: an effort that was just recorded must count."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	rows: list = []
	for some in chunks(sorted(names)):
		query = frappe.qb.from_(seat).select(*(seat[name] for name in FIELDS)).where(among(seat.name, some))
		query = query.where((seat.pool == pool) & (seat.state == State.HELD.value))
		rows += query.orderby(seat.name).for_update().run(as_dict=True)
	return rows


def judge(rows: Iterable[frappe._dict], policy: recycle_rules.Policy, *, today: date | None) -> list[Case]:
	"""Judge held seats as of a day; None: each as of the date on which it would be taken.

	What exempts is read only for the seats that some rule makes due.
	"""
	rows = list(rows)
	dates = Dates(policy)
	clocks = Clocks(rows, {row.pool: policy for row in rows})
	cases = []
	for row in rows:
		when = dates.of(clocks.of(row))
		cases.append(Case(row, clocks.tier(row), when, today or (when[0].on if when else None)))
	_decide([case for case in cases if case.is_due])
	return cases


def _decide(cases: Sequence[Case]) -> None:
	"""Give due cases their verdicts. Most are alike, and are decided once: equal dates are one list (`Dates`)."""
	facts = facts_of([case.row for case in cases])
	known: dict[tuple, core.Verdict] = {}
	for case in cases:
		row = case.row
		case.facts = frozenset(facts.get((row.party_type, row.party), ())) if facts else NO_FACTS
		alike = id(case.dates), case.day, case.facts, row.protected_until
		if alike not in known:
			known[alike] = core.judge(
				case.dates, today=case.day, facts=case.facts, protected_until=row.protected_until
			)
		case.verdict = known[alike]


def facts_of(rows: Sequence[frappe._dict]) -> dict[tuple[str, str], set[core.Exemption]]:
	"""Return {(party type, party): what exempts it}: for few seats by name, for many by one pass over what is open."""
	result: dict[tuple[str, str], set[core.Exemption]] = {}
	for party_type in sorted({row.party_type for row in rows}):
		names = [row.party for row in rows if row.party_type == party_type]
		found = recycle_facts.find(party_type, names if len(names) <= recycle_facts.FEW else None)
		result |= {(party_type, party): facts for party, facts in found.items()}
	return result


def _answers(cases: Sequence[Case], gone: dict[str, str]) -> dict[str, tuple[bool, str]]:
	"""Return {seat: (whether it goes, why)}. What keeps the seats of members on leave is read for all of them at once."""
	away = [case for case in cases if gone.get(case.row.holder) == absence.ON_LEAVE and not _is_settled(case)]
	kept = facts_of([case.row for case in away])
	return {
		case.row.name: _answer(
			case, gone.get(case.row.holder), kept.get((case.row.party_type, case.row.party), set())
		)
		for case in cases
	}


def _is_settled(case: Case) -> bool:
	return bool(case.verdict.rule) or _is_protected(case)


def _is_protected(case: Case) -> bool:
	return bool(case.row.protected_until) and case.day <= case.row.protected_until


def _answer(case: Case, reason: str | None = None, kept: Collection[core.Exemption] = ()) -> tuple[bool, str]:
	"""Return whether the seat goes and why. Who is gone for good loses even protected seats; who is on leave keeps those
	that are protected or have business on them (`kept`)."""
	if reason and reason != absence.ON_LEAVE:
		return True, reason
	if case.verdict.rule:
		return True, case.verdict.rule.name
	if not reason:
		return False, why_kept(case.verdict)
	if _is_protected(case):
		return False, _("Protected")
	return not kept, _shown(sorted(kept)) if kept else reason


def _planned(row: frappe._dict, tier: str, answer: tuple[bool, str]) -> runs.Planned:
	numbers = {
		"claimed_on": row.claimed_on,
		"last_effort_on": row.last_effort_on,
		"recycle_on": row.recycle_on,
		"tier": tier,
		"version": row.version,
	}
	taken, reason = answer
	return runs.Planned(
		row.name,
		row.party_type,
		row.party,
		decision=RECYCLE if taken else KEEP,
		from_user=row.holder,
		reason=reason,
		numbers=numbers,
		skip=not taken,
	)


def why_kept(verdict: core.Verdict) -> str:
	"""Say what keeps a seat with its holder."""
	if verdict.protected:
		return _("Protected")
	return _shown(verdict.exempt) if verdict.exempt else _("Not due any more")


def _shown(exempt: Iterable[core.Exemption]) -> str:
	return ", ".join(_(SHOWN[item]) for item in exempt)
