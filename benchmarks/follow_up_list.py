"""The lists of follow ups and of seats as a rep and as a manager see them, among a million follow ups, with the plan of the database.

	cd frappe-bench/sites && ../env/bin/python ../apps/l2c_app/benchmarks/follow_up_list.py --site bench.test

Each lead is in the pool and has ten follow ups; a rep holds some leads, everybody else's are closed to him. The list is
the one of the Desk: twenty rows, last changed first, and its count up to a thousand and one.
"""

import common
import frappe
from lead_list import prepare, show

PER_LEAD = 10
PREFIX = "L2C-BENCH-FU-"
FIELDS = ["name", "modified", "reference_name", "follow_up_type", "status", "planned_for", "assigned_to"]
SEAT_FIELDS = ["name", "modified", "party_name", "state", "holder", "recycle_on"]


def add_follow_ups(leads: int, users: list[str]) -> None:
	"""Insert follow ups by SQL, ten a lead: of the holder where it is held, else of one of the members."""
	step = 50_000
	names = ", ".join(["%s"] * len(users))
	for start in range(0, leads * PER_LEAD, step):
		numbers = f"seq_{start + 1}_to_{start + step}"
		lead = f"concat('{common.PREFIX}', lpad(1 + mod(seq, {leads}), 9, '0'))"
		user = f"elt(1 + mod(seq, {len(users)}), {names})"
		frappe.db.sql(
			f"""insert into `tabFollow Up` (name, owner, creation, modified, modified_by, docstatus, idx, lead,
			reference_doctype, reference_name, assigned_to, status, planned_for, follow_up_type)
			select concat('{PREFIX}', lpad(seq, 9, '0')), 'Administrator', now(6), date_sub(now(6), interval seq second),
			'Administrator', 0, 0, {lead}, 'Lead', {lead}, {user}, if(mod(seq, 3) = 0, 'Planned', 'Done'),
			date_add(now(), interval mod(seq, 30) day), 'Call' from {numbers}""",
			users,
		)
		frappe.db.commit()
	frappe.db.sql("analyze table `tabFollow Up`")


def clean() -> None:
	"""Remove what was made."""
	while frappe.db.sql(f"select 1 from `tabFollow Up` where name like '{PREFIX}%' limit 1"):
		frappe.db.sql(f"delete from `tabFollow Up` where name like '{PREFIX}%' limit 100000")
		frappe.db.commit()
	common.clean()


def main() -> None:
	"""Print what four people wait for."""
	options = common.arguments(__doc__, leads=100_000, held=100, keep=0)
	with common.connected(options.site):
		from l2c_app.tests import factories

		users, chief = common.members(), factories.sales_manager("bench.chief")
		watcher = factories.sales_user("bench.watcher")
		document = common.pool([*users, chief, watcher])
		next(row for row in document.members if row.user == watcher).is_manager = 1
		document.save()
		if not frappe.db.exists("Follow Up", f"{PREFIX}{options.leads * PER_LEAD:09d}"):
			clean()
			prepare(options.leads, options.held, users)
			add_follow_ups(options.leads, users[2:])
		common.say(f"{options.leads * PER_LEAD} follow ups on {options.leads} leads; {common.load()}")
		people = {
			"rep who holds some": users[0],
			"rep who holds more": users[1],
			"outsider": factories.sales_user("bench.out"),
		}
		for title, user in {**people, "manager without the role": watcher, "sales manager": chief}.items():
			show(title, user, "Follow Up", FIELDS)
		for title, user in {**people, "manager without the role": watcher}.items():
			show(f"seats, {title}", user, "Lead Pool Seat", SEAT_FIELDS)
		if not options.keep:
			clean()


if __name__ == "__main__":
	main()
