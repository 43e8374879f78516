"""Distribute seats to fifty members, against the bare SQL of the same writes and against the native Assignment Rule.

	cd frappe-bench/sites && ../env/bin/python ../apps/l2c_app/benchmarks/distribute.py --site bench.test

What people use is a recorded run: all seats are planned, then done in chunks of five thousand, each locked, judged
again and committed with a row per seat. `once` is the same draw and the same moves in one transaction, without a record.
"""

import argparse
import statistics

import common
import frappe

RULE = "L2C Benchmark Rule"
APPLY = "frappe.automation.doctype.assignment_rule.assignment_rule.apply"
FOR_EVER = 1e9


def bare_sql(users: list[str], count: int) -> float:
	"""Return the seconds of the least there is to write: seats to fifty holders, one log row each."""
	share = count // len(users)

	def write() -> None:
		for place, user in enumerate(users):
			first, last = place * share + 1, (place + 1) * share
			numbers = f"select {common.SEAT_NAME} as seat from seq_{first}_to_{last}"
			frappe.db.sql(
				f"""update `tabLead Pool Seat` s inner join ({numbers}) n on s.name = n.seat set s.state = 'Held',
				s.holder = %s, s.claimed_on = now(6), s.version = s.version + 1, s.modified = now(6)""",
				user,
			)
			frappe.db.sql(
				f"""insert into `tabLead Pool Log` (name, owner, creation, modified, modified_by, docstatus, idx, seat, pool,
				party_type, party, event, actor, from_state, to_state, to_holder, at)
				select concat(name, '-floor'), 'Administrator', now(6), now(6), 'Administrator', 0, 0, name, pool, party_type,
				party, 'Assign', 'Administrator', 'Available', 'Held', holder, now(6)
				from `tabLead Pool Seat` s inner join ({numbers}) n on s.name = n.seat"""
			)

	return common.timed(write)


def native(users: list[str], count: int) -> tuple[float, float]:
	"""Return the seconds per lead of ERPNext's own round robin: of the rule alone on loaded leads, and of the jobs that a bulk
	assignment puts in the queue, one a lead, as its worker does them. It may not touch pooled leads, so these leave the
	pool first."""
	from frappe.automation.doctype.assignment_rule import assignment_rule
	from frappe.utils.background_jobs import execute_job

	frappe.delete_doc("Assignment Rule", RULE, ignore_missing=True, force=True)
	frappe.get_doc(
		{
			"doctype": "Assignment Rule",
			"name": RULE,
			"document_type": "Lead",
			"assign_condition": "status == 'Lead' and not l2c_pooled",
			"rule": "Round Robin",
			"priority": 1,
			"description": "benchmark",
			"assignment_days": [{"day": day} for day in common.WEEKDAYS],
			"users": [{"user": user} for user in users],
		}
	).insert()
	frappe.db.sql(
		"update `tabLead` set l2c_pooled = 0 where name like %s order by name limit %s",
		(f"{common.PREFIX}%", count),
	)
	frappe.db.commit()
	names = [f"{common.PREFIX}{number:09d}" for number in range(1, count + 1)]
	loaded = [frappe.get_doc("Lead", name) for name in names[: count // 2]]

	def jobs() -> None:
		site = frappe.local.site
		for name in names[count // 2 :]:
			job = {"doc": None, "doctype": "Lead", "name": name}
			execute_job(site, APPLY, None, "", job, "Administrator")
		frappe.init(site)
		frappe.connect()

	taken = common.timed(lambda: [assignment_rule.apply(lead) for lead in loaded]), common.timed(jobs)
	assigned = frappe.db.count(
		"ToDo", {"reference_type": "Lead", "reference_name": ("like", f"{common.PREFIX}%")}
	)
	frappe.delete_doc("Assignment Rule", RULE, force=True)
	frappe.db.commit()
	if assigned != count:
		raise RuntimeError(f"the native rule assigned {assigned} of {count}")
	return taken[0] / len(loaded), taken[1] / (count - len(loaded))


def ours(count: int) -> tuple[float, float]:
	"""Return the seconds of a recorded run over all free seats, as the Desk and the clock start it: (plan, work)."""
	from l2c_app.services.pool import run_work, runs

	name = runs.start_by_system(runs.DISTRIBUTE, common.POOL, options={"count": count})
	frappe.db.commit()
	planned = common.timed(lambda: run_work.step(name))
	worked = common.timed(lambda: run_work.work(name, commit=frappe.db.commit, seconds=FOR_EVER))
	done = frappe.db.get_value("Pool Run", name, ["state", "done_rows"])
	held = frappe.db.count("Lead Pool Seat", {"pool": common.POOL, "state": "Held"})
	if done != ("Done", count) or held != count:
		raise RuntimeError(f"the run ended {done}, {held} of {count} seats are held")
	return planned, worked


def at_once(count: int) -> float:
	"""Return the seconds of one distribution without a record, in one transaction."""
	from l2c_app.services.pool import distribution

	given: dict[str, int] = {}

	def distribute() -> None:
		given.update(distribution.distribute(common.POOL, distribution.Wish(count=count))["by_user"])

	taken = common.timed(distribute)
	if sum(given.values()) != count:
		raise RuntimeError(f"{sum(given.values())} of {count} seats were given")
	return taken


def fresh(size: int) -> None:
	"""Begin with this number of free seats."""
	common.forget_runs()
	common.clean()
	common.add_leads(size)


def one_round(size: int, users: list[str], natives: int) -> dict[str, float]:
	"""Return the seconds of each in turn, as close together as can be: other work on the machine comes and goes."""
	fresh(size)
	planned, worked = ours(size)
	fresh(size)
	floor = bare_sql(users, size)
	rule_alone, job = native(users, min(natives, size))
	return {"plan": planned, "work": worked, "bare": floor, "rule": rule_alone, "job": job}


def say(name: str, size: int, found: dict[str, float]) -> None:
	"""Print one line of the table."""
	taken = found["plan"] + found["work"]
	common.say(
		f"| {size:>9,} | {name:>6} | {found['bare']:>7.2f} | {found['plan']:>7.2f} | {found['work']:>7.2f} "
		f"| {1e3 * taken / size:>7.4f} | {taken / found['bare']:>5.2f} | {1e3 * found['rule']:>6.1f} "
		f"| {found['rule'] * size / taken:>6.0f} | {1e3 * found['job']:>6.1f} | {found['job'] * size / taken:>6.0f} "
		f"| {common.load()} |"
	)


def measure(size: int, users: list[str], options: argparse.Namespace) -> None:
	"""Print a line per round, their medians, and what the same draw takes without a record."""
	rounds = [one_round(size, users, options.natives) for _round in range(options.rounds)]
	for number, found in enumerate(rounds, start=1):
		say(str(number), size, found)
	middle = {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}
	say("median", size, middle)
	fresh(size)
	once = at_once(size)
	common.say(f"without a record {once:.2f} s, {once / middle['bare']:.2f} x bare")


def main() -> None:
	"""Build each size, measure it, remove it."""
	options = common.arguments(__doc__, smallest=10_000, largest=1_000_000, natives=200, rounds=3)
	with common.connected(options.site):
		common.without_workers()
		users = common.members()
		common.pool(users)
		common.say(
			"|     seats |  round |  bare s |  plan s |  work s | ms/seat | ratio | rule alone ms | rule/ours | job ms | job/ours | load |"
		)
		for size in common.SIZES:
			if options.smallest <= size <= options.largest:
				measure(size, users, options)
		common.forget_runs()
		common.clean()


if __name__ == "__main__":
	main()
