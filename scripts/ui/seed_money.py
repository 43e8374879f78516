"""Records for what happens to contracts after their approval, for going live, for bank lines and for runs; see seed.py."""

from typing import Any

import frappe
from frappe.utils import add_days, add_months, get_first_day, getdate, nowdate

from l2c_app.services.contract import contract_revisions
from l2c_app.tests import bank_case, contracts, factories, receivables, signing_case
from l2c_app.tests.chasing_case import outgoing_account
from l2c_app.tests.contracts import in_days, plan_row
from l2c_app.tests.test_adoption import invoice_of

ADVANCE_THEN_REST = ((300, "Advance"), (700, "Own Invoice"))


def rows(*parts: tuple) -> list[dict[str, Any]]:
	"""Return plan rows of (amount, billing) due today."""
	return [plan_row(amount, billing=billing) for amount, billing in parts]


def purposes() -> dict[str, dict[str, Any]]:
	"""Return what is special about the contract made for each thing that happens between signature and end."""
	signed_off = plan_row(
		400, due_basis="Milestone", milestone_type="Sign-off", offset_days=10, label="Acceptance"
	)
	deposit = plan_row(300, fixed_date=in_days(-5), label="Deposit")
	rest = plan_row(700, fixed_date=in_days(20), label="Rest")
	return {
		"milestone": {"plan_rows": [signed_off, plan_row(600, label="Delivery")]},
		"renewal": {"start_date": in_days(-300), "end_date": in_days(60)},
		"promise": {"plan_rows": [deposit, rest]},
		"end": {"plan_rows": rows((300, "Own Invoice"), (700, "Own Invoice"))},
		"compare": {"plan_rows": rows((400, "Own Invoice"), (600, "Own Invoice"))},
		"claim": {"plan_rows": rows(*ADVANCE_THEN_REST)},
	}


def running(title: str, stamp: str, owner: str, **values: Any) -> str:
	"""Make a running contract of a customer of its own. Returns its name."""
	customer = factories.customer(f"{title} {stamp}", account_manager=owner)
	return contracts.active(customer, contract_owner=owner, **values).name


def revised(contract: str) -> None:
	"""Order a second machine, so that there are two revisions to compare."""
	first = frappe.get_doc("Sales Contract", contract).items[0]
	more = {field: first.get(field) for field in contract_revisions.LINE_FIELDS}
	more |= {"qty": 2, "sales_order_item": first.sales_order_item}
	contract_revisions.revise(contract, reason="Two machines", items=[more])


def lives(users: dict[str, str], stamp: str) -> dict[str, str]:
	"""Make a contract for each thing that happens between signature and end. Returns their names by purpose."""
	sales, manager = users["sales"], users["manager"]
	names = {
		f"{purpose}_contract": running(f"{purpose.title()} Partners", stamp, sales, **values)
		for purpose, values in purposes().items()
	}
	revised(names["compare_contract"])
	buyer = factories.customer(f"Orchard Optics {stamp}")
	both = (signing_case.ADA, signing_case.BOB)
	leaver = factories.sales_user(f"leaver.{stamp}")
	return {
		**names,
		"rival_contract": running("Rival & Sons", stamp, manager, plan_rows=rows(*ADVANCE_THEN_REST)),
		"send_contract": signing_case.approved(*both, customer=buyer, contract_owner=manager).name,
		"leaver": leaver,
		"left_contract": running("Left Behind", stamp, leaver),
	}


def going_live(stamp: str) -> dict[str, str]:
	"""Make orders that ran before: one with an invoice and money, two for a file."""
	customer = factories.customer(f"Long Running Mills {stamp}")
	order = factories.sales_order(customer)
	invoice = invoice_of(order, 300)
	receivables.receipt(customer, 300, against=[("Sales Invoice", invoice.name, 300)])
	receivables.receipt(customer, 200, against=[("Sales Order", order.name, 200)])
	filed = [factories.sales_order(customer, rate=rate).name for rate in (600, 800)]
	return {"running_order": order.name, "filed_order": filed[0], "wrong_order": filed[1]}


def owed(customer: str, amount: float) -> str:
	"""Return an invoice of two months ago, due a month ago."""
	posted = get_first_day(add_months(nowdate(), -2))
	due = [{"due_date": add_days(posted, 30), "invoice_portion": 100, "payment_amount": amount}]
	values = {
		"set_posting_time": 1,
		"posting_date": posted,
		"payment_terms_template": "",
		"payment_schedule": due,
	}
	return factories.sales_invoice(customer, rate=amount, **values).name


def bank(stamp: str) -> dict[str, Any]:
	"""Make the company's bank account, limits of write-offs, and invoices that the lines of a statement pay."""
	settings = frappe.get_doc("Receipt Settings")
	settings.set("write_off_limits", [{"role": "Accounts Manager", "amount": 50}])
	settings.update({"tolerance_amount": 5, "tolerance_percent": 0})
	settings.save()
	frappe.flags.in_test = True  # else the host asks a mail server that is not there whether it is
	outgoing_account()
	frappe.flags.in_test = False
	payers = {f"Heron Optics {stamp}": 1250, f"Harbour Foods {stamp}": 1000, f"Juniper Tools {stamp}": 1000}
	for name in payers:
		factories.customer(name)
	frappe.db.set_value("Customer", next(iter(payers)), "email_id", "books@heron.example.com")
	invoices = {name: owed(name, amount) for name, amount in payers.items()}
	return {
		"bank_account": bank_case.bank_account(),
		"paid_invoices": invoices,
		"company": factories.COMPANY,
		"last_month": str(getdate(get_first_day(add_months(nowdate(), -1)))),
		"stamp": stamp,
		"known_lead": factories.lead(f"Known {stamp}", mobile_no=f"+8613700{stamp}0").name,
	}


def late(stamp: str) -> dict[str, Any]:
	"""Make two customers of a group of their own, a month late, whom mails reach."""
	above = {"parent_customer_group": factories.root_of("Customer Group")}
	group = factories.make("Customer Group", customer_group_name=f"Late {stamp}", **above).name
	names = [f"Late Larch {stamp}", f"Later Linden {stamp}"]
	for number, name in enumerate(names):
		factories.customer(name)
		values = {"customer_group": group, "email_id": f"late{number}.{stamp}@example.com"}
		frappe.db.set_value("Customer", name, values)
		owed(name, 700)
	return {"late_group": group, "late_customers": names}


def make(users: dict[str, str], stamp: str) -> dict[str, Any]:
	"""Make everything of this module. Returns the names."""
	return {**lives(users, stamp), **going_live(stamp), **bank(stamp), **late(stamp)}
