"""When the runs of recycling begin by themselves: once a site date and pool, from the pool's hour on."""

import json
from datetime import datetime, timedelta

import frappe
from frappe.utils import getdate, now_datetime

from l2c_app.services.errors import L2CError
from l2c_app.services.pool import runs

NIGHT = "scheduled"


def start_due() -> list[str]:
	"""Start tonight's run of every enabled pool whose hour has come. Returns the runs.

	A night that was missed needs no second run: the seats stay due. A clock set back starts nothing twice, because the
	date of the last run counts, unless it lies more than a day ahead: no time zone explains that, a wrong clock does. A
	night that somebody stopped stays stopped for that date, told from runs by hand by its option; a failed one is tried
	again.
	"""
	now = now_datetime()
	started = []
	for pool in _pools(now):
		if not _tried(pool, now):
			try:
				options = {NIGHT: str(getdate(now))}
				started.append(runs.start_by_system(runs.RECYCLE, pool, options=options))
			except L2CError:
				frappe.log_error(title=f"Recycling of {pool}")
	return started


def _pools(now: datetime) -> list[str]:
	pool = frappe.qb.DocType("Lead Pool")
	query = frappe.qb.from_(pool).select(pool.name).where((pool.enabled == 1) & (pool.recycle_enabled == 1))
	query = query.where(pool.recycle_hour <= now.hour)
	today, done = getdate(now), pool.recycled_on
	query = query.where(done.isnull() | (done < today) | (done > today + timedelta(days=1)))
	return [row[0] for row in query.orderby(pool.name).run()]


def _tried(pool: str, now: datetime) -> bool:
	tonight = frappe.get_all(
		"Pool Run",
		filters={
			"pool": pool,
			"kind": runs.RECYCLE,
			"mode": runs.COMMIT,
			"run_date": getdate(now),
			"state": ("in", (*runs.LIVE, runs.STOPPED)),
		},
		fields=["state", "options"],
		order_by="name",
	)
	return any(run.state in runs.LIVE or json.loads(run.options or "{}").get(NIGHT) for run in tonight)
