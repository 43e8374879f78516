"""Jobs about money: bank lines, cases, messages, statements, measures. Each hands over to one service."""

from typing import Any

import frappe

from l2c_app.jobs import commit_step, counted, summed
from l2c_app.services.chasing import (
	case_doors,
	cases,
	cash_forecast,
	dispute_escalation,
	dunning_runs,
	forewarning,
	nightly,
	statement_run_work,
	statement_runs,
)
from l2c_app.services.ledger import clearing_doors, contract_months
from l2c_app.services.receipt import bank_matching, statement_load_work


def work_bank_match_run(run: str) -> None:
	"""Match the open bank lines of a run, committed piece by piece. An error ends the run with its text."""
	try:
		for _done in bank_matching.work(run):
			commit_step()
	except Exception as error:
		frappe.db.rollback()
		bank_matching.fail(run, str(error) or type(error).__name__)
		frappe.log_error(
			title="Bank lines not matched", reference_doctype="Bank Match Run", reference_name=run
		)
	commit_step()


def work_statement_load(run: str) -> None:
	"""Load or undo a bank statement: one commit per step; queued again while there is more than one job's time allows."""
	statement_load_work.work(run, commit=commit_step)


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
	commit_step()
	return summed(total, cases.chunks())


def chase() -> dict[str, Any]:
	"""Nightly: judge promises, refresh cases, tell sales of what is late and not billed, start automatic runs."""
	done: dict[str, Any] = {}
	for step, result in nightly.steps():
		done[step] = result
		commit_step()
	return done


def escalate_disputes() -> dict[str, int]:
	"""Nightly: disputes past their deadline are told to whoever is above the one who answers. Returns counts."""
	return summed({}, dispute_escalation.tell_managers())


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
			commit_step()
	return kept


def prepare_dunning_run(run: str) -> int:
	"""Make the list of a run, committed chunk by chunk; killed, it goes on where it stopped. Returns how many lines."""
	return counted(dunning_runs.fill(run))


def send_dunning_run(run: str) -> int:
	"""Send the lines of a run, one commit each; killed, it goes on where it stopped. Returns how many were looked at."""
	return counted(1 for _line in dunning_runs.lines(run))


def work_statement_run(run: str) -> None:
	"""List or send the statements of a run: one commit per customer; queued again after one job's time."""
	statement_run_work.work(run, commit=commit_step)


def prepare_statements() -> list[str]:
	"""Nightly, on the day that L2C Settings name: last month's customer statements by company. Returns the runs."""
	return statement_runs.prepare_due()
