"""Records for the desk test, made through the app's own services. Run with the Python of a bench: ui_seed.py SITE.

Prints one line of JSON: users, their password, and the names of what was made.
"""

import json
import sys
from datetime import timedelta

import frappe
from frappe.utils import add_days, now_datetime, nowdate
from frappe.utils.password import update_password

from l2c_app.services.billing import billing
from l2c_app.services.contract import activation, contract_drafts
from l2c_app.services.follow_up import follow_ups
from l2c_app.services.receipt import collections
from l2c_app.tests import factories

PASSWORD = "L2C-desk-test-1"
SALES, ACCOUNTS, MANAGER = (
	("desk.sales", "Sales User"),
	("desk.accounts", "Accounts User"),
	("desk.manager", "Sales Manager"),
)
COMPANIES = (
	"Northwind Traders",
	"上海远大机械有限公司",
	"Contoso Pharma",
	"Fabrikam Steel",
	"深圳市新视野科技有限公司",
	"Adventure Works",
	"Tailspin Toys",
	"Wide World Importers",
)


def people() -> dict[str, str]:
	"""Make one person per role, able to log in."""
	users = {}
	for key, roles in (
		("sales", [SALES[1]]),
		("accounts", [ACCOUNTS[1]]),
		("manager", [MANAGER[1], "Sales User"]),
	):
		users[key] = factories.user(f"desk.{key}", *roles)
		update_password(users[key], PASSWORD)
		frappe.db.set_value("User", users[key], {"language": "en", "onboarding_status": "{}"})
	return users


def pool_with_leads(users: dict[str, str], stamp: str) -> dict[str, str]:
	"""Make an enabled pool whose members are the people, and leads that it admits."""
	members = [
		{"member_type": "User", "user": users["sales"]},
		{"member_type": "User", "user": users["manager"], "is_manager": 1},
	]
	pool = factories.make(
		"Lead Pool",
		pool_name=f"Desk {stamp}",
		enabled=1,
		party_type="Lead",
		admission_filters=json.dumps([["city", "=", stamp]]),
		members=members,
	)
	frappe.flags.in_import = True
	for number, company in enumerate(COMPANIES):
		factories.lead(
			f"{company}",
			city=stamp,
			first_name=f"Buyer {number}",
			mobile_no=f"+8613{stamp[-5:]}{number:04d}",
			email_id=f"buyer{number}.{stamp}@example.com",
		)
	frappe.flags.in_import = False
	return {"pool": pool.name}


def contract(users: dict[str, str]) -> dict[str, str]:
	"""Make an active contract with an advance, an overdue invoice and a retention, and money reported on it."""
	customer = factories.customer("Desk Customer Ltd", account_manager=users["sales"])
	draft = contract_drafts.create_from("Customer", customer, company=factories.company())
	draft.update(
		{
			"contract_owner": users["sales"],
			"start_date": add_days(nowdate(), -40),
			"transaction_date": add_days(nowdate(), -40),
		}
	)
	draft.append("items", {"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 12000, "uom": "Nos"})
	rows = (
		("Deposit", 30, "Advance", -30, ""),
		("Delivery", 50, "Own Invoice", -5, ""),
		("Retention", 20, "With Row", 90, "R2"),
	)
	draft.set("plan_rows", [])
	for index, (label, percent, kind, days, with_row) in enumerate(rows, 1):
		row = {
			"row_id": f"R{index}",
			"label": label,
			"percent": percent,
			"billing": kind,
			"with_row": with_row,
		}
		draft.append("plan_rows", {**row, "due_basis": "Fixed Date", "fixed_date": add_days(nowdate(), days)})
	draft.insert()
	draft.submit()
	activation.sign(draft.name, signed_on=add_days(nowdate(), -39), signed_by="Ms Li")
	activation.activate(draft.name)
	values = {"customer": customer, "company": draft.company, "currency": draft.currency}
	values |= {
		"received_on": nowdate(),
		"amount": 3600,
		"reference_no": f"WIRE-{frappe.generate_hash(length=6)}",
		"paid_to": factories.bank_account(),
	}
	collection = collections.report(values, [{"contract": draft.name, "row_id": "R1", "amount": 3600}])
	frappe.db.set_value("Collection", collection.name, "reported_by", users["sales"])
	for billed in billing.bill_due_rows(contract=draft.name):
		if billed.invoice:
			frappe.get_doc("Sales Invoice", billed.invoice).submit()
	return {"contract": draft.name, "collection": collection.name, "customer": customer}


def plans(users: dict[str, str], names: dict[str, str]) -> dict[str, str]:
	"""Plan follow ups on the contract: one for later, one overdue."""
	made = []
	for kind, days in (("Call", 1), ("Visit", 3)):
		when = now_datetime() + timedelta(days=days)
		made.append(
			follow_ups.plan(
				"Sales Contract",
				names["contract"],
				follow_up_type=kind,
				planned_for=when,
				assigned_to=users["sales"],
			).name
		)
	frappe.db.set_value("Follow Up", made[0], "planned_for", now_datetime() - timedelta(days=2))
	return {"follow_up": made[0]}


def main(site: str) -> None:
	"""Make everything and commit."""
	frappe.init(site=site, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")
	factories.bootstrap()
	users = people()
	stamp = frappe.generate_hash(length=8)
	names = {**pool_with_leads(users, "".join(str(ord(c) % 10) for c in stamp)), **contract(users)}
	names |= plans(users, names)
	frappe.db.commit()
	print(json.dumps({"users": users, "password": PASSWORD, "item": factories.SERVICE_ITEM, **names}))


if __name__ == "__main__":
	main(sys.argv[1])
