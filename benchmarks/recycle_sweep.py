"""Find and judge the seats that are due tonight, against the bare SQL that finds them; cost per seat at each size.

cd frappe-bench/sites && ../env/bin/python ../apps/l2c_app/benchmarks/recycle_sweep.py --site bench.test

Nine of a hundred seats are due, one of a hundred due leads has an open opportunity. `find` returns the stored date's
rows, `sweep` judges each by the rules of today with what exempts it, `plan` also records a row per seat, `take` moves
the first thousands and `dates` works every date out anew, as after a changed rule (up to 100,000 seats). `alarms` is what
a night looks at for leads that stay too long in one status: the first night, which writes down each status, and the next.
"""

import statistics
import time

import common
import frappe
from frappe.utils import add_days, nowdate

POOL = "L2C Recycle Benchmark"
SIZES = (10_000, 100_000, 1_000_000)
DUE_PERCENT = 9
RULES = (
	{"kind": "No Follow Up", "days": 30},
	{"kind": "No Follow Up", "days": 7, "tier": "A"},
	{"kind": "No Deal", "days": 90},
)
TAKEN = 10_000
BY_JOB = 100_000


def hold(users: list[str]) -> None:
	"""Let the seats be held by the members, claimed so that nine of a hundred are due."""
	seat = f"from `tabLead Pool Seat` where pool = '{POOL}' and state = 'Available'"
	while frappe.db.sql(f"select 1 {seat} limit 1"):
		frappe.db.sql(
			f"""update `tabLead Pool Seat` set state = 'Held', version = 1,
			holder = elt(1 + mod(crc32(name), {len(users)}), {", ".join(["%s"] * len(users))}),
			claimed_on = date_sub(now(), interval if(mod(crc32(party), 100) < {DUE_PERCENT}, 40, mod(crc32(name), 25)) day)
			where pool = '{POOL}' and state = 'Available' limit 100000""",
			users,
		)
		frappe.db.commit()


def opportunities() -> None:
	"""Give every hundredth due lead an open opportunity."""
	frappe.db.sql("delete from `tabOpportunity` where name like 'L2C-BENCH-%'")
	frappe.db.sql(
		f"""insert into `tabOpportunity` (name, owner, creation, modified, modified_by, docstatus, idx, opportunity_from,
		party_name, status) select concat('L2C-BENCH-', party), 'Administrator', now(6), now(6), 'Administrator', 0, 0,
		'Lead', party, 'Open' from `tabLead Pool Seat` where pool = '{POOL}' and mod(crc32(party), 100) < {DUE_PERCENT}
		and mod(crc32(name), 100) = 0"""
	)
	frappe.db.commit()


def dates(size: int) -> str:
	"""Let the job work out the dates of all seats; returns the seconds. On the largest size SQL writes the same dates."""
	from l2c_app.jobs.pools import recompute_recycle_dates

	if size <= BY_JOB:
		return f"{common.timed(lambda: recompute_recycle_dates(POOL)):.2f}"
	frappe.db.sql(
		"""update `tabLead Pool Seat` set recycle_on = date_add(date(claimed_on), interval 31 day),
		recycle_rule = 'No Follow Up 30 d' where pool = %s""",
		POOL,
	)
	frappe.db.commit()
	return "–"


def median(action: object, times: int = 3) -> float:
	"""Return the median of some timings, each in its own transaction."""
	taken = []
	for _number in range(times):
		frappe.db.rollback()
		began = time.perf_counter()
		action()
		taken.append(time.perf_counter() - began)
	return statistics.median(taken)


def bare_find() -> int:
	"""Read what a sweep must read, by hand-written SQL: the least there is to do. Returns how many are due."""
	return len(
		frappe.db.sql(
			"""select name, party_type, party, pool, state, holder, claimed_on, last_effort_on, recycle_on, protected_until,
			version from `tabLead Pool Seat` where pool = %s and state = 'Held' and recycle_on <= %s order by name""",
			(POOL, nowdate()),
			as_dict=True,
		)
	)


def sweep() -> dict[str, int]:
	"""Find and judge by the app, without recording. Returns counts."""
	from frappe.utils import getdate

	from l2c_app.services.pool import recycle_rules, recycle_run

	today = getdate(nowdate())
	policy = recycle_rules.policy_of(frappe.get_cached_doc("Lead Pool", POOL))
	cases = recycle_run.judge(recycle_run.find_due(POOL, today), policy, today=today)
	taken = sum(1 for case in cases if case.verdict.rule)
	return {"due": len(cases), "taken": taken, "kept": len(cases) - taken}


def plan_and_take() -> tuple[float, float, int]:
	"""Record a run and take its first chunks. Returns (seconds of the plan, seconds per seat taken, rows)."""
	from l2c_app.services.pool import run_work, runs

	name = runs.start_by_system(runs.RECYCLE, POOL)
	frappe.db.commit()
	planned = common.timed(lambda: run_work.step(name))
	rows = frappe.db.get_value("Pool Run", name, "total_rows")
	steps = max(1, min(TAKEN, rows) // run_work.CHUNK)

	def take() -> None:
		for _number in range(steps):
			run_work.step(name)
			frappe.db.commit()

	taken = common.timed(take)
	done = frappe.db.get_value("Pool Run", name, ["done_rows", "skipped_rows"])
	frappe.db.set_value("Pool Run", name, "state", "Stopped")
	frappe.db.commit()
	return planned, taken / max(1, done[0]), rows


def alarms() -> tuple[float, float]:
	"""Return the seconds of a first and of a second night with an alarm by status that none of the leads is late for."""
	from l2c_app.services.pool import state_alarms

	document = frappe.get_doc("Lead Pool", POOL)
	document.set("state_alarms", [{"status": "Lead", "days": 1000}])
	document.save()

	def night() -> None:
		for _counts in state_alarms.tell_due():
			frappe.db.commit()

	return common.timed(night), common.timed(night)


def clean() -> None:
	"""Remove what was made."""
	common.forget_runs(POOL)
	frappe.db.sql("delete from `tabOpportunity` where name like 'L2C-BENCH-%'")
	frappe.db.commit()
	common.clean(POOL)


def measure(size: int, users: list[str]) -> None:
	"""Print one line of the table."""
	clean()
	common.pool(users, POOL, recycle_rules=[dict(rule) for rule in RULES], state_alarms=[])
	common.add_leads(size, name=POOL)
	hold(users)
	opportunities()
	recomputed = dates(size)
	frappe.db.sql("analyze table `tabLead Pool Seat`")
	counts = sweep()
	bare, ours = median(bare_find), median(sweep)
	planned, each, rows = plan_and_take()
	first, second = alarms()
	if rows != counts["due"]:
		raise RuntimeError(f"sweep and plan differ: {counts}, {rows}")
	common.say(
		f"| {size:>9,} | {counts['due']:>7,} | {counts['kept']:>5,} | {bare:>7.3f} | {ours:>7.3f} | {ours / bare:>5.2f} "
		f"| {planned:>6.2f} | {1e6 * ours / size:>6.2f} | {1e3 * each:>6.3f} | {recomputed:>7} "
		f"| {first:>6.1f} / {second:>5.1f} |"
	)


def main() -> None:
	"""Build each size, measure it, remove it."""
	options = common.arguments(__doc__.splitlines()[0], smallest=SIZES[0], largest=SIZES[-1])
	with common.connected(options.site):
		users = common.members()
		common.say(f"{common.load()}; due on {nowdate()}, claimed up to {add_days(nowdate(), -40)}")
		common.say(
			"|     seats |     due |  kept | bare s |  sweep s | ratio | plan s | us/seat | take ms | dates s | alarms s |"
		)
		for size in SIZES:
			if options.smallest <= size <= options.largest:
				measure(size, users)
		clean()


if __name__ == "__main__":
	main()
