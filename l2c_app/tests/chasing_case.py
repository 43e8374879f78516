"""What tests of chasing share: a policy, overdue invoices, and the state of a customer's case."""

from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.services.chasing import cases, chased_customers, dunning_runs, policies
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase

TEMPLATE, OUTGOING = "L2C Reminder", "L2C Outgoing"
LEVELS = (
	{"days": -3},
	{"days": 5},
	{"days": 20},
	{"days": 40, "channel": "Letter"},
	{"days": 60, "channel": "Call"},
)


class ChasingTestCase(L2CTestCase):
	"""A policy for all and one customer with a mail address; caches of chased customers start empty."""

	def setUp(self) -> None:
		super().setUp()
		self._drop_caches()
		self.addCleanup(self._drop_caches)
		frappe.db.set_value("Dunning Policy", {"enabled": 1}, "enabled", 0)
		if not frappe.db.exists("Email Template", TEMPLATE):
			factories.make(
				"Email Template",
				name=TEMPLATE,
				subject="Level {{ level }} for {{ customer_name }}",
				response="{{ amount }} since {{ oldest_due }}: {% for item in items %}{{ item.invoice }} {% endfor %}",
			)
		outgoing_account()
		self.finance = factories.accounts_user()
		self.policy = self.make_policy()
		self.customer = self.make_customer("L2C Late Payer")

	def _drop_caches(self) -> None:
		frappe.local.l2c_chased = None
		frappe.cache.delete_value(chased_customers.KEY)
		frappe.cache.delete_value("l2c_chasing")

	def make_policy(self, name: str = "L2C Standard", levels: tuple = LEVELS, **values: Any) -> Any:
		rows = [{"channel": "Email", "email_template": TEMPLATE, **level} for level in levels]
		values = {"enabled": 1, "finance_owner": self.finance, **values}
		policy = factories.make("Dunning Policy", policy_name=name, levels=rows, **values)
		policies.forget()
		return policy

	def make_customer(self, name: str, email: str = "payer@l2c.example.com", **values: Any) -> str:
		customer = factories.customer(name, **values)
		frappe.db.set_value("Customer", customer, "email_id", email)
		return customer

	def invoice(self, days: int, amount: float = 1000, customer: str | None = None, **values: Any) -> Any:
		"""Return an invoice that has been overdue for so many days."""
		due = add_days(nowdate(), -days)
		return factories.sales_invoice(
			customer or self.customer,
			rate=amount,
			set_posting_time=1,
			posting_date=min(due, nowdate()),
			payment_terms_template="",
			payment_schedule=[{"due_date": due, "invoice_portion": 100, "payment_amount": amount}],
			**values,
		)

	def case(self, customer: str | None = None, currency: str = "USD") -> Any:
		"""Refresh and return the live case of a customer, None without one."""
		customer = customer or self.customer
		cases.refresh([customer])
		filters = {"customer": customer, "currency": currency, "status": ("!=", "Closed")}
		name = frappe.db.get_value("Collection Case", filters)
		return frappe.get_doc("Collection Case", name) if name else None

	def run_rows(self, run: str, customer: str | None = None) -> list[Any]:
		filters = {"run": run, "customer": customer or self.customer}
		return frappe.get_all("Dunning Run Row", filters=filters, fields=["*"], order_by="name")

	def send(self, run: str) -> list[Any]:
		"""Send a run as the job does, without its commits. Returns the lines of our customer."""
		frappe.db.set_value("Dunning Run", run, "state", "Sending")
		list(dunning_runs.lines(run))
		return self.run_rows(run)

	def charge(self, **values: Any) -> None:
		"""Let level 3 of the policy charge 20 and 10 % a year."""
		kind = frappe.get_doc(
			{
				"doctype": "Dunning Type",
				"dunning_type": "L2C Charge",
				"company": factories.COMPANY,
				"dunning_fee": 20,
				"rate_of_interest": 10,
				"income_account": frappe.db.get_value(
					"Account", {"company": factories.COMPANY, "root_type": "Income", "is_group": 0}
				),
				"cost_center": frappe.get_cached_value("Company", factories.COMPANY, "cost_center"),
			}
		).insert()
		policy = frappe.get_doc("Dunning Policy", self.policy.name)
		policy.levels[2].dunning_type = kind.name
		policy.update(values)
		policy.save()

	def line(self) -> Any:
		"""Prepare a run and return our customer's line."""
		return self.run_rows(dunning_runs.prepare(self.policy.name))[0]

	def mails(self, case: Any) -> int:
		filters = {"reference_doctype": "Collection Case", "reference_name": case.name}
		return frappe.db.count("Email Queue", filters)


def outgoing_account() -> None:
	"""Give the host an account to queue mail for; nothing is delivered."""
	if not frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}):
		factories.make(
			"Email Account",
			email_account_name=OUTGOING,
			email_id="sender@l2c.example.com",
			enable_outgoing=1,
			default_outgoing=1,
			smtp_server="localhost",
			no_smtp_authentication=1,
		)
