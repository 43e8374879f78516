from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, get_datetime, now_datetime, nowdate

from l2c_app.services.errors import DigestHourError
from l2c_app.services.follow_up import digest, follow_up_settings, follow_ups, managers, reminders
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase, bench_only


@bench_only("bitwise conditions, notifications and the mail queue")
class ReminderCase(L2CTestCase):
	def setUp(self):
		super().setUp()
		self.rep = factories.sales_user("remind.rep")
		self.boss = factories.sales_manager("remind.boss")
		self.one = factories.lead("Remind Prospect", lead_owner=self.rep)

	def plan(self, hours: float, user: str = ""):
		"""Plan a call and move it so many hours from now (negative: overdue)."""
		planned = follow_ups.plan(
			"Lead",
			self.one.name,
			follow_up_type="Call",
			planned_for=add_to_date(now_datetime(), days=30),
			assigned_to=user or self.rep,
		)
		moment = add_to_date(now_datetime(), minutes=int(hours * 60))
		frappe.db.set_value("Follow Up", planned.name, "planned_for", moment, update_modified=False)
		return planned

	def bells(self, user: str, planned=None) -> list[str]:
		filters = {"for_user": user}
		if planned:
			filters |= {"document_type": "Follow Up", "document_name": planned.name}
		return frappe.get_all("Notification Log", filters=filters, pluck="subject", order_by="creation, name")

	def log(self, planned) -> list[tuple]:
		rows = frappe.get_all(
			"Follow Up Reminder",
			filters={"document_name": planned.name},
			fields=["channel", "user", "told"],
			order_by="channel, user",
		)
		return [(row.channel, row.user, row.told) for row in rows]

	def in_tree(self):
		"""Make the boss the parent of the rep in the Sales Person tree."""
		factories.sales_person("Remind Team", for_user=self.boss, is_group=True)
		factories.sales_person("Remind Rep", for_user=self.rep, parent="Remind Team")


class TestReminders(ReminderCase):
	def test_days_before_and_after_are_told_once_and_caught_up_after_a_missed_day(self):
		planned = self.plan(-30)
		for _run in range(3):
			reminders.run()
		self.assertEqual(len(self.bells(self.rep, planned)), 1)
		self.assertEqual(
			self.log(planned), [("After", self.rep, 1), ("At", self.rep, 0), ("Before", self.rep, 0)]
		)

	def test_before_at_and_after_follow_one_another(self):
		planned = self.plan(0.2)
		reminders.run()
		self.assertIn("Coming up", self.bells(self.rep, planned)[0])
		start = get_datetime(frappe.db.get_value("Follow Up", planned.name, "planned_for"))
		for hours, expected in ((0, 2), (1, 2), (24, 3), (25, 3)):
			with patch.object(reminders, "now_datetime", return_value=start + timedelta(hours=hours)):
				reminders.run()
			self.assertEqual(len(self.bells(self.rep, planned)), expected)

	def test_a_kept_log_row_prevents_a_second_telling_even_if_the_follow_up_forgot(self):
		planned = self.plan(-1)
		reminders.run()
		frappe.db.set_value("Follow Up", planned.name, "told", 0)
		reminders.run()
		self.assertEqual(len(self.bells(self.rep, planned)), 1)

	def test_a_new_owner_is_told_too(self):
		planned = self.plan(-1)
		reminders.run()
		mate = factories.sales_user("remind.mate")
		doc = frappe.get_doc("Follow Up", planned.name)
		doc.assigned_to = mate
		doc.save()
		reminders.run()
		self.assertEqual((len(self.bells(self.rep, planned)), len(self.bells(mate, planned))), (1, 1))

	def test_reminders_can_be_switched_off(self):
		planned = self.plan(0.2)
		with self.settings("L2C Settings", remind_before_minutes=0):
			reminders.run()
		self.assertEqual(self.bells(self.rep, planned), [])

	def test_notification_settings_of_the_user_are_respected(self):
		planned = self.plan(-1)
		if not frappe.db.exists("Notification Settings", self.rep):
			factories.make("Notification Settings", name=self.rep, user=self.rep)
		frappe.db.set_value("Notification Settings", self.rep, "enabled", 0)
		reminders.run()
		self.assertEqual(self.bells(self.rep, planned), [])

	def test_one_failing_row_does_not_stop_the_others(self):
		broken, fine = self.plan(-1), self.plan(-2)
		original = reminders.bell

		def bell(user, text, *, document):
			if document[1] == broken.name:
				raise ValueError("no bell")
			original(user, text, document=document)

		with patch.object(reminders, "bell", bell):
			counts = reminders.run()
		self.assertEqual(counts["failed"], 1)
		self.assertEqual((self.bells(self.rep, broken), len(self.bells(self.rep, fine))), ([], 1))
		self.assertEqual(self.log(broken), [])
		reminders.run()
		self.assertEqual(len(self.bells(self.rep, broken)), 1)


class TestForgetting(ReminderCase):
	def test_old_rows_go_except_those_that_keep_a_planned_one_from_being_told_again(self):
		kept, gone = self.plan(-30), self.plan(-30)
		reminders.run()
		frappe.db.set_value("Follow Up", gone.name, "status", "Cancelled")
		for row in frappe.get_all(
			"Follow Up Reminder", filters={"document_name": ("in", [kept.name, gone.name])}
		):
			frappe.db.set_value("Follow Up Reminder", row.name, "at", add_days(nowdate(), -401))
		reminders.forget_old()
		self.assertEqual((len(self.log(kept)), self.log(gone)), (3, []))


class TestEscalation(ReminderCase):
	def test_escalation_goes_from_owner_to_manager_at_the_set_hours(self):
		self.in_tree()
		planned = self.plan(-47)
		reminders.run()
		self.assertEqual(self.bells(self.boss, planned), [])
		self.plan_moves(planned, -49)
		reminders.run()
		reminders.run()
		self.assertEqual(len(self.bells(self.boss, planned)), 1)
		self.assertIn("Remind.Rep".split(".")[0], self.bells(self.boss, planned)[0])

	def test_then_to_the_managers_of_the_lead_s_pools(self):
		chief = factories.sales_manager("remind.chief")
		factories.lead_pool("Remind Pool", members=(self.rep,), managers=(chief,))
		self.one = factories.pooled_lead("Remind Pooled", mobile_no="+8613800138777")
		from l2c_app.api import pool as api

		with self.as_user(self.rep):
			api.claim(factories.seat_of(self.one.name, "Remind Pool").name)
		planned = self.plan(-100)
		reminders.run()
		self.assertEqual(len(self.bells(chief, planned)), 1)
		self.assertEqual(len(self.bells(self.rep, planned)), 1)

	def test_a_disabled_owner_is_not_told_but_his_manager_is(self):
		self.in_tree()
		planned = self.plan(-50)
		frappe.db.set_value("User", self.rep, "enabled", 0)
		reminders.run()
		self.assertEqual((self.bells(self.rep, planned), len(self.bells(self.boss, planned))), ([], 1))

	def test_working_hours_let_a_weekend_pass(self):
		self.in_tree()
		days = [{"holiday_date": add_days(nowdate(), -n), "description": "Off"} for n in range(0, 5)]
		listed = factories.make(
			"Holiday List",
			holiday_list_name="Remind Days Off",
			from_date=add_days(nowdate(), -10),
			to_date=add_days(nowdate(), 1),
			holidays=days,
		)
		planned = self.plan(-50)
		with self.settings("L2C Settings", business_hours_only=1, holiday_list=listed.name):
			reminders.run()
		self.assertEqual(self.bells(self.boss, planned), [])

	def test_reports_to_is_the_way_up_without_a_sales_person(self):
		above = factories.employee(self.boss)
		frappe.db.set_value("Employee", factories.employee(self.rep), "reports_to", above)
		self.assertEqual(managers.manager_of(self.rep), self.boss)
		self.assertIsNone(managers.manager_of(self.boss))

	def test_a_circle_of_sales_people_ends(self):
		self.in_tree()
		frappe.db.set_value("Sales Person", "Remind Team", "parent_sales_person", "Remind Rep")
		frappe.db.set_value("Sales Person", "Remind Team", "employee", None)
		self.assertIsNone(managers.manager_of(self.rep))

	def plan_moves(self, planned, hours):
		moment = add_to_date(now_datetime(), hours=hours)
		frappe.db.set_value("Follow Up", planned.name, "planned_for", moment, update_modified=False)


class TestDigest(ReminderCase):
	def setUp(self):
		super().setUp()
		self.eight = get_datetime(f"{nowdate()} 08:30:00")
		self.account = frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1})
		if not self.account:
			factories.make(
				"Email Account",
				email_account_name="Remind Out",
				email_id="out@l2c.example.com",
				enable_outgoing=1,
				default_outgoing=1,
				smtp_server="localhost",
				no_smtp_authentication=1,
				awaiting_password=1,
			)

	def send(self, at=None):
		with patch.object(digest, "now_datetime", return_value=at or self.eight):
			return digest.run()

	def mails(self) -> list:
		rows = frappe.get_all(
			"Email Queue Recipient", filters={"recipient": self.rep}, pluck="parent", order_by="creation"
		)
		return [frappe.db.get_value("Email Queue", row, "message") for row in rows]

	def today(self):
		planned = self.plan(1)
		frappe.db.set_value("Follow Up", planned.name, "planned_for", f"{nowdate()} 15:00:00")
		return planned

	def test_pain_assignment_mail_on_every_change_one_digest_a_day_and_user(self):
		self.today()
		self.plan(-24 * 400)
		for _run in range(3):
			self.send()
		self.assertEqual(len(self.mails()), 1)

	def test_an_hour_that_no_day_has_is_refused_as_long_as_a_digest_is_sent(self):
		settings = frappe.get_doc("L2C Settings").update({"send_digest": 1, "digest_hour": 24})
		with self.assertRaisesRegex(DigestHourError, "Digest at Hour must lie between 0 and 23.<br>24"):
			settings.save()
		follow_up_settings.check(settings.update({"digest_hour": 23}))
		follow_up_settings.check(settings.update({"send_digest": 0, "digest_hour": 24}))

	def test_not_before_its_hour_and_nothing_without_plans(self):
		self.send()
		self.assertEqual(self.mails(), [])
		self.today()
		self.send(get_datetime(f"{nowdate()} 07:59:00"))
		self.assertEqual(self.mails(), [])

	def test_disabled_users_get_no_mail(self):
		self.today()
		frappe.db.set_value("User", self.rep, "enabled", 0)
		self.send()
		self.assertEqual(self.mails(), [])

	def test_mail_switched_off_becomes_a_bell(self):
		self.today()
		if not frappe.db.exists("Notification Settings", self.rep):
			factories.make("Notification Settings", name=self.rep, user=self.rep)
		frappe.db.set_value("Notification Settings", self.rep, "enable_email_notifications", 0)
		self.send()
		self.assertEqual((self.mails(), len(self.bells(self.rep))), ([], 1))

	def test_the_digest_lists_today_overdue_and_escapes_names(self):
		self.one.company_name = "<img src=x onerror=alert(1)>"
		planned, old = self.today(), self.plan(-48)
		frappe.db.set_value("Follow Up", planned.name, "party_name", "<img src=x onerror=alert(1)>")
		listed = digest.content(self.rep, self.eight.date(), [])
		self.assertEqual([row.name for row in listed["today"]], [planned.name])
		self.assertEqual([row.name for row in listed["overdue"]], [old.name])
		self.assertNotIn("<img", digest._html(listed, "en"))
