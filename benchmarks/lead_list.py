"""The list of leads as a rep and as a manager see it, among a million pooled leads, with the plan of the database.

	cd frappe-bench/sites && ../env/bin/python ../apps/l2c_app/benchmarks/lead_list.py --site bench.test

All leads are in one pool; one in fifty is then taken out again, so that there are open ones too. The list is the one
of the Desk: twenty rows, last changed first, and its count up to a thousand and one.
"""

import statistics
import time

import common
import frappe

TURNS = 10
FIELDS = ["name", "modified", "lead_name", "company_name", "status", "lead_owner", "email_id"]


def prepare(leads: int, held: int, users: list[str]) -> None:
	"""Make the leads; the first user holds some of them, the second many, all the others are free."""
	common.clean()
	common.add_leads(leads)
	frappe.db.sql(
		f"update `tabLead` set l2c_pooled = 0 where name like '{common.PREFIX}%%' and mod(right(name, 9), 50) = 0"
	)
	frappe.db.sql(
		f"""delete s from `tabLead Pool Seat` s inner join `tabLead` l on l.name = s.party
		where s.pool = '{common.POOL}' and l.l2c_pooled = 0"""
	)
	for place, user in enumerate(users[:2]):
		frappe.db.sql(
			f"""update `tabLead Pool Seat` s inner join `tabLead` l on l.name = s.party
			set s.state = 'Held', s.holder = %s, s.claimed_on = now(6), l.lead_owner = %s
			where s.pool = '{common.POOL}' and s.state = 'Available' and mod(right(s.party, 9), %s) = 1""",
			(user, user, max(2, leads // (held * 20**place))),
		)
	frappe.db.commit()


def show(title: str, user: str, doctype: str = "Lead", fields: list[str] = FIELDS) -> None:
	"""Print the median and the worst of some readings of the list, and of its count, and how the list is read."""
	from frappe.desk.reportview import execute

	frappe.set_user(user)
	lists, counts, rows = [], [], []
	for _turn in range(TURNS):
		frappe.local.l2c_visibility = None
		lists.append(
			_seconds(
				lambda: rows.append(
					frappe.get_list(doctype, fields=fields, order_by="modified desc", limit=20)
				)
			)
		)
		frappe.local.l2c_visibility = None
		counts.append(_seconds(lambda: frappe.get_list(doctype, fields=["name"], limit=1001, order_by=None)))
	order = f"`tab{doctype}`.`modified` desc"
	query = execute(doctype, fields=fields, order_by=order, limit_page_length=20, run=0)
	common.say(
		f"{title:34} list {statistics.median(lists) * 1000:7.1f} ms (worst {max(lists) * 1000:.1f}),"
		f" count {statistics.median(counts) * 1000:7.1f} ms, {len(rows[-1])} rows"
	)
	for plan in frappe.db.sql(f"explain {query}", as_dict=True):
		common.say(
			f"    {plan.select_type}: {plan.table}, {plan.type}, {plan.key}, {plan.rows} rows, {plan.Extra or ''}"
		)
	frappe.set_user("Administrator")


def _seconds(action: object) -> float:
	began = time.perf_counter()
	action()
	return time.perf_counter() - began


def main() -> None:
	"""Print what three people wait for."""
	options = common.arguments(__doc__, leads=1_000_000, held=100, keep=0)
	with common.connected(options.site):
		from l2c_app.tests import factories

		users, chief = common.members(), factories.sales_manager("bench.chief")
		common.pool([*users, chief])
		if not frappe.db.exists("Lead", f"{common.PREFIX}{options.leads:09d}"):
			prepare(options.leads, options.held, users)
		common.say(f"{options.leads} leads; {common.load()}")
		for place, user in enumerate(users[:2]):
			held = frappe.db.count("Lead Pool Seat", {"holder": user, "state": "Held"})
			show(f"rep {place + 1}, holds {held}", user)
		show("rep 3, holds nothing", users[2])
		show("manager of the pool", chief)
		if not options.keep:
			common.clean()


if __name__ == "__main__":
	main()
