"""How seats are handed out: every method on stored leads, who is passed over, recorded runs, the clock."""

import json
from datetime import datetime
from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.pool import absence, distribution_run, pool_moves, run_work, runs
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

MONDAY_AT_NINE = datetime(2026, 6, 1, 9, 0)


class DistributionCase(PoolCase):
	"""A pool with three free seats and a manager who hands them out."""

	def setUp(self) -> None:
		super().setUp()
		self.leads = [self.lead(number) for number in range(1, 5)]
		self.seats = [self.seat(lead).name for lead in self.leads]

	def distribute(self, **wish: object) -> dict:
		"""Distribute as the manager."""
		with self.as_user(self.chief):
			return api.distribute(POOL, **wish)

	def holders(self) -> list[str | None]:
		"""Return who holds the seats, in order."""
		return [frappe.db.get_value("Lead Pool Seat", seat, "holder") for seat in self.seats]

	def give_back(self) -> None:
		"""Release all held seats by the manager."""
		with self.as_user(self.chief):
			for seat, holder in zip(self.seats, self.holders(), strict=True):
				if holder:
					api.release(seat, "test")


class TestNobodysParties(DistributionCase):
	"""The oldest lead must not be contacted: nobody is given it, by whatever hand."""

	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_value("Lead", self.leads[0].name, "status", "Do Not Contact")

	def test_pain_distribution_passes_over_do_not_contact_with_the_reason(self):
		rows = {row["seat"]: row for row in self.distribute()["rows"]}
		self.assertEqual(rows[self.seats[0]]["user"], None)
		self.assertIn("Do Not Contact", rows[self.seats[0]]["reason"])
		self.assertEqual([bool(holder) for holder in self.holders()], [False, True, True, True])

	def test_it_takes_no_place_of_a_wished_number(self):
		self.assertEqual(sum(self.distribute(count=2)["by_user"].values()), 2)
		self.assertEqual([bool(holder) for holder in self.holders()], [False, True, True, False])

	def test_asked_for_by_name_it_stays_too(self):
		rows = self.distribute(seats=self.seats[:2])["rows"]
		self.assertEqual(
			{row["seat"]: bool(row["user"]) for row in rows}, {self.seats[0]: False, self.seats[1]: True}
		)

	def test_a_mark_set_since_the_preview_counts(self):
		with patch.object(runs, "queue"), self.as_user(self.chief):
			run = distribution_run.start(POOL, distribution_run.Wish())
			run_work.step(run)
			frappe.db.set_value("Lead", self.leads[1].name, "status", "Do Not Contact")
			runs.commit_preview(run)
			while run_work.step(run):
				pass
		self.assertEqual([bool(holder) for holder in self.holders()], [False, False, True, True])
		row = frappe.db.get_value(
			"Pool Run Row", {"run": run, "seat": self.seats[1]}, ["status", "reason"], as_dict=True
		)
		self.assertEqual((row.status, row.reason), ("Skipped", "The lead is Do Not Contact."))

	def test_a_manager_cannot_give_it_to_anybody(self):
		with self.as_user(self.chief), self.assertRaises(errors.PartyBlocked):
			api.transfer(self.seats[0], self.rep)
		self.assertIsNone(self.holders()[0])


class TestMethods(DistributionCase):
	def test_a_round_robin_goes_on_where_it_stopped(self):
		self.set_pool(distribution_method="Round Robin")
		first = self.distribute(seats=self.seats[:1])["rows"][0]["user"]
		second = self.distribute(seats=self.seats[1:2])["rows"][0]["user"]
		third = self.distribute(seats=self.seats[2:3])["rows"][0]["user"]
		self.assertEqual({first, second}, {self.rep, self.mate})
		self.assertEqual(third, first)

	def test_the_random_draw_that_was_shown_is_the_one_committed(self):
		with self.as_user(self.chief):
			shown = api.distribute_preview(POOL, method="Random")
			done = api.distribute(POOL, method="Random", seed=shown["seed"])
		self.assertEqual(
			[(row["seat"], row["user"]) for row in shown["rows"]],
			[(row["seat"], row["user"]) for row in done["rows"]],
		)
		self.assertEqual(frappe.db.get_value("Pool Run", done["run"], "seed"), shown["seed"])

	def test_least_load_fills_up_who_holds_least(self):
		self.claimed(self.leads[0], self.rep)
		self.claimed(self.leads[1], self.rep)
		given = self.distribute(method="Least Load")["by_user"]
		self.assertEqual(given, {self.mate: 2})

	def test_the_first_rule_that_matches_decides_and_the_rest_goes_to_the_fallback(self):
		frappe.db.set_value("Lead", self.leads[2].name, "city", "Shanghai")
		self.set_pool(
			distribution_method="Criteria",
			distribution_fallback=self.rep,
			distribution_rules=[
				{
					"title": "South",
					"filters": '[["city","=","Shanghai"]]',
					"member_type": "User",
					"user": self.mate,
				},
				{
					"title": "Any city",
					"filters": '[["city","is","set"]]',
					"member_type": "User",
					"user": self.rep,
				},
			],
		)
		rows = self.distribute()["rows"]
		self.assertEqual(self.holders(), [self.rep, self.rep, self.mate, self.rep])
		self.assertEqual(
			[row["rule"] for row in rows][1:3], ["distribution: fallback", "distribution: South"]
		)

	def test_two_rules_of_one_title_are_two_rules(self):
		frappe.db.set_value("Lead", self.leads[2].name, "city", "Shanghai")
		frappe.db.set_value("Lead", self.leads[3].name, "city", "Beijing")
		rule = {"title": "City", "member_type": "User"}
		self.set_pool(
			distribution_method="Criteria",
			distribution_fallback=self.chief,
			distribution_rules=[
				{**rule, "filters": '[["city","=","Shanghai"]]', "user": self.mate},
				{**rule, "filters": '[["city","=","Beijing"]]', "user": self.rep},
			],
		)
		self.distribute(seats=self.seats[2:])
		self.assertEqual(self.holders()[2:], [self.mate, self.rep])

	def test_criteria_need_rules_that_say_something_and_a_fallback_in_the_pool(self):
		rule = {"title": "South", "filters": '[["city","=","X"]]', "member_type": "User", "user": self.mate}
		for values, error in (
			({"distribution_rules": [rule], "distribution_fallback": self.outsider}, errors.BadDistribution),
			({"distribution_rules": [], "distribution_fallback": self.rep}, errors.BadDistribution),
			({"distribution_rules": [{**rule, "filters": "[]"}]}, errors.BadAdmissionFilter),
			({"distribution_rules": [{**rule, "filters": '[["gone","=","X"]]'}]}, errors.BadAdmissionFilter),
		):
			with self.subTest(values=values), self.assertRaises(error):
				self.set_pool(distribution_method="Criteria", **values)

	def test_a_rule_on_a_field_that_vanished_is_an_error_and_nothing_moves(self):
		self.set_pool(
			distribution_method="Criteria",
			distribution_fallback=self.rep,
			distribution_rules=[
				{"title": "South", "filters": '[["city","=","X"]]', "member_type": "User", "user": self.mate}
			],
		)
		frappe.db.set_value("Lead Pool Rule", {"parent": POOL}, "filters", '[["vanished","=","X"]]')
		frappe.clear_document_cache("Lead Pool", POOL)
		with self.assertRaises(errors.BadAdmissionFilter):
			self.distribute()
		self.assertEqual(self.holders(), [None] * 4)

	def test_who_received_least_in_the_last_day_comes_first(self):
		first, second = sorted([self.rep, self.mate])
		self.claimed(self.leads[0], first)
		self.give_back()  # nobody holds anything, but the first one received a seat today
		self.set_pool(fewest_first=1)
		self.assertEqual(self.distribute(seats=self.seats[1:2])["by_user"], {second: 1})
		self.give_back()
		self.set_pool(fewest_first=0)
		self.assertEqual(self.distribute(seats=self.seats[2:3])["by_user"], {first: 1})


class TestNoRepeat(DistributionCase):
	def test_nobody_gets_the_same_customer_twice(self):
		self.set_pool(no_repeat=1, cool_down_days=0)
		self.claimed(self.leads[0], self.rep)
		self.give_back()
		self.assertEqual(self.distribute(seats=self.seats[:1])["by_user"], {self.mate: 1})
		self.give_back()
		row = self.distribute(seats=self.seats[:1])["rows"][0]
		self.assertEqual((row["user"], self.holders()[0]), (None, None))
		self.assertIn("held it before", row["reason"])

	def test_when_all_held_it_the_pool_may_give_it_to_anyone(self):
		self.set_pool(no_repeat=1, no_repeat_fallback="Give to Anyone", cool_down_days=0)
		for user in (self.rep, self.mate):
			self.claimed(self.leads[0], user)
			self.give_back()
		row = self.distribute(seats=self.seats[:1])["rows"][0]
		self.assertIn(row["user"], (self.rep, self.mate))

	def test_a_hold_before_the_days_looked_back_does_not_count(self):
		self.set_pool(no_repeat=1, no_repeat_days=30, cool_down_days=0)
		for user in (self.rep, self.mate):
			self.claimed(self.leads[0], user)
			self.give_back()
		for log in frappe.get_all(
			"Lead Pool Log", filters={"seat": self.seats[0]}, pluck="name", order_by="name"
		):
			frappe.db.set_value("Lead Pool Log", log, "at", "2020-01-01 10:00:00")
		self.assertEqual(sum(self.distribute(seats=self.seats[:1])["by_user"].values()), 1)


class TestWhoIsPassedOver(DistributionCase):
	def test_round_robin_assigns_inactive_or_absent_staff(self):
		"""Users suffer: native round robin gives leads to the disabled, the absent and those without rights."""
		frappe.db.set_value("User", self.rep, "enabled", 0)
		result = self.distribute(method="Round Robin")
		self.assertEqual(result["by_user"], {self.mate: 4})
		self.assertIn("disabled", result["skipped_members"][self.rep])

	def test_a_member_on_leave_is_skipped_with_the_reason(self):
		with patch.object(absence, "on_leave", lambda users, day: {self.rep} & set(users)):
			result = self.distribute()
		self.assertEqual(result["by_user"], {self.mate: 4})
		self.assertIn("leave", result["skipped_members"][self.rep])

	def closed_today(self) -> str:
		"""Make a Holiday List with this day in it and return its name."""
		span = {"from_date": add_days(nowdate(), -9), "to_date": add_days(nowdate(), 9)}
		days = [{"holiday_date": nowdate(), "description": "Off"}]
		return factories.make("Holiday List", holiday_list_name="L2C Day Off", holidays=days, **span).name

	def off(self, doctype: str, name: str, **values: object) -> None:
		"""Change a document that the host reads from its cache, for this test."""
		frappe.db.set_value(doctype, name, values)
		self.addCleanup(frappe.clear_document_cache, doctype, name)

	@bench_only("Holiday List")
	def test_a_member_on_his_own_day_off_is_skipped_until_a_reason_overrides(self):
		self.off("Employee", factories.employee(self.rep), holiday_list=self.closed_today())
		result = self.distribute(count=2)
		self.assertEqual(result["by_user"], {self.mate: 2})
		self.assertEqual(result["skipped_members"], {self.rep: "The member has a day off."})
		self.assertEqual(absence.day_off([self.rep, self.mate], getdate(add_days(nowdate(), 1))), set())
		self.assertEqual(
			self.distribute(override_reason="All hands today")["by_user"], {self.rep: 1, self.mate: 1}
		)

	@bench_only("Holiday List")
	def test_the_company_s_days_off_are_those_of_active_employees_without_a_list(self):
		employees = [factories.employee(user) for user in (self.rep, self.mate)]
		self.off("Company", factories.COMPANY, default_holiday_list=self.closed_today())
		users = [self.rep, self.mate, self.outsider]
		self.assertEqual(absence.day_off(users, getdate(nowdate())), {self.rep, self.mate})
		self.off("Employee", employees[1], status="Left")
		self.assertEqual(absence.day_off(users, getdate(nowdate())), {self.rep})

	@bench_only("Holiday List")
	def test_a_schedule_of_days_off_only_is_told_at_save_and_saved(self):
		"""Saturdays and Sundays are off: a schedule of those two is told, with Mondays or a member who works it is not."""
		span = {"from_date": nowdate(), "to_date": add_days(nowdate(), 40)}
		days = [getdate(add_days(nowdate(), number)) for number in range(40)]
		off = [{"holiday_date": day, "description": "Off"} for day in days if day.weekday() > 4]
		weekends = factories.make("Holiday List", holiday_list_name="L2C Weekends", holidays=off, **span).name
		for user in (self.rep, self.mate):
			self.off("Employee", factories.employee(user), holiday_list=weekends)
		self.off("Company", factories.COMPANY, default_holiday_list=None)
		schedule = {"distribute_by_schedule": 1, "on_saturday": 1, "on_sunday": 1}
		schedule |= dict.fromkeys(("on_tuesday", "on_wednesday", "on_thursday", "on_friday"), 0)
		self.assertEqual(len(self.said(**schedule, on_monday=0)), 1)
		self.assertEqual(self.said(on_monday=1), [])
		self.off("Employee", factories.employee(self.mate), holiday_list=None)
		self.assertEqual(self.said(on_monday=0), [])

	def said(self, **values: object) -> list[str]:
		"""Save the pool and return what is said of days off."""
		frappe.local.message_log = []
		self.set_pool(**values)
		return [str(message) for message in frappe.local.message_log if "Holiday Lists" in str(message)]

	def test_a_member_without_a_role_is_skipped(self):
		frappe.db.delete("Has Role", {"parent": self.rep})
		result = self.distribute()
		self.assertEqual(result["by_user"], {self.mate: 4})
		self.assertIn("role", result["skipped_members"][self.rep])

	def test_weights_of_zero_and_full_members_leave_the_seats_with_a_reason(self):
		self.set_pool(holding_cap=1)
		result = self.distribute()
		self.assertEqual(sum(result["by_user"].values()), 2)
		self.assertEqual(
			{row["reason"] for row in result["rows"] if not row["user"]}, {"No member has room."}
		)
		for member in self.pool.members:
			member.weight = 0
		self.pool.save()
		self.assertEqual(self.distribute()["by_user"], {})

	def test_manual_assign_silently_skipped_leads_older_than_seven_days(self):
		"""Users suffer: leads left out without a word. Here every seat that was asked for has a row with a reason."""
		self.claimed(self.leads[0])
		rows = self.distribute(seats=[*self.seats, "no-such-seat"])["rows"]
		self.assertEqual(len(rows), 5)
		self.assertTrue(all(row["user"] or row["reason"] for row in rows))


class TestRuns(DistributionCase):
	def test_a_distribution_is_a_recorded_run_with_a_row_per_seat(self):
		run = frappe.get_doc("Pool Run", self.distribute()["run"])
		self.assertEqual((run.state, run.done_rows, run.kind), ("Done", 4, "Distribute"))
		logged = frappe.get_all("Lead Pool Log", filters={"run": run.name}, pluck="event", order_by="name")
		self.assertEqual(logged, ["Assign"] * 4)

	def test_a_preview_changes_nothing_and_is_committed_as_shown(self):
		with self.as_user(self.chief):
			name = api.start_distribution(POOL, method="Random")
		self.work(name)
		self.assertEqual(self.holders(), [None] * 4)
		planned = {row["seat"]: row["decided"] for row in self.rows(name)}
		with self.as_user(self.chief):
			runs.commit_preview(name)
		self.work(name)
		self.assertEqual(self.holders(), [planned[seat] for seat in self.seats])

	def test_the_rows_of_a_long_draw_lie_by_receiver_and_the_turn_goes_on_behind_the_last_drawn(self):
		self.seats += [self.seat(self.lead(number)).name for number in (5, 6)]
		with patch.object(distribution_run, "CHUNK", 2), patch.object(distribution_run, "BLOCK", 4):
			with self.as_user(self.chief):
				name = api.start_distribution(POOL, method="Round Robin", count=5, commit=True)
			self.work(name)
		served = [row["decided"] for row in self.rows(name)]
		self.assertEqual([served[:4].count(user) for user in (self.rep, self.mate)], [2, 2])
		self.assertEqual(served[:4], sorted(served[:4]), "one receiver after the other")
		self.assertEqual(frappe.db.get_value("Pool Run", name, "done_rows"), 5)
		after = self.distribute(count=1, method="Round Robin")["rows"][0]["user"]
		self.assertEqual({served[4], after}, {self.rep, self.mate})

	def work(self, name: str) -> None:
		"""Do a run as the job would, without its commits."""
		while run_work.step(name):
			pass

	def rows(self, name: str) -> list[dict]:
		"""Return a run's rows with seat and planned receiver."""
		return frappe.get_all(
			"Pool Run Row", filters={"run": name}, fields=["seat", "to_user as decided"], order_by="name"
		)

	def test_a_seat_claimed_between_preview_and_commit_is_a_row_with_a_reason(self):
		with self.as_user(self.chief):
			name = api.start_distribution(POOL)
		self.work(name)
		self.claimed(self.leads[0], self.mate)
		with self.as_user(self.chief):
			runs.commit_preview(name)
		self.work(name)
		run = frappe.get_doc("Pool Run", name)
		self.assertEqual((run.done_rows, run.skipped_rows), (3, 1))
		self.assertEqual(self.holders()[0], self.mate)

	def test_who_is_full_by_the_time_of_the_commit_gets_nothing(self):
		with self.as_user(self.chief):
			name = api.start_distribution(POOL, seats=self.seats[:2], method="Even")
		self.work(name)
		self.set_pool(holding_cap=1)
		self.claimed(self.leads[2], self.rep)
		with self.as_user(self.chief):
			runs.commit_preview(name)
		self.work(name)
		self.assertEqual(sorted(filter(None, self.holders())), sorted([self.rep, self.mate]))

	def test_a_seat_that_left_the_pool_since_the_preview_is_given_to_nobody(self):
		factories.lead_pool("L2C Elsewhere", admission_filters="", members=(self.outsider,))
		with self.as_user(self.chief):
			name = api.start_distribution(POOL, seats=self.seats[:2])
		self.work(name)
		pool_moves.to_pool(self.seats[:1], "L2C Elsewhere")
		with self.as_user(self.chief):
			runs.commit_preview(name)
		self.work(name)
		self.assertIsNone(self.holders()[0], "its holder would be no member of the pool it is in")
		self.assertIn(self.holders()[1], (self.rep, self.mate))
		row = frappe.db.get_value("Pool Run Row", {"run": name, "seat": self.seats[0]}, ["status", "reason"])
		self.assertEqual(row, ("Skipped", "The seat is not in this pool any more."))

	def test_a_pool_that_is_disabled_meanwhile_hands_out_nothing_more(self):
		with self.as_user(self.chief):
			name = api.start_distribution(POOL, commit=True)
		run_work.step(name)
		factories.lead_pool("L2C Elsewhere", admission_filters="")  # keeps the leads closed
		self.set_pool(enabled=0)
		self.work(name)
		self.assertEqual(self.holders(), [None] * 4)
		rows = frappe.get_all("Pool Run Row", filters={"run": name}, fields=["status", "reason"])
		self.assertEqual(
			{(row.status, row.reason) for row in rows}, {("Skipped", f"Pool {POOL} is disabled.")}
		)

	def test_strangers_and_reps_start_no_run(self):
		for user in (self.rep, self.outsider):
			with self.as_user(user), self.assertRaises(errors.NotAPoolManager):
				api.start_distribution(POOL)


class TestTheClock(DistributionCase):
	def test_a_pool_is_handed_out_once_on_its_day_from_its_hour_on(self):
		self.set_pool(distribute_by_schedule=1, schedule_hour=8, schedule_limit=3)
		self.assertEqual(distribution_run.start_due(MONDAY_AT_NINE.replace(hour=7)), [])
		started = self.started(MONDAY_AT_NINE)
		self.assertEqual(len(started), 1)
		self.assertEqual(json.loads(frappe.db.get_value("Pool Run", started[0], "options"))["count"], 3)
		self.assertEqual(self.started(MONDAY_AT_NINE.replace(hour=11)), [])

	def started(self, now: datetime) -> list[str]:
		"""Start what is due on a day that is also the day of the runs' records."""
		with patch.object(runs, "nowdate", lambda: str(now.date())):
			return [
				name
				for name in distribution_run.start_due(now)
				if frappe.db.get_value("Pool Run", name, "pool") == POOL
			]

	def test_not_on_other_weekdays_nor_without_the_schedule(self):
		self.set_pool(distribute_by_schedule=1, schedule_hour=8, on_monday=0)
		self.assertEqual(self.started(MONDAY_AT_NINE), [])
		self.set_pool(distribute_by_schedule=0, on_monday=1)
		self.assertEqual(self.started(MONDAY_AT_NINE), [])

	def test_a_missed_hour_is_caught_up_the_same_day(self):
		self.set_pool(distribute_by_schedule=1, schedule_hour=8)
		self.assertEqual(len(self.started(MONDAY_AT_NINE.replace(hour=17))), 1)

	def test_bad_schedules_are_refused(self):
		none = {f"on_{day}": 0 for day in distribution_run.WEEKDAYS}
		hour = "Distribute from This Hour must lie between 0 and 23.<br>24"
		for values, named in (({"schedule_hour": 24}, hour), (none, "weekday")):
			with self.subTest(values=values), self.assertRaisesRegex(errors.BadDistribution, named):
				self.set_pool(distribute_by_schedule=1, **values)

	def test_a_pool_returns_its_seats_only_to_another_of_its_kind(self):
		for target in (
			POOL,
			factories.lead_pool(
				"Customers", party_type="Customer", members=(self.rep,), admission_filters=""
			).name,
		):
			with self.subTest(target=target), self.assertRaises(errors.BadDistribution):
				self.set_pool(return_pool=target)
