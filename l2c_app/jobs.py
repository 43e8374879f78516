"""Targets of the scheduler. Each hands over to one service, which isolates its own items."""

import frappe

from l2c_app.services.follow_up import follow_ups
from l2c_app.services.lead import scoring
from l2c_app.services.ledger import audit
from l2c_app.services.pool import pool_members, pool_opening, recycle_dates, run_work, runs


def notice_overdue_follow_ups() -> dict:
	"""Hourly: tell people about planned follow ups whose time has passed. Returns counts."""
	return follow_ups.notice_overdue()


def audit_contracts() -> dict:
	"""Nightly: recompute every live contract from the ledger and report any drift. Returns counts.

	Each chunk is committed; a killed job goes on where it stopped when it runs again on the same day.
	"""
	return audit.run(frappe.db.commit)


def refresh_pool_members() -> dict:
	"""Nightly: resolve roles and sales people of every pool to users again. Returns counts."""
	return pool_members.refresh_all()


def store_party_keys() -> dict:
	"""Once a pool is enabled: store the keys of leads and customers that were there before. Returns counts of chunks.

	Each chunk is committed; a killed job may simply run again.
	"""
	counts: dict[str, int] = {}
	for party_type in pool_opening.chunks_of_keys():
		counts[party_type] = counts.get(party_type, 0) + 1
		frappe.db.commit()
	return counts


def work_pool_run(run: str) -> None:
	"""Do a run of a pool: one commit per chunk; queued again while there is more than one job's time allows."""
	run_work.work(run, commit=frappe.db.commit)


def resume_pool_runs() -> list[str]:
	"""Every ten minutes: queue runs again whose process died. Returns their names."""
	names = run_work.stalled()
	for name in names:
		runs.queue(name)
	return names


def score_leads() -> int:
	"""Nightly, and after the rules changed: score all leads. Returns how many. Each chunk is committed."""
	total = 0
	for scored in scoring.chunks_of_leads():
		total += scored
		frappe.db.commit()
	return total


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
