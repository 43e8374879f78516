"""Targets of the scheduler. Each hands over to one service, which isolates its own items."""

from collections.abc import Callable, Iterable
from typing import Any

import frappe

from l2c_app.services.billing import billing_run_work, billing_runs
from l2c_app.services.chasing import (
	case_doors,
	cases,
	cash_forecast,
	dunning_runs,
	forewarning,
	nightly,
	statement_run_work,
	statement_runs,
)
from l2c_app.services.contract import adoption_run_work, adoption_runs, contract_end_reminders, return_visits
from l2c_app.services.errors.recovery import retrying
from l2c_app.services.follow_up import acts, cadence_run, digest, first_response, reminders
from l2c_app.services.lead import import_run_work, import_runs, scoring
from l2c_app.services.ledger import audit, clearing_doors, contract_months
from l2c_app.services.pool import (
	distribution_run,
	invariants,
	mask_mode,
	pool_members,
	pool_opening,
	recycle_dates,
	recycle_nights,
	run_work,
	runs,
)
from l2c_app.services.receipt import bank_matching, statement_load_work, statement_loads
from l2c_app.services.signing import requests as signing_requests


def remind_of_follow_ups() -> dict:
	"""Every ten minutes: reminders, escalations, and once a day the digests. Returns counts.

	Committed page by page; a killed job tells nothing twice and misses nothing when it runs again.
	"""
	total = _sum({"told": 0, "hidden": 0, "failed": 0, "digests": 0}, reminders.pages())
	for sent in digest.users():
		total["digests" if sent else "failed"] += 1
		frappe.db.commit()
	return total


def forget_old_reminders() -> int:
	"""Nightly: the log of reminders keeps what is still planned and the last 400 days. Returns how many rows went."""
	return reminders.forget_old()


def advance_cadences() -> dict:
	"""Hourly: who replied, converted or was released leaves; due steps are done. Committed chunk by chunk. Returns counts."""
	return _sum({}, cadence_run.chunks())


def keep_response_clocks() -> dict:
	"""Every ten minutes: start, stop and hand over the first-response clocks of pooled leads. Returns counts."""
	return first_response.keep()


def count_meetings() -> dict:
	"""Hourly: meetings that ended are effort of who held them. Returns counts."""
	return retrying(acts.meetings_over)


def remind_of_contract_ends() -> dict[str, int]:
	"""Nightly: follow ups before contracts end, and renewals to propose. Each contract is committed. Returns counts."""
	return _sum({"reminded": 0, "proposed": 0, "failed": 0}, contract_end_reminders.remind())


def plan_return_visits() -> dict[str, int]:
	"""Nightly: follow ups after deliveries and completed contracts, each committed. Returns counts."""
	return return_visits.plan_due(frappe.db.commit)


def audit_contracts() -> dict:
	"""Nightly: recompute every live contract from the ledger and report any drift. Returns counts.

	Each chunk is committed; a killed job goes on where it stopped when it runs again on the same day.
	"""
	return audit.run(frappe.db.commit)


def refresh_pool_members() -> dict:
	"""Nightly: resolve roles and sales people of every pool to users again. Committed pool by pool. Returns counts."""
	total = {"pools": 0, "failed": 0, "added": 0, "changed": 0, "removed": 0, "repaired": 0}
	return _sum(total, pool_members.refresh_each())


def store_party_keys() -> dict:
	"""Once a pool is enabled: store the keys of leads and customers that were there before. Returns counts of chunks.

	Each chunk is committed; a killed job may simply run again.
	"""
	return _sum({}, ({party_type: 1} for party_type in pool_opening.chunks_of_keys()))


def work_pool_run(run: str) -> None:
	"""Do a run of a pool: one commit per chunk; queued again while there is more than one job's time allows."""
	run_work.work(run, commit=frappe.db.commit)


def resume_pool_runs() -> list[str]:
	"""Every ten minutes: queue runs and imports of leads again whose process died. Returns their names."""
	return _queue_again((run_work.stalled, runs.queue), (import_run_work.stalled, import_runs.queue))


def work_lead_import(run: str) -> None:
	"""Plan or do an import of leads: one commit per chunk; queued again while there is more than one job's time allows."""
	import_run_work.work(run, commit=frappe.db.commit)


def score_leads() -> int:
	"""Nightly, and after the rules changed: score all leads. Returns how many. Each chunk is committed."""
	return _count(scoring.chunks_of_leads())


def start_recycling() -> list[str]:
	"""Hourly: start tonight's run of every pool whose hour has come. Returns the runs."""
	return recycle_nights.start_due()


def recompute_recycle_dates(pool: str) -> int:
	"""After the rules of a pool changed: new dates for its held seats, committed chunk by chunk. Returns how many changed.

	A killed job may simply run again.
	"""
	after: str | None = ""
	total = 0
	while after is not None:
		after, changed = recycle_dates.recompute_chunk(pool, after=after)
		total += changed
		frappe.db.commit()
	return total


def follow_mask_mode(pool: str) -> None:
	"""After a pool changed how it masks: its leads go into the vault or come out of it, committed piece by piece.

	A killed job may simply run again.
	"""
	after: str | None = ""
	while after is not None:
		after = mask_mode.follow(pool, after=after)
		frappe.db.commit()


def start_distributions() -> list[str]:
	"""Hourly: start the run of every pool whose weekday and hour have come. Returns the runs."""
	return distribution_run.start_due()


def check_pools() -> dict[str, Any]:
	"""By hand (`bench --site SITE execute l2c_app.jobs.check_pools`): print what does not agree. Returns it, and the count."""
	found = [vars(violation) for violation in invariants.check()]
	return {"violations": len(found), "found": found}


def work_bank_match_run(run: str) -> None:
	"""Match the open bank lines of a run, committed piece by piece. An error ends the run with its text."""
	try:
		for _done in bank_matching.work(run):
			frappe.db.commit()
	except Exception as error:
		frappe.db.rollback()
		bank_matching.fail(run, str(error) or type(error).__name__)
		frappe.log_error(
			title="Bank lines not matched", reference_doctype="Bank Match Run", reference_name=run
		)
	frappe.db.commit()


def work_statement_load(run: str) -> None:
	"""Load or undo a bank statement: one commit per step; queued again while there is more than one job's time allows."""
	statement_load_work.work(run, commit=frappe.db.commit)


def collect_cleared_money() -> int:
	"""Every ten minutes: money in clearing that the host's Bank Clearance cleared, or uncleared. Returns payments seen."""
	return clearing_doors.catch_up()


def read_cases_again() -> dict[str, int]:
	"""Every ten minutes: what money that came in means for its cases: gates, next action, rank. Returns counts."""
	return case_doors.read_again()


def refresh_cases() -> dict[str, int]:
	"""Hourly: collection cases follow the ledger, chunk by chunk, announced runs start, those whose job died go on.

	Nothing while no policy is enabled. Returns counts.
	"""
	total: dict[str, int] = {"resumed": len(nightly.resume()), "started": len(forewarning.start_due())}
	frappe.db.commit()
	return _sum(total, cases.chunks())


def chase() -> dict[str, Any]:
	"""Nightly: judge promises, refresh cases, tell sales of what is late and not billed, start automatic runs."""
	done: dict[str, Any] = {}
	for step, result in nightly.steps():
		done[step] = result
		frappe.db.commit()
	return done


def expire_signing_links() -> int:
	"""Nightly: mark signing requests whose time is over. Returns how many."""
	return signing_requests.expire_due()


def keep_measures() -> dict[str, int]:
	"""Nightly: keep the figures of contracts of a month that is closed now, and on Mondays the cash forecast.

	Each piece is committed; a killed job goes on the next night. Returns how many rows were new.
	"""
	kept: dict[str, int] = {"months": 0, "weeks": 0}
	for kind, pieces in (
		("months", contract_months.keep_closed_month()),
		("weeks", cash_forecast.keep_week()),
	):
		for rows in pieces:
			kept[kind] += rows
			frappe.db.commit()
	return kept


def prepare_dunning_run(run: str) -> int:
	"""Make the list of a run, committed chunk by chunk; killed, it goes on where it stopped. Returns how many lines."""
	return _count(dunning_runs.fill(run))


def send_dunning_run(run: str) -> int:
	"""Send the lines of a run, one commit each; killed, it goes on where it stopped. Returns how many were looked at."""
	return _count(1 for _line in dunning_runs.lines(run))


def work_billing_run(run: str) -> None:
	"""Prepare or bill a run: one commit per step; queued again while there is more than one job's time allows."""
	billing_run_work.work(run, commit=frappe.db.commit)


def resume_billing_runs() -> list[str]:
	"""Every ten minutes: queue runs that bill, adopt, load or send statements again whose process died. Returns them."""
	return _queue_again(
		(billing_run_work.stalled, billing_runs.queue),
		(adoption_runs.stalled, adoption_runs.queue),
		(statement_load_work.stalled, statement_loads.queue),
		(statement_runs.stalled, statement_runs.queue),
	)


def _queue_again(*kinds: tuple[Callable[[], list[str]], Callable[[str], None]]) -> list[str]:
	found = [(name, queue) for stalled, queue in kinds for name in stalled()]
	for name, queue in found:
		queue(name)
	return [name for name, _queue in found]


def prepare_billing() -> list[str]:
	"""Nightly, if L2C Settings ask for it: previews of what is due, one per company. Bills nothing. Returns the runs."""
	return billing_runs.prepare_at_night()


def work_adoption_run(run: str) -> None:
	"""Judge or adopt the contracts of a run: one commit per contract; queued again after one job's time."""
	adoption_run_work.work(run, commit=frappe.db.commit)


def work_statement_run(run: str) -> None:
	"""List or send the statements of a run: one commit per customer; queued again after one job's time."""
	statement_run_work.work(run, commit=frappe.db.commit)


def prepare_statements() -> list[str]:
	"""Nightly, on the day that L2C Settings name: last month's customer statements by company. Returns the runs."""
	return statement_runs.prepare_due()


def _sum(total: dict[str, int], pieces: Iterable[dict[str, int]]) -> dict[str, int]:
	"""Add up the counts of pieces of work, each committed."""
	for counts in pieces:
		total |= {key: total.get(key, 0) + count for key, count in counts.items()}
		frappe.db.commit()
	return total


def _count(pieces: Iterable[int]) -> int:
	"""Add up pieces of work, each committed, and what is done after the last one as well."""
	total = 0
	for done in pieces:
		total += done
		frappe.db.commit()
	frappe.db.commit()
	return total
