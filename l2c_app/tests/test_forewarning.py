from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, get_datetime, now_datetime, nowdate

from l2c_app.services.chasing import dunning_runs, forewarning, nightly
from l2c_app.services.errors import DunningPolicyError
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase


@bench_only("grouped queries over the payment ledger and the bell")
class TestForewarning(ChasingTestCase):
	def setUp(self):
		super().setUp()
		self.invoice(30, 1000)
		self.live = self.case()
		self.seller = factories.sales_user("forewarned.seller")
		self.live.db_set("sales_owner", self.seller)
		frappe.db.set_value("Dunning Policy", self.policy.name, {"automatic": 1, "forewarn_hours": 6})
		frappe.clear_document_cache("Dunning Policy", self.policy.name)

	def night(self):
		list(nightly._automatic(self.policy.name))
		return frappe.get_doc("Dunning Run", {"policy": self.policy.name, "run_on": nowdate()})

	def bells(self, user):
		filters = {"for_user": user, "subject": ("like", "%will be written to%")}
		fields = ["document_type", "document_name", "subject"]
		return frappe.get_all("Notification Log", filters=filters, fields=fields)

	def later(self, run):
		frappe.db.set_value("Dunning Run", run, "sends_at", add_to_date(now_datetime(), minutes=-1))
		with patch.object(dunning_runs, "queue"):
			return forewarning.start_due()

	def test_owners_are_told_once_and_the_run_goes_out_hours_later(self):
		run = self.night()
		self.assertEqual((run.state, run.proposed), ("Draft", 1))
		hours = (get_datetime(run.sends_at) - get_datetime(run.warned_on)).total_seconds() / 3600
		self.assertEqual(round(hours, 3), 6)
		(finance,), (seller,) = self.bells(self.finance), self.bells(self.seller)
		self.assertIn("L2C Late Payer", finance.subject)
		self.assertEqual((finance.document_type, finance.document_name), ("Dunning Run", run.name))
		self.assertEqual((seller.document_type, seller.document_name), ("Collection Case", self.live.name))
		self.night()
		self.assertEqual(forewarning.warn(run.name), 0)
		self.assertEqual(forewarning.start_due(), [])
		self.assertEqual((len(self.bells(self.finance)), self.mails(self.live)), (1, 0))
		self.assertEqual(self.later(run.name), [run.name])
		self.assertEqual(self.later(run.name), [])
		list(dunning_runs.lines(run.name))
		self.assertEqual(self.mails(self.live), 1)

	def test_a_killed_job_is_made_up_for_with_the_full_hours(self):
		run, _names = dunning_runs.record(self.policy.name)
		forewarning.schedule(run, 6)
		self.assertEqual(self.later(run), [])
		list(dunning_runs.fill(run))
		self.assertEqual((self.later(run), len(self.bells(self.finance))), ([], 1))
		self.assertGreater(
			get_datetime(frappe.db.get_value("Dunning Run", run, "sends_at")),
			get_datetime(add_to_date(now_datetime(), hours=5)),
		)

	def test_it_does_not_go_out_once_switched_off_or_overtaken(self):
		run = self.night()
		changes = {
			"automatic": lambda: frappe.db.set_value("Dunning Policy", self.policy.name, "automatic", 0),
			"overtaken": lambda: (
				frappe.db.set_value("Dunning Run", run.name, "run_on", add_days(nowdate(), -1))
				or dunning_runs.record(self.policy.name)
			),
		}
		for name, change in changes.items():
			with self.subTest(name=name):
				frappe.db.savepoint("l2c_moved")
				change()
				self.assertEqual(self.later(run.name), [])
				frappe.db.rollback(save_point="l2c_moved")
		self.assertEqual(self.later(run.name), [run.name])

	def test_without_hours_it_is_sent_at_once_and_nobody_told(self):
		frappe.db.set_value("Dunning Policy", self.policy.name, "forewarn_hours", 0)
		with patch.object(dunning_runs, "queue"):
			self.assertEqual(self.night().state, "Sending")
		self.assertEqual(self.bells(self.finance), [])

	def test_a_day_ahead_is_refused(self):
		with self.assertRaisesRegex(
			DunningPolicyError, "Warn Hours before Sending must lie between 0 and 23."
		):
			self.make_policy("L2C Early", forewarn_hours=24)
