"""Distribute seats to fifty members, against the bare SQL of the same writes and against the native Assignment Rule.

cd frappe-bench/sites && ../env/bin/python ../apps/l2c_app/benchmarks/distribute.py --site bench.test
"""

import common
import frappe

RULE = "L2C Benchmark Rule"


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


def native(users: list[str], count: int) -> float:
	"""Return the seconds per lead of ERPNext's own round robin, leads already loaded."""
	from frappe.automation.doctype.assignment_rule import assignment_rule

	frappe.delete_doc("Assignment Rule", RULE, ignore_missing=True, force=True)
	frappe.get_doc(
		{
			"doctype": "Assignment Rule",
			"name": RULE,
			"document_type": "Lead",
			"assign_condition": "status == 'Lead'",
			"rule": "Round Robin",
			"priority": 1,
			"description": "benchmark",
			"assignment_days": [{"day": day} for day in common.WEEKDAYS],
			"users": [{"user": user} for user in users],
		}
	).insert()
	frappe.db.commit()
	leads = [frappe.get_doc("Lead", f"{common.PREFIX}{number:09d}") for number in range(1, count + 1)]

	def assign() -> None:
		for lead in leads:
			assignment_rule.apply(lead)

	taken = common.timed(assign)
	assigned = frappe.db.count(
		"ToDo", {"reference_type": "Lead", "reference_name": ("like", f"{common.PREFIX}%")}
	)
	frappe.delete_doc("Assignment Rule", RULE, force=True)
	frappe.db.commit()
	if assigned != count:
		raise RuntimeError(f"the native rule assigned {assigned} of {count}")
	return taken / count


def ours(count: int) -> float:
	"""Return the seconds of one distribution of all free seats."""
	from l2c_app.services.pool import distribution

	given: dict[str, int] = {}

	def distribute() -> None:
		given.update(distribution.distribute(common.POOL, distribution.Wish(count=count))["by_user"])

	taken = common.timed(distribute)
	if sum(given.values()) != count:
		raise RuntimeError(f"{sum(given.values())} of {count} seats were given")
	return taken


def main() -> None:
	"""Print seconds, milliseconds per seat and both ratios for each size."""
	options = common.arguments(__doc__, seats=100_000, natives=300)
	with common.connected(options.site):
		users = common.members()
		common.pool(users)
		common.clean()
		common.add_leads(options.seats)
		floor = bare_sql(users, options.seats)
		common.clean()
		common.add_leads(options.seats)
		per_native = native(users, min(options.natives, options.seats))
		taken = ours(options.seats)
		common.say(f"{options.seats} seats to {len(users)} members; {common.load()}")
		common.say(f"bare SQL   {floor:8.2f} s  {floor / options.seats * 1000:.4f} ms a seat")
		common.say(f"ours       {taken:8.2f} s  {taken / options.seats * 1000:.4f} ms a seat")
		common.say(f"native     {per_native * 1000:8.2f} ms a lead (over {options.natives} leads)")
		common.say(
			f"ours / bare SQL {taken / floor:.2f}   native / ours {per_native * options.seats / taken:.0f}"
		)
		common.clean()


if __name__ == "__main__":
	main()
