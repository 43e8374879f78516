from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.services.chasing import chase_marks, chased_customers, dunning_runs
from l2c_app.services.receipt import payer_aliases
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase


@bench_only("renaming, and grouped queries over the payment ledger")
class TestRenamedPayers(ChasingTestCase):
	def setUp(self):
		super().setUp()
		self.late = self.invoice(30, 1000)
		self.live = self.case()

	def rename(self, old: str, new: str, *, merge: bool = False) -> str:
		new = frappe.rename_doc("Customer", old, new, merge=merge, force=True, show_alert=False)
		for ledger in (
			"Payment Ledger Entry",
			"GL Entry",
		):  # some releases of 15 lose dynamic links on renaming
			frappe.db.set_value(ledger, {"party_type": "Customer", "party": old}, "party", new)
		return new

	def keys(self, customer: str) -> list[str]:
		filters = {"customer": customer, "status": ("!=", "Closed")}
		return frappe.get_all("Collection Case", filters, pluck="open_key")

	def test_a_case_follows_the_new_name_and_leaves_the_old_one_free(self):
		new = self.rename(self.customer, "L2C Renamed Payer")
		self.assertEqual(self.keys(new), ["\x1f".join((new, factories.COMPANY, "USD"))])
		again = self.make_customer("L2C Late Payer", email="again@l2c.example.com")
		self.assertEqual(again, self.customer)
		self.invoice(10, 70, again)
		self.assertEqual((self.case(again).overdue, self.case(new).overdue), (70, 1000))

	def test_the_ledger_finds_the_new_name(self):
		chase_marks.mark(self.customer)
		new = self.rename(self.customer, "L2C Renamed Payer")
		chase_marks.flush()
		factories.payment(new, 1000, against=[("Sales Invoice", self.late.name, 1000)])
		self.assertEqual(chase_marks.flush(), [new])
		self.assertEqual(frappe.db.get_value("Collection Case", self.live.name, "status"), "Closed")

	def test_two_customers_that_become_one_have_one_case(self):
		other = self.make_customer("L2C Other Payer")
		self.invoice(40, 500, other)
		second = self.case(other)
		day = add_days(nowdate(), 5)
		frappe.db.set_value("Collection Case", self.live.name, {"held_until": day, "hold_reason": "talks"})
		frappe.db.set_value("Collection Case", second.name, "opened_on", add_days(nowdate(), -1))
		self.rename(self.customer, other, merge=True)
		chase_marks.flush()
		live = self.case(other)
		self.assertEqual((live.name, live.overdue, live.days_late, live.invoices), (second.name, 1500, 40, 2))
		self.assertEqual((live.status, live.held_until, live.hold_reason), ("Held", getdate(day), "talks"))
		closed = frappe.db.get_value("Collection Case", self.live.name, ["status", "open_key"])
		self.assertEqual(closed, ("Closed", None))
		self.assertEqual(len(self.keys(other)), 1)

	def test_a_run_prepared_before_the_merge_sends_one_message(self):
		other = self.make_customer("L2C Other Payer")
		self.invoice(40, 500, other)
		self.case(other)
		run = dunning_runs.prepare(self.policy.name)
		self.rename(self.customer, other, merge=True)
		chase_marks.flush()
		frappe.db.set_value("Dunning Run", run, "state", "Sending")
		list(dunning_runs.lines(run))
		self.assertEqual(sorted(row.state for row in self.run_rows(run, other)), ["Held Back", "Sent"])
		self.assertEqual(frappe.get_all("Dunning Notice", {"customer": other}, pluck="amount"), [1500])

	def test_who_pays_for_whom_follows_the_new_name_and_a_merge_leaves_nothing_double(self):
		child, other = self.make_customer("L2C Child Payer"), self.make_customer("L2C Other Payer")
		payers = {"kind": "Customer", "customer": child}
		alias = factories.make("Payer Alias", **payers, payer=self.customer, value=self.customer)
		double = factories.make("Payer Alias", **payers, payer=other, value=other)
		himself = factories.make(
			"Payer Alias", kind="Customer", customer=other, payer=self.customer, value="x"
		)
		new = self.rename(self.customer, "L2C Renamed Payer")
		stored = frappe.db.get_value("Payer Alias", alias.name, ["value", "shown", "alias_key"])
		self.assertEqual(stored, (new, new, payer_aliases.key_of("Customer", new, child)))
		self.rename(new, other, merge=True)
		left = frappe.get_all(
			"Payer Alias",
			filters={"name": ("in", [alias.name, double.name, himself.name])},
			fields=["payer", "customer"],
		)
		self.assertEqual([(row.payer, row.customer) for row in left], [(other, child)])

	def test_a_message_to_somebody_without_a_case_reads_nobody_again(self):
		chase_marks.mark(self.customer)
		with patch.object(chased_customers, "_read", wraps=chased_customers._read) as read:
			for number in range(5):
				chased_customers.learn(f"L2C Caseless {number}")
			self.assertEqual(read.call_count, 0)
			chase_marks.mark(self.customer)
			chase_marks.mark(self.customer)
		self.assertEqual(read.call_count, 1)

	def test_a_renamed_company_keeps_its_cases(self):
		frappe.db.set_value("Collection Case", self.live.name, "open_key", "old")
		company = frappe.get_doc("Company", factories.COMPANY)
		company.run_method("after_rename", "Old Name", factories.COMPANY, False)
		self.assertEqual(self.keys(self.customer), ["\x1f".join((self.customer, factories.COMPANY, "USD"))])
