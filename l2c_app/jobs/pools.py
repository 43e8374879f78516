"""Jobs about pools: runs, members, dates, checks. Each hands over to one service."""

from typing import Any

from l2c_app.jobs import commit_step, queue_again, summed
from l2c_app.services.lead import import_run_work, import_runs
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
	state_alarms,
)


def refresh_pool_members() -> dict:
	"""Nightly: resolve roles and sales people of every pool to users again. Committed pool by pool. Returns counts."""
	total = {"pools": 0, "failed": 0, "added": 0, "changed": 0, "removed": 0, "repaired": 0}
	return summed(total, pool_members.refresh_each())


def store_party_keys() -> dict:
	"""Once a pool is enabled: store the keys of leads and customers that were there before. Returns counts of chunks.

	Each chunk is committed; a killed job may simply run again.
	"""
	return summed({}, ({party_type: 1} for party_type in pool_opening.chunks_of_keys()))


def work_pool_run(run: str) -> None:
	"""Do a run of a pool: one commit per chunk; queued again while there is more than one job's time allows."""
	run_work.work(run, commit=commit_step)


def resume_pool_runs() -> list[str]:
	"""Every ten minutes: queue runs and imports of leads again whose process died. Returns their names."""
	return queue_again((run_work.stalled, runs.queue), (import_run_work.stalled, import_runs.queue))


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
		commit_step()
	return total


def follow_mask_mode(pool: str) -> None:
	"""After a pool changed how it masks: its leads go into the vault or come out of it, committed piece by piece.

	A killed job may simply run again.
	"""
	after: str | None = ""
	while after is not None:
		after = mask_mode.follow(pool, after=after)
		commit_step()


def tell_of_states() -> dict[str, int]:
	"""Nightly: tell holders and managers of leads that stay too long in one status. Committed page by page. Returns counts."""
	return summed({"seen": 0, "told": 0}, state_alarms.tell_due())


def start_distributions() -> list[str]:
	"""Hourly: start the run of every pool whose weekday and hour have come. Returns the runs."""
	return distribution_run.start_due()


def check_pools() -> dict[str, Any]:
	"""By hand (`bench --site SITE execute l2c_app.jobs.pools.check_pools`): print what does not agree. Returns it, and the count."""
	found = [vars(violation) for violation in invariants.check()]
	return {"violations": len(found), "found": found}
