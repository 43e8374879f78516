"""Distribute seats to fifty members, against the bare SQL of the same writes and against the native Assignment Rule.

	cd frappe-bench/sites && ../env/bin/python ../apps/l2c_app/benchmarks/distribute.py --site bench.test

What people use is a recorded run: all seats are planned, then done in chunks of five thousand, each locked, judged
again and committed with a row per seat. `once` is the same draw and the same moves in one transaction, without a record.
"""

import common
import frappe

RULE = "L2C Benchmark Rule"
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
	"""Return the seconds per lead of ERPNext's own round robin: of the rule on loaded leads alone, and of what the host's job
	does for each lead of a bulk assignment: load it, apply the rule, commit. It may not touch pooled leads, so these leave
	the pool first."""
	from frappe.automation.doctype.assignment_rule import assignment_rule

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
		for name in names[count // 2 :]:
			assignment_rule.apply(doctype="Lead", name=name)
			frappe.db.commit()

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


def measure(size: int, users: list[str], natives: int) -> None:
	"""Print one line of the table."""
	fresh(size)
	floor = bare_sql(users, size)
	fresh(size)
	rule_alone, whole = native(users, min(natives, size))
	once = at_once(size)
	fresh(size)
	planned, worked = ours(size)
	taken = planned + worked
	common.say(
		f"| {size:>9,} | {floor:>7.2f} | {once:>7.2f} | {once / floor:>5.2f} | {planned:>7.2f} | {worked:>7.2f} "
		f"| {1e3 * taken / size:>7.4f} | {taken / floor:>5.2f} | {rule_alone * 1e3:>6.1f} "
		f"| {rule_alone * size / taken:>7.0f} | {whole * 1e3:>6.1f} | {whole * size / taken:>7.0f} | {common.load()} |"
	)


def main() -> None:
	"""Build each size, measure it, remove it."""
	options = common.arguments(__doc__, smallest=10_000, largest=1_000_000, natives=200)
	with common.connected(options.site):
		common.without_workers()
		users = common.members()
		common.pool(users)
		common.say(
			"|     seats |  bare s |  once s | ratio |  plan s |  work s | ms/seat | ratio | native ms/lead | native/ours | in a job | job/ours | load |"
		)
		for size in common.SIZES:
			if options.smallest <= size <= options.largest:
				measure(size, users, options.natives)
		common.forget_runs()
		common.clean()


if __name__ == "__main__":
	main()
