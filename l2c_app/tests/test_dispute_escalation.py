"""A dispute past its deadline is told to whoever is above the one who answers, once per dispute and deadline."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.services.chasing import dispute_escalation, disputes
from l2c_app.services.follow_up import reminders
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase

DISPUTE = "Receivable Dispute"


@bench_only("notifications and ToDos of the host")
class TestDisputeEscalation(ChasingTestCase):
	def setUp(self):
		super().setUp()
		self.late = self.invoice(30, 1000)
		self.boss = factories.sales_manager("dispute.boss")
		self.head = factories.accounts_manager("dispute.head")

	def dispute(self, days: int = 1, responsible: str = "", **values):
		"""Make a dispute of 100 whose deadline was so many days ago."""
		values = {"code": "Price", "note": "too dear", "deadline": add_days(nowdate(), -days), **values}
		values |= {"responsible": responsible or self.finance, "amount": 100}
		return factories.make(DISPUTE, sales_invoice=self.late.name, **values)

	def reports_to(self, boss: str):
		above = factories.employee(boss)
		frappe.db.set_value("Employee", factories.employee(self.finance), "reports_to", above)

	def tell(self) -> dict[str, int]:
		total: dict[str, int] = {}
		for counts in dispute_escalation.tell_managers():
			total = {key: total.get(key, 0) + count for key, count in counts.items()}
		return total

	def told(self, dispute) -> list[str]:
		filters = {
			"document_type": DISPUTE,
			"document_name": dispute.name,
			"subject": ("like", "%was to answer%"),
		}
		return frappe.get_all("Notification Log", filters=filters, pluck="for_user", order_by="for_user")

	def todos(self, dispute, user: str) -> list[str]:
		filters = {"reference_type": DISPUTE, "reference_name": dispute.name, "allocated_to": user}
		return frappe.get_all("ToDo", filters=filters, pluck="status", order_by="creation, name")

	def test_the_manager_is_told_once_the_day_after_the_deadline(self):
		self.reports_to(self.boss)
		dispute, in_time = self.dispute(), self.dispute(days=0)
		for _night in range(3):
			self.tell()
		self.assertEqual((self.told(dispute), self.told(in_time)), ([self.boss], []))
		self.assertEqual(self.todos(dispute, self.boss), ["Open"])
		stored = frappe.db.get_value(DISPUTE, dispute.name, ["escalated_deadline", "escalated_to"])
		self.assertEqual((str(stored[0]), stored[1]), (add_days(nowdate(), -1), self.boss))

	def test_a_new_deadline_ends_the_todo_and_is_told_again_when_it_passed(self):
		self.reports_to(self.boss)
		dispute = self.dispute()
		self.tell()
		dispute.reload()
		dispute.update({"deadline": add_days(nowdate(), 5)}).save()
		self.assertEqual(self.todos(dispute, self.boss), ["Cancelled"])
		self.tell()
		self.assertEqual(len(self.told(dispute)), 1)
		dispute.update({"deadline": add_days(nowdate(), -2)}).save()
		self.tell()
		self.tell()
		self.assertEqual(self.told(dispute), [self.boss, self.boss])
		self.assertEqual(sorted(self.todos(dispute, self.boss)), ["Cancelled", "Open"])

	def test_without_a_manager_the_accounts_managers_are_told_but_not_of_their_own(self):
		dispute, own = self.dispute(), self.dispute(responsible=self.head)
		self.tell()
		self.assertIn(self.head, self.told(dispute))
		self.assertEqual(self.todos(dispute, self.head), ["Open"])
		self.assertNotIn(self.head, self.told(own))

	def test_a_manager_who_may_not_see_it_is_passed_over(self):
		stranger = factories.user("dispute.stranger")
		self.reports_to(stranger)
		dispute = self.dispute()
		self.tell()
		self.assertNotIn(stranger, self.told(dispute))
		self.assertIn(self.head, self.told(dispute))

	def test_a_decision_ends_the_todo_and_a_decided_one_is_not_told(self):
		self.reports_to(self.boss)
		dispute, decided = self.dispute(), self.dispute()
		disputes.decide(decided.name, outcome="Payable", note="as ordered")
		self.tell()
		self.assertEqual(self.told(decided), [])
		with self.as_user(self.finance):
			disputes.decide(dispute.name, outcome="Payable", note="as ordered")
		self.assertEqual(self.todos(dispute, self.boss), ["Closed"])

	def test_who_was_told_cannot_be_typed(self):
		self.reports_to(self.boss)
		yesterday = add_days(nowdate(), -1)
		dispute = self.dispute(escalated_deadline=yesterday, escalated_to=self.head)
		dispute.update({"escalated_deadline": yesterday}).save()
		self.tell()
		self.assertEqual(self.told(dispute), [self.boss])

	def test_nobody_to_tell_and_a_failure_are_tried_again_and_stop_no_other(self):
		self.reports_to(self.boss)
		first, second = self.dispute(), self.dispute()
		bell = reminders.bell

		def fails_for_first(user, text, *, document, link=""):
			if document[1] == first.name:
				raise ValueError("no bell")
			bell(user, text, document=document, link=link)

		with patch.object(reminders, "bell", fails_for_first):
			self.assertEqual(self.tell()["failed"], 1)
		self.assertEqual((self.told(first), self.told(second)), ([], [self.boss]))
		with (
			patch.object(dispute_escalation.managers, "manager_of", return_value=None),
			patch.object(dispute_escalation, "_finance", return_value=[self.finance]),
		):
			self.assertGreaterEqual(self.tell()["nobody"], 1)
		self.tell()
		self.assertEqual(self.told(first), [self.boss])
