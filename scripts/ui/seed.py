"""Records for the desk test, made through the app's own services. Run with the Python of a bench: seed.py SITE.

Prints one line of JSON: users, their password, and the names of what was made.
"""

import json
import sys
from datetime import timedelta
from typing import Any

import frappe
import seed_money
from frappe.utils import add_days, now_datetime, nowdate
from frappe.utils.password import update_password

from l2c_app.services.billing import billing, billing_run_work, billing_runs
from l2c_app.services.contract import activation, contract_drafts
from l2c_app.services.follow_up import follow_ups
from l2c_app.services.receipt import collections
from l2c_app.tests import factories, signing_case

PASSWORD = "L2C-desk-test-1"
ROLES = {
	"sales": ["Sales User"],
	"accounts": ["Accounts User"],
	"chief": ["Accounts Manager", "Accounts User"],
	"manager": ["Sales Manager", "Sales User"],
	"chinese": ["System Manager", "Sales Manager", "Sales User", "Accounts Manager", "Accounts User"],
	"admin": ["System Manager", "Sales Manager", "Sales User", "Accounts Manager"],
}
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
EVIL = '<img src=x onerror="window.l2c_pwned=1">'
OWN, ADVANCE, WITH = "Own Invoice", "Advance", "With Row"


def people() -> dict[str, str]:
	"""Make one person per role, able to log in."""
	users = {}
	for key, roles in ROLES.items():
		users[key] = factories.user(f"desk.{key}", *roles)
		update_password(users[key], PASSWORD)
		language = "zh" if key == "chinese" else "en"
		frappe.db.set_value("User", users[key], {"language": language, "onboarding_status": "{}"})
	return users


def pool(users: dict[str, str], name: str, *, city: str, count: int, **values: Any) -> str:
	"""Make an enabled pool whose members are the people, and leads that it admits. Returns its name."""
	members = [
		{"member_type": "User", "user": users["sales"]},
		{"member_type": "User", "user": users["manager"], "is_manager": 1},
	]
	filters = json.dumps([["city", "=", city]])
	made = factories.make(
		"Lead Pool",
		pool_name=name,
		enabled=1,
		party_type="Lead",
		admission_filters=filters,
		members=members,
		**values,
	)
	frappe.flags.in_import = True  # leads of an import have no owner, so their seats are free
	for number, company in enumerate(COMPANIES[:count]):
		factories.lead(
			company,
			city=city,
			first_name=f"Buyer {number}",
			mobile_no=f"+8613{_digits(9)}",
			email_id=f"buyer{number}.{frappe.scrub(city)}@example.com",
		)
	frappe.flags.in_import = False
	return made.name


def _digits(count: int) -> str:
	return str(int(frappe.generate_hash(length=12), 16) % 10**count).zfill(count)


def pools(users: dict[str, str], stamp: str) -> dict[str, Any]:
	"""Make a pool for daily work, one with a quota of two, and an open lead that no pool has."""
	names = {"pool": pool(users, f"Desk {stamp}", city=f"C{stamp}", count=8)}
	names["limited"] = pool(
		users, f"Limited {stamp}", city=f"L{stamp}", count=4, daily_quota=2, allow_holder_transfer=1
	)
	names["open_lead"] = factories.lead("Open Range Ltd", first_name="Olga").name
	seats = frappe.get_all(
		"Lead Pool Seat", filters={"pool": names["limited"]}, pluck="name", order_by="name"
	)
	# Straight into the tables, as an old import or another program might have left it.
	frappe.db.set_value("Lead Pool Seat", seats[-1], "party_name", EVIL)
	evil = frappe.db.get_value("Lead Pool Seat", seats[-1], "party")
	frappe.db.set_value("Lead", evil, {"lead_name": EVIL, "title": EVIL})
	return {**names, "evil_seat": seats[-1], "evil_lead": evil}


def contract(
	users: dict[str, str], title: str, *, rows: tuple[tuple, ...], active: bool = True
) -> dict[str, str]:
	"""Make a contract over 12,000 that runs, or is just approved. Rows: label, percent, billing, days to due, with row."""
	customer = factories.customer(title, account_manager=users["sales"])
	draft = contract_drafts.create_from("Customer", customer, company=factories.company())
	begun = {"start_date": add_days(nowdate(), -40), "transaction_date": add_days(nowdate(), -40)}
	draft.update({"contract_owner": users["sales"], **begun})
	draft.append("items", {"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 12000, "uom": "Nos"})
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
	if active:
		activation.sign(draft.name, signed_on=add_days(nowdate(), -39), signed_by="Ms Li")
		activation.activate(draft.name)
	return {"contract": draft.name, "customer": customer}


THIRDS = (("Deposit", 30, OWN, -5, ""), ("Delivery", 50, OWN, -2, ""), ("Retention", 20, OWN, 90, ""))


def contracts(users: dict[str, str]) -> dict[str, str]:
	"""Make a contract for each thing that is done with contracts."""
	rows = (
		("Deposit", 30, ADVANCE, -30, ""),
		("Delivery", 50, OWN, -5, ""),
		("Retention", 20, WITH, 90, "R2"),
	)
	names = contract(users, "Desk Customer Ltd", rows=rows)
	names["collection"] = receipt(users, names, amount=3600, row_id="R1")
	for billed in billing.bill_due_rows(contract=names["contract"]):
		if billed.invoice:
			frappe.get_doc("Sales Invoice", billed.invoice).submit()
	for purpose, active in (
		("bill", True),
		("revise", True),
		("terminate", True),
		("cancel", False),
		("request", True),
	):
		names[f"{purpose}_contract"] = contract(
			users, f"{purpose.title()} & Sons", rows=THIRDS, active=active
		)["contract"]
	return names


def signing() -> dict[str, str]:
	"""Send an approved contract to one signatory. The token of his link is known here and nowhere else."""
	approved = signing_case.approved(customer=factories.customer("Signing Customer Ltd"))
	return {"signing_contract": approved.name, "signing_token": signing_case.send(approved)[0]}


def receipt(users: dict[str, str], names: dict[str, str], *, amount: float, row_id: str = "") -> str:
	"""Report money as the salesperson. Returns the Collection."""
	values = {"customer": names["customer"], "received_on": nowdate(), "amount": amount}
	values |= {"reference_no": f"WIRE-{frappe.generate_hash(length=6)}", "paid_to": factories.bank_account()}
	made = collections.report(values, [{"contract": names["contract"], "row_id": row_id, "amount": amount}])
	frappe.db.set_value("Collection", made.name, "reported_by", users["sales"])
	return made.name


def receipts(users: dict[str, str]) -> dict[str, str]:
	"""Make receipts to link, to reject, to take back and to confirm twice, and a payment that is booked already."""
	names = contract(
		users,
		f"Receipts Inc {_digits(4)}",
		rows=(("Deposit", 40, ADVANCE, -5, ""), ("Rest", 60, OWN, 60, "")),
	)
	order = frappe.db.get_value("Sales Contract", names["contract"], "sales_order")
	factories.payment(names["customer"], 1250, against=[("Sales Order", order, 1250)])
	amounts = {"link": 1250, "reject": 777, "take_back": 333, "twice": 444}
	made = {f"{key}_collection": receipt(users, names, amount=amount) for key, amount in amounts.items()}
	return {**made, "receipts_contract": names["contract"], "receipts_customer": names["customer"]}


def plans(users: dict[str, str], names: dict[str, str]) -> dict[str, str]:
	"""Plan follow ups on the contract: one for later, one overdue."""
	made = []
	for kind, days in (("Call", 1), ("Visit", 3)):
		when = now_datetime() + timedelta(days=days)
		step = follow_ups.plan(
			"Sales Contract",
			names["contract"],
			follow_up_type=kind,
			planned_for=when,
			assigned_to=users["sales"],
		)
		made.append(step.name)
	frappe.db.set_value("Follow Up", made[0], "planned_for", now_datetime() - timedelta(days=2))
	return {"follow_up": made[0]}


def natives(users: dict[str, str], names: dict[str, str]) -> dict[str, str]:
	"""Make an opportunity and a quotation of the customer, open to the salesperson."""
	party = {"company": factories.company(), "currency": factories.COMPANY_CURRENCY}
	opportunity = factories.make(
		"Opportunity",
		opportunity_from="Customer",
		party_name=names["customer"],
		opportunity_owner=users["sales"],
		**party,
	)
	line = {"item_code": factories.SERVICE_ITEM, "qty": 2, "rate": 800, "uom": "Nos"}
	quotation = factories.make(
		"Quotation",
		submit=True,
		quotation_to="Customer",
		party_name=names["customer"],
		valid_till=add_days(nowdate(), 30),
		selling_price_list=factories.price_list(),
		items=[line],
		**party,
	)
	return {"opportunity": opportunity.name, "quotation": quotation.name}


def billing_run() -> dict[str, str]:
	"""Prepare a billing run over what is due. Its preview is made here, for the desk test has no worker."""
	name = billing_runs.prepare(factories.company())
	billing_run_work.work(name, commit=frappe.db.commit)
	return {"billing_run": name}


def main(site: str) -> None:
	"""Make everything and commit."""
	frappe.init(site=site, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")
	factories.bootstrap()
	users = people()
	names = {**pools(users, _digits(6)), **contracts(users), **receipts(users)}
	names |= plans(users, names)
	names |= natives(users, names)
	names |= billing_run()
	names |= signing()
	names |= seed_money.make(users, _digits(5))
	frappe.db.commit()
	print(json.dumps({"users": users, "password": PASSWORD, "item": factories.SERVICE_ITEM, **names}))


if __name__ == "__main__":
	main(sys.argv[1])
