"""Recycling by itself: tonight's run, warnings before it, people who are gone."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.api import pool_run as run_api
from l2c_app.jobs import pools
from l2c_app.services import errors
from l2c_app.services.pool import (
	absence,
	pool_moves,
	recycle_dates,
	recycle_nights,
	run_work,
	runs,
	visibility,
)
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL
from l2c_app.tests.test_recycling import RecycleCase


class NightCase(RecycleCase):
	def night(self, kind: str = runs.WARN):
		"""Do a run as the clock does; returns {seat: (status, reason)}."""
		name = runs.start_by_system(kind, POOL)
		self.work(name)
		rows = frappe.get_all(
			"Pool Run Row", filters={"run": name}, fields=["seat", "status", "reason"], order_by="name"
		)
		return {row.seat: (row.status, row.reason) for row in rows}

	def work(self, name: str) -> None:
		"""Do a run to its end; an error shows itself."""
		while run_work.step(name):
			pass

	def bell(self, user: str) -> list[str]:
		filters = {"for_user": user, "document_type": "Lead Pool", "document_name": POOL}
		return frappe.get_all("Notification Log", filters=filters, pluck="subject", order_by="creation, name")


class TestWarnings(NightCase):
	def test_three_days_and_one_day_before_once_each(self):
		seat = self.held(days=5)  # goes back in 3 days
		self.assertEqual(self.night()[seat.name][0], "Done")
		self.assertEqual(self.night(), {})
		self.assertEqual(len(self.bell(self.rep)), 1)
		title = frappe.db.get_value("Lead", seat.party, "title")
		self.assertNotEqual(seat.party_name, title)
		self.assertIn(title, self.bell(self.rep)[0])
		self.turn(seat, days=7)
		self.assertEqual(self.night()[seat.name][0], "Done")
		self.assertEqual(self.night(), {})
		self.assertEqual(len(self.bell(self.rep)), 2)

	def turn(self, seat, *, days: int) -> None:
		"""Let time pass: the claim lies further back and so does the date warned about."""
		from frappe.utils import add_to_date, now_datetime

		from l2c_app.services.pool import recycle_dates

		frappe.db.set_value(
			"Lead Pool Seat", seat.name, "claimed_on", add_to_date(now_datetime(), days=-days)
		)
		recycle_dates.recompute([seat.name])
		frappe.db.set_value("Lead Pool Seat", seat.name, "warned_for", self.fresh(seat).recycle_on)

	def test_a_missed_night_is_caught_up_without_two_messages(self):
		seat = self.held(days=7)  # both warnings are due by now
		self.night()
		self.assertEqual(len(self.bell(self.rep)), 1)
		self.assertEqual(self.fresh(seat).warned_days, 1)

	def test_effort_after_a_warning_makes_a_new_date_with_new_warnings(self):
		seat = self.held(days=5)
		self.night()
		frappe.db.set_value(
			"Lead Pool Seat", seat.name, "last_effort_on", f"{add_days(nowdate(), -5)} 09:00:00"
		)
		frappe.db.set_value("Lead Pool Seat", seat.name, "claimed_on", f"{add_days(nowdate(), -9)} 09:00:00")
		frappe.db.set_value("Lead Pool Seat", seat.name, "warned_for", add_days(nowdate(), -1))
		self.assertEqual(self.night()[seat.name][0], "Done")

	def test_pain_no_escalation_managers_are_copied_closer_to_the_day_each_rung_once(self):
		self.set_pool(warning_days="3", manager_warning_days="2, 1")
		seat = self.held(days=5)  # goes back in three days
		self.night()
		self.assertEqual((len(self.bell(self.rep)), len(self.bell(self.chief))), (1, 0))
		self.turn(seat, days=6)
		for _night in range(2):
			self.night()
		self.assertEqual((len(self.bell(self.rep)), len(self.bell(self.chief))), (1, 1))
		self.assertIn(frappe.utils.get_fullname(self.rep), self.bell(self.chief)[0])
		self.turn(seat, days=7)
		self.night()
		self.assertEqual((len(self.bell(self.rep)), len(self.bell(self.chief))), (1, 2))

	def test_who_manages_by_his_role_is_told_as_one_who_is_marked(self):
		self.set_members_unmarked()
		self.set_pool(warning_days="", manager_warning_days="3")
		self.held(days=5)
		self.night()
		self.assertEqual((len(self.bell(self.rep)), len(self.bell(self.chief))), (0, 1))
		self.assertEqual(visibility.managers_of([POOL]), {POOL: [self.chief]})

	def set_members_unmarked(self) -> None:
		"""Take the mark of a manager off the pool's rows; the chief still has the role Sales Manager."""
		for row in self.pool.members:
			row.is_manager = 0
		self.set_pool(members=[row.as_dict() for row in self.pool.members])

	def test_a_missed_night_tells_holder_and_managers_what_each_had_to_hear(self):
		self.set_pool(warning_days="3", manager_warning_days="2")
		self.held(days=7)
		self.night()
		self.assertEqual((len(self.bell(self.rep)), len(self.bell(self.chief))), (1, 1))

	def test_nobody_is_warned_about_a_seat_that_stays(self):
		seat = self.held(days=5)
		factories.make(
			"Opportunity", opportunity_from="Lead", party_name=seat.party, company=factories.COMPANY
		)
		protected = self.held(2, days=5)
		frappe.db.set_value("Lead Pool Seat", protected.name, "protected_until", add_days(nowdate(), 30))
		self.assertEqual(self.night(), {})

	def test_one_message_for_many_seats_and_none_for_a_disabled_user(self):
		for number in range(1, 8):
			self.held(number, days=5)
		self.held(9, days=5, user=self.mate)
		frappe.db.set_value("User", self.mate, "enabled", 0)
		self.night()
		self.assertEqual(len(self.bell(self.rep)), 1)
		self.assertIn("7", self.bell(self.rep)[0])
		self.assertEqual(self.bell(self.mate), [])

	def test_a_seat_that_left_the_pool_between_plan_and_message_is_left_out(self):
		seat = self.held(days=5)
		name = runs.start_by_system(runs.WARN, POOL)
		run_work.step(name)
		factories.lead_pool("L2C Elsewhere", admission_filters="", members=(self.rep,))
		pool_moves.to_pool([seat.name], "L2C Elsewhere")
		self.work(name)
		self.assertEqual(self.bell(self.rep), [])

	def test_a_seat_that_moved_between_plan_and_message_is_left_out(self):
		seat = self.held(days=5)
		name = runs.start_by_system(runs.WARN, POOL)
		run_work.step(name)
		frappe.db.set_value("Lead Pool Seat", seat.name, "recycle_on", add_days(nowdate(), 20))
		self.work(name)
		self.assertEqual(self.bell(self.rep), [])
		self.assertEqual(frappe.db.get_value("Pool Run Row", {"run": name}, "status"), "Skipped")


class TestNights(NightCase):
	def hour(self, hour: int, day: str | None = None):
		"""Freeze the hour at which the clock asks."""
		from frappe.utils import get_datetime

		moment = get_datetime(f"{day or nowdate()} {hour:02d}:10:00")
		return patch.object(recycle_nights, "now_datetime", return_value=moment)

	def started(self, hour: int, day: str | None = None) -> list[str]:
		with self.hour(hour, day):
			names = recycle_nights.start_due()
		return [name for name in names if frappe.db.get_value("Pool Run", name, "pool") == POOL]

	def test_from_the_hour_of_the_pool_once_a_date(self):
		self.set_pool(recycle_hour=2)
		self.assertEqual(self.started(1), [])
		first = self.started(2)
		self.assertEqual(len(first), 1)
		self.assertEqual(self.started(3), [])
		self.work(first[0])
		self.assertEqual(self.started(4), [])
		self.assertEqual(self.started(1), [], "a clock set back")
		self.assertEqual(len(self.started(2, add_days(nowdate(), 1))), 1)

	def test_the_night_warns_after_it_took(self):
		due, soon = self.held(1, days=8), self.held(2, days=5)
		self.work(self.started(2)[0])
		warn = frappe.get_all(
			"Pool Run", filters={"pool": POOL, "kind": "Warn"}, pluck="name", order_by="name"
		)
		self.assertEqual(len(warn), 1)
		self.work(warn[0])
		self.assertEqual(self.fresh(due).state, "Available")
		self.assertEqual(self.fresh(soon).warned_for, self.fresh(soon).recycle_on)

	def test_a_pool_that_is_off_is_left_alone_and_its_dates_go_on(self):
		seat = self.held(days=8)
		self.set_pool(recycle_enabled=0)
		self.assertEqual(self.started(5), [])
		self.assertEqual(self.fresh(seat).recycle_on, getdate(add_days(seat.recycle_on, 0)))

	def test_a_stopped_night_stays_stopped_and_a_failed_one_is_tried_again(self):
		first = self.started(2)[0]
		with self.as_user(self.chief):
			run_api.stop(first)
		self.work(first)
		self.assertEqual(self.started(3), [])
		frappe.db.set_value("Pool Run", first, "state", "Failed")
		self.assertEqual(len(self.started(4)), 1)

	def by_hand(self, mode: str = runs.COMMIT) -> str:
		with self.as_user(self.chief):
			return run_api.start(runs.RECYCLE, POOL, mode)

	def test_a_run_by_hand_that_was_stopped_does_not_cancel_the_night(self):
		first = self.by_hand()
		with self.as_user(self.chief):
			run_api.stop(first)
		self.work(first)
		self.assertEqual(len(self.started(3)), 1)

	def test_while_recycling_is_off_a_run_by_hand_takes_nothing(self):
		seat = self.held(days=8)
		self.set_pool(recycle_enabled=0)
		with self.assertRaises(errors.RunStateError):
			self.by_hand()
		preview = self.by_hand(runs.PREVIEW)
		self.work(preview)
		self.assertEqual(frappe.db.count("Pool Run Row", {"run": preview, "status": "Planned"}), 1)
		with self.as_user(self.chief), self.assertRaises(errors.RunStateError):
			run_api.commit_preview(preview)
		self.assertEqual(self.fresh(seat).state, "Held")

	def test_switching_it_off_in_between_stops_a_run(self):
		seat = self.held(days=8)
		run = self.started(2)[0]
		self.assertTrue(run_work.step(run))
		self.set_pool(recycle_enabled=0)
		self.work(run)
		self.assertEqual(self.fresh(seat).state, "Held")
		reason = frappe.db.get_value("Pool Run Row", {"run": run, "seat": seat.name}, "reason")
		self.assertEqual(reason, f"Recycling is off in pool {POOL}.")

	def test_the_scheduler_asks_every_hour(self):
		with patch.object(recycle_nights, "start_due", return_value=["x"]) as asked:
			self.assertEqual(pools.start_recycling(), ["x"])
		asked.assert_called_once()


class TestAbsence(NightCase):
	def test_disabling_a_user_returns_their_leads_to_the_pool(self):
		"""Even when the user was disabled past every hook, and whatever protects the seat."""
		seat = self.held(days=0)
		frappe.db.set_value("Lead Pool Seat", seat.name, "protected_until", add_days(nowdate(), 9))
		frappe.db.set_value("User", self.rep, "enabled", 0)
		self.assertEqual(self.night(runs.RECYCLE), {seat.name: ("Done", "holder disabled")})
		self.assertEqual(self.fresh(seat).state, "Available")

	def test_who_lost_the_role_gives_back_what_he_holds(self):
		seat = self.held(days=0)
		frappe.db.delete("Lead Pool Membership", {"pool": POOL, "user": self.rep})
		self.assertEqual(self.night(runs.RECYCLE), {seat.name: ("Done", "holder left the pool")})

	def test_members_on_leave_keep_or_return_their_seats_as_the_pool_says(self):
		seat, busy = self.held(1), self.held(2)
		factories.make(
			"Opportunity", opportunity_from="Lead", party_name=busy.party, company=factories.COMPANY
		)
		with patch.object(absence, "on_leave", return_value={self.rep}):
			self.assertEqual(self.night(runs.RECYCLE), {})
			self.set_pool(members_on_leave=absence.RETURN)
			rows = self.night(runs.RECYCLE)
		self.assertEqual(rows[seat.name], ("Done", "holder on leave"))
		self.assertEqual(rows[busy.name], ("Skipped", "Open Opportunity"))

	def test_nobody_is_on_leave_without_an_hr_app(self):
		if not frappe.db.exists("DocType", absence.LEAVE):
			self.assertEqual(absence.on_leave([self.rep], getdate(nowdate())), set())

	@bench_only("a DocType of another app")
	def test_approved_leave_of_the_hr_app_is_read(self):
		employee = factories.employee(self.rep)
		rows = [frappe._dict(name=employee, user_id=self.rep)]
		with (
			patch.object(absence.frappe.db, "exists", return_value=True),
			patch.object(absence.frappe, "get_all", side_effect=[rows, [employee]]) as asked,
		):
			self.assertEqual(absence.on_leave([self.rep], getdate(nowdate())), {self.rep})
		filters = asked.call_args_list[1].kwargs["filters"]
		self.assertEqual((filters["status"], filters["docstatus"]), ("Approved", 1))


class TestBusinessDays(NightCase):
	@bench_only("Holiday List")
	def test_no_effort_is_asked_on_days_when_nobody_may_work(self):
		days = [add_days(nowdate(), number) for number in range(1, 5)]
		holidays = frappe.get_doc(
			{
				"doctype": "Holiday List",
				"holiday_list_name": "L2C Closed",
				"from_date": nowdate(),
				"to_date": add_days(nowdate(), 30),
				"holidays": [{"holiday_date": day, "description": "Closed", "weekly_off": 0} for day in days],
			}
		).insert()
		self.set_pool(holiday_list=holidays.name)
		seat = self.held()
		self.assertEqual(seat.recycle_on, getdate(add_days(nowdate(), 12)))
		with patch.object(frappe, "enqueue") as queued:
			holidays.reload().update({"color": "#123456"})
			holidays.save()
			self.assertNotIn(recycle_dates.JOB, [call.args[0] for call in queued.call_args_list])
			holidays.remove(holidays.holidays[0])
			holidays.save()
		jobs = [call.kwargs["pool"] for call in queued.call_args_list if call.args[0] == recycle_dates.JOB]
		self.assertEqual(jobs, [POOL])
		recycle_dates.recompute_chunk(POOL)
		self.assertEqual(self.fresh(seat).recycle_on, getdate(add_days(nowdate(), 11)))
