"""Jobs about contracts: ends, signing, adoption, billing, the audit. Each hands over to one service."""

from l2c_app.jobs import commit_step, queue_again, summed
from l2c_app.services.billing import billing_run_work, billing_runs
from l2c_app.services.chasing import statement_runs
from l2c_app.services.contract import adoption_run_work, adoption_runs, contract_end_reminders, return_visits
from l2c_app.services.ledger import audit
from l2c_app.services.receipt import bank_matching, statement_load_work, statement_loads
from l2c_app.services.signing import expiry_reminders, requests


def remind_of_contract_ends() -> dict[str, int]:
	"""Nightly: follow ups before contracts end, and renewals to propose. Each contract is committed. Returns counts."""
	return summed({"reminded": 0, "proposed": 0, "failed": 0}, contract_end_reminders.remind())


def plan_return_visits() -> dict[str, int]:
	"""Nightly: follow ups after deliveries and completed contracts, each committed. Returns counts."""
	return return_visits.plan_due(commit_step)


def audit_contracts() -> dict:
	"""Nightly: recompute every live contract from the ledger and report any drift. Returns counts.

	Each chunk is committed; a killed job goes on where it stopped when it runs again on the same day.
	"""
	return audit.run(commit_step)


def expire_signing_links() -> int:
	"""Nightly: mark signing requests whose time is over. Returns how many."""
	return requests.expire_due()


def remind_of_signing_links() -> dict[str, int]:
	"""Nightly: mails to signatories and notices to owners before links expire. Each is committed. Returns counts."""
	return summed({"mailed": 0, "told": 0, "failed": 0}, expiry_reminders.remind())


def work_adoption_run(run: str) -> None:
	"""Judge, adopt or take back the contracts of a run: one commit per contract; queued again after one job's time."""
	adoption_run_work.work(run, commit=commit_step)


def work_billing_run(run: str) -> None:
	"""Prepare or bill a run: one commit per step; queued again while there is more than one job's time allows."""
	billing_run_work.work(run, commit=commit_step)


def resume_billing_runs() -> list[str]:
	"""Every ten minutes: queue runs that bill, adopt, load, match or send statements again whose process died. Returns them."""
	return queue_again(
		(billing_run_work.stalled, billing_runs.queue),
		(adoption_runs.stalled, adoption_runs.queue),
		(statement_load_work.stalled, statement_loads.queue),
		(statement_runs.stalled, statement_runs.queue),
		(bank_matching.stalled, bank_matching.queue),
	)


def prepare_billing() -> list[str]:
	"""Nightly, if L2C Settings ask for it: previews of what is due, one per company. Bills nothing. Returns the runs."""
	return billing_runs.prepare_at_night()
