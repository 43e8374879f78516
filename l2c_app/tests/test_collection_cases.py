from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.patches.v1_0 import late_row_occasions
from l2c_app.services.chasing import (
	case_doors,
	cases,
	chase_facts,
	chase_marks,
	receivables,
	unbilled_overdue,
)
from l2c_app.services.errors import HoldError
from l2c_app.tests import contracts, doors_off, factories
from l2c_app.tests import receivables as money
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase


@bench_only("grouped queries over the payment ledger")
class TestCollectionCases(ChasingTestCase):
	def test_overdue_money_of_all_invoices_opens_one_case_that_closes_by_itself(self):
		first, second = self.invoice(30, 1000), self.invoice(6, 500)
		self.invoice(0, 70)
		case = self.case()
		self.assertEqual((case.overdue, case.invoices, case.days_late, case.open_amount), (1500, 2, 30, 1570))
		self.assertEqual(
			(case.status, case.finance_owner, case.policy), ("Open", self.finance, self.policy.name)
		)
		factories.payment(self.customer, 1000, against=[("Sales Invoice", first.name, 1000)])
		self.assertEqual((self.case().overdue, self.case().days_late), (500, 6))
		factories.payment(self.customer, 500, against=[("Sales Invoice", second.name, 500)])
		self.assertIsNone(self.case())
		self.assertEqual(
			frappe.db.get_value("Collection Case", case.name, ["status", "overdue"]), ("Closed", 0)
		)

	def test_due_today_and_without_policy_nothing_opens(self):
		self.invoice(0)
		self.assertIsNone(self.case())
		self.policy.db_set("enabled", 0)
		self.invoice(10)
		self.assertIsNone(self.case())

	def test_money_through_a_ledger_door_refreshes_the_case_before_commit(self):
		invoice = self.invoice(10)
		case = self.case()
		payment = factories.payment(self.customer, 1000, against=[("Sales Invoice", invoice.name, 1000)])
		self.assertEqual(chase_marks.flush(), [self.customer])
		self.assertEqual(frappe.db.get_value("Collection Case", case.name, "status"), "Closed")
		payment.cancel()
		self.assertEqual(self.case().overdue, 1000)

	def test_a_door_stores_the_money_and_leaves_what_follows_from_it_to_the_job(self):
		"""1,000 overdue, 1,000 on account: the case shows it at once, and what to do next minutes later."""
		self.invoice(10)
		case = self.case()
		case.db_set("rating", "D")
		factories.payment(self.customer, 1000)
		with patch.object(chase_facts, "read") as whole:
			chase_marks.flush()
		whole.assert_not_called()
		case.reload()
		self.assertEqual((case.unapplied, case.overdue, case.read_again), (1000, 1000, 1))
		self.assertNotEqual(case.next_action, "Apply the money on account")
		self.assertEqual(case_doors.read_again()["updated"], 1)
		case.reload()
		self.assertEqual(
			(case.next_action, case.rating, case.read_again), ("Apply the money on account", "D", 0)
		)
		self.assertEqual(case_doors.read_again(), {})
		cases.refresh([self.customer], bank={})
		self.assertNotEqual(frappe.db.get_value("Collection Case", case.name, "rating"), "D")

	def test_a_door_opens_the_case_again_when_the_payment_is_taken_back(self):
		invoice = self.invoice(10)
		case = self.case()
		payment = factories.payment(self.customer, 1000, against=[("Sales Invoice", invoice.name, 1000)])
		chase_marks.flush()
		self.assertEqual(frappe.db.get_value("Collection Case", case.name, "status"), "Closed")
		payment.cancel()
		chase_marks.flush()
		live = {"customer": self.customer, "status": ("!=", "Closed")}
		self.assertEqual(frappe.db.get_value("Collection Case", live, "overdue"), 1000)

	def test_a_stranger_marks_nothing(self):
		other = factories.customer("L2C Not Chased")
		self.invoice(10)
		self.case()
		factories.sales_invoice(other)
		self.assertEqual(chase_marks.flush(), [])

	def test_instalments_count_by_their_own_dates(self):
		today = nowdate()
		schedule = [
			{"due_date": add_days(today, -20), "invoice_portion": 50, "payment_amount": 500},
			{"due_date": add_days(today, 20), "invoice_portion": 50, "payment_amount": 500},
		]
		invoice = factories.sales_invoice(
			self.customer, set_posting_time=1, posting_date=add_days(today, -25), payment_schedule=schedule
		)
		position = receivables.positions([self.customer])[self.customer, factories.COMPANY, "USD"]
		self.assertEqual((position.overdue, position.open, position.invoices), (500, 1000, 1))
		self.assertEqual(position.oldest_due, getdate(add_days(today, -20)))
		factories.payment(self.customer, 300, against=[("Sales Invoice", invoice.name, 300)])
		position = receivables.positions([self.customer])[self.customer, factories.COMPANY, "USD"]
		self.assertEqual((position.overdue, position.open), (200, 700))

	def test_an_invoice_is_as_late_as_its_first_open_instalment(self):
		"""500 due 40 days ago and 500 due 10 days ago: 40 days late however it is read; 10 once the first is paid."""
		schedule = [
			{"due_date": add_days(nowdate(), -days), "invoice_portion": 50, "payment_amount": 500}
			for days in (40, 10)
		]
		invoice = factories.sales_invoice(
			self.customer,
			set_posting_time=1,
			posting_date=add_days(nowdate(), -45),
			payment_schedule=schedule,
		)
		key = (self.customer, factories.COMPANY, "USD")
		for paid, days in ((0, 40), (500, 10)):
			if paid:
				factories.payment(self.customer, paid, against=[("Sales Invoice", invoice.name, paid)])
			alone = receivables.positions([self.customer])[key]
			self.assertEqual(alone.oldest_due, getdate(add_days(nowdate(), -days)))
			self.assertEqual(alone, receivables.both([self.customer])[1][key])
			self.assertEqual((alone.overdue, alone.invoices), (1000 - paid, 1))

	def test_pain_one_customer_one_currency_each_currency_of_the_receivable_has_its_case(self):
		euro = self.make_customer("L2C Late Euro", currency="EUR")
		self.invoice(10, 100, euro, currency="EUR", debit_to=factories.receivable_account("EUR"))
		case = self.case(euro, "EUR")
		self.assertEqual((case.currency, case.overdue, round(case.overdue_base, 2)), ("EUR", 100, 110))
		self.assertIsNone(self.case(euro, "USD"))

	def test_a_standing_credit_note_and_money_on_account_are_not_applied(self):
		invoice = self.invoice(30, 1000)
		money.credit_note(invoice.name, 200)
		factories.payment(self.customer, 300)
		case = self.case()
		self.assertEqual((case.overdue, case.unapplied), (1000, 500))
		factories.payment(self.customer, 600)
		case = self.case()
		self.assertEqual(case.next_action, "Apply the money on account")

	def test_an_advance_on_an_order_is_not_offered_for_invoices(self):
		self.invoice(30, 1000)
		order = factories.sales_order(self.customer, rate=2000)
		factories.payment(self.customer, 2000, against=[("Sales Order", order.name, 2000)])
		self.assertEqual(self.case().unapplied, 0)

	def test_refreshing_twice_changes_nothing(self):
		self.invoice(30)
		self.case()
		self.assertEqual(
			cases.refresh([self.customer]), {"opened": 0, "updated": 0, "closed": 0, "unchanged": 1}
		)

	def test_only_one_live_case_per_key(self):
		self.invoice(30)
		case = self.case()
		twin = frappe.copy_doc(case)
		twin.open_key = case.open_key
		with self.assertRaises(frappe.UniqueValidationError):
			twin.insert(ignore_permissions=True)

	def test_a_hold_needs_reason_and_date(self):
		self.invoice(30)
		case = self.case()
		with self.assertRaises(HoldError):
			cases.hold(case.name, until=add_days(nowdate(), 5), reason=" ")
		with self.assertRaises(HoldError):
			cases.hold(case.name, until=add_days(nowdate(), -1), reason="late")
		cases.hold(case.name, until=add_days(nowdate(), 5), reason="merger talks")
		self.assertEqual(self.case().status, "Held")
		cases.lift_hold(case.name)
		self.assertEqual(self.case().status, "Open")

	def test_the_closest_policy_wins(self):
		special = self.make_policy("L2C Special", customer_group=factories.leaf_of("Customer Group"))
		self.make_policy(
			"L2C Other Group",
			customer_group=frappe.get_all(
				"Customer Group",
				{"is_group": 0, "name": ("!=", factories.leaf_of("Customer Group"))},
				pluck="name",
				limit=1,
			)[0],
		)
		self.invoice(30)
		self.assertEqual(self.case().policy, special.name)

	def test_sales_sees_own_cases_and_writes_none(self):
		seller, other = factories.sales_user("chase.seller"), factories.sales_user("chase.other")
		frappe.db.set_value("Customer", self.customer, "account_manager", seller)
		self.invoice(30)
		case = self.case()
		self.assertEqual(case.sales_owner, seller)
		with self.as_user(seller):
			self.assertIn(case.name, frappe.get_list("Collection Case", pluck="name"))
			self.assertEqual(len(cases.items(case.name)), 1)
			with self.assertRaises(frappe.PermissionError):
				cases.hold(case.name, until=add_days(nowdate(), 5), reason="please")
		with self.as_user(other):
			self.assertNotIn(case.name, frappe.get_list("Collection Case", pluck="name"))
			with self.assertRaises(frappe.PermissionError):
				cases.items(case.name)

	def test_sales_is_told_once_of_what_is_late_and_not_billed(self):
		rows = [
			contracts.plan_row(percent=30, billing="Advance", fixed_date=add_days(nowdate(), -5)),
			contracts.plan_row(percent=70, fixed_date=add_days(nowdate(), 5)),
		]
		values = {
			"transaction_date": add_days(nowdate(), -10),
			"contract_owner": factories.sales_user("chase.seller"),
		}
		contract = contracts.active(self.customer, plan_rows=rows, **values)
		unbilled_overdue.tell_sales()
		about = {"reference_doctype": "Sales Contract", "reference_name": contract.name}
		rewritten = frappe.get_doc("Follow Up", about)
		self.assertEqual(rewritten.occasion, "Late row R1")
		rewritten.update({"note": f"called: {rewritten.note.replace('[R1]', '')}", "occasion": None})
		rewritten.save()
		unbilled_overdue.tell_sales()
		told = frappe.get_all("Follow Up", filters=about, fields=["assigned_to", "note"])
		self.assertEqual([each.assigned_to for each in told], [contract.contract_owner])
		self.assertIn("is not billed", told[0].note)
		self.assertIsNone(self.case())

	def test_late_rows_are_told_by_as_many_questions_as_one_and_not_to_who_left(self):
		seller = factories.sales_user("chase.seller")
		rows = [contracts.plan_row(percent=50, fixed_date=add_days(nowdate(), -days)) for days in (9, 5)]
		values = {"transaction_date": add_days(nowdate(), -20), "contract_owner": seller}
		contract = contracts.active(self.customer, plan_rows=rows, **values)
		about = {"reference_doctype": "Sales Contract", "reference_name": contract.name}
		frappe.db.set_value("User", seller, "enabled", 0)
		unbilled_overdue.tell_sales()
		self.assertEqual(frappe.db.count("Follow Up", about), 0)
		frappe.db.set_value("User", seller, "enabled", 1)
		unbilled_overdue.tell_sales()
		self.assertEqual(frappe.db.count("Follow Up", about), 2)
		with patch.object(unbilled_overdue.night_plans, "plan_each") as planned:
			sent = doors_off.statements(unbilled_overdue.tell_sales)
		self.assertNotIn(contract.name, [row.parent for row in planned.call_args.args[0]])
		self.assertEqual(len([each for each in sent if doors_off.mentions_us(each)]), 2)

	def test_who_must_not_be_contacted_stops_no_other_call_about_a_late_row(self):
		"""The first customer is disabled, so no call with him is planned; the later row of the other one is told."""
		late = {
			"transaction_date": add_days(nowdate(), -20),
			"contract_owner": factories.sales_user("chase.seller"),
		}
		other = self.make_customer("L2C Late Too")
		blocked, told = (
			contracts.active(
				customer,
				plan_rows=[contracts.plan_row(percent=100, fixed_date=add_days(nowdate(), -days))],
				**late,
			)
			for customer, days in ((self.customer, 9), (other, 5))
		)
		frappe.db.set_value("Customer", self.customer, "disabled", 1)
		unbilled_overdue.tell_sales()
		for contract, planned in ((blocked, 0), (told, 1)):
			about = {"reference_doctype": "Sales Contract", "reference_name": contract.name}
			self.assertEqual(frappe.db.count("Follow Up", about), planned)

	def test_old_follow_ups_about_late_rows_are_known_by_their_field(self):
		contract = contracts.active(self.customer)
		note = "100 of the plan was due and is not billed: ask for it. [R1]"
		about = {"reference_doctype": "Sales Contract", "reference_name": contract.name}
		plan = {"follow_up_type": "Call", "planned_for": add_days(nowdate(), 2), "assigned_to": self.finance}
		old, other = (factories.make("Follow Up", **about, **plan, note=text) for text in (note, "[R9]"))
		late_row_occasions.execute()
		occasions = [frappe.db.get_value("Follow Up", each.name, "occasion") for each in (old, other)]
		self.assertEqual(occasions, ["Late row R1", None])
