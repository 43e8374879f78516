"""Bad input to pools: each is refused with its typed error or answered in its row; nothing is lost or half written."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, getdate, now_datetime, nowdate

from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.follow_up import managers
from l2c_app.services.pool import (
	recycle_dates,
	recycle_nights,
	run_work,
	runs,
	seat_log,
	visibility,
)
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

NOBODY = "no.such.user@example.com"
RULE = {"kind": "No Follow Up", "days": 7, "enabled": 1}


class BadInputCase(PoolCase):
	def state(self) -> list[tuple]:
		"""Return what a refusal must leave as it is: seats, members, and how long the log is."""
		seats = frappe.get_all(
			"Lead Pool Seat",
			fields=["name", "pool", "state", "holder", "version", "recycle_on"],
			order_by="name",
			as_list=True,
		)
		members = frappe.get_all(
			"Lead Pool Membership", fields=["pool", "user", "moves"], order_by="pool, user", as_list=True
		)
		return [*map(tuple, seats), *map(tuple, members), (frappe.db.count("Lead Pool Log"),)]

	def at(self, seat: str, event: str, moment: datetime) -> None:
		"""Date the log rows of a seat's event."""
		frappe.db.set_value("Lead Pool Log", {"seat": seat, "event": event}, "at", moment)


class TestUsers(BadInputCase):
	def test_unknown_and_disabled_users_receive_nothing_and_nothing_moves(self):
		held, free = self.claimed(self.lead(1)), self.seat(self.lead(2))
		frappe.db.set_value("User", self.mate, "enabled", 0)
		before = self.state()
		for user in (NOBODY, "", self.mate):
			for seat in (held, free):
				with self.subTest(user=user, state=seat.state), self.as_user(self.chief):
					self.assertRaises(errors.NotAPoolMember, api.transfer, seat.name, user, "gone")
		self.assertEqual(self.state(), before)

	def test_a_member_disabled_past_the_hooks_is_passed_over_with_the_reason(self):
		seats = [self.seat(self.lead(number)).name for number in (1, 2)]
		frappe.db.set_value("User", self.mate, "enabled", 0)
		with self.as_user(self.chief):
			answer = api.distribute(POOL)
		self.assertEqual(answer["by_user"], {self.rep: 2})
		self.assertIn(self.mate, answer["skipped_members"])
		self.assertEqual({row["seat"] for row in answer["rows"]}, set(seats))

	def test_at_night_the_seats_of_a_user_disabled_past_the_hooks_go_back(self):
		seat = self.claimed(self.lead(), self.mate)
		frappe.db.set_value("User", self.mate, "enabled", 0)
		self.refresh_pools()
		after = factories.seat_of(seat.party)
		self.assertEqual((after.state, after.holder), ("Available", None))
		self.assertFalse(frappe.db.get_value("Lead", seat.party, "lead_owner"))

	def test_an_import_for_an_unknown_or_disabled_owner_is_free_and_not_lost(self):
		frappe.db.set_value("User", self.mate, "enabled", 0)
		self.refresh_pools()
		rows = [
			{"company_name": f"Owned {place}", "mobile_no": f"+861390015000{place}", "lead_owner": owner}
			for place, owner in enumerate((NOBODY, self.mate))
		]
		results = api.import_leads([{**row, "request_type": "Product Enquiry"} for row in rows])
		for owner, result in zip((NOBODY, self.mate), results, strict=True):
			self.assertEqual(result["status"], "inserted", result["reason"])
			self.assertIn(owner, result["reason"])  # that nobody has it is said in its row
			self.assertEqual(factories.seat_of(result["lead"]).holder, None)

	def test_an_import_for_an_owner_over_his_cap_is_free_and_says_so(self):
		self.set_pool(holding_cap=1)
		rows = [
			{"company_name": f"Capped {place}", "mobile_no": f"+861390015010{place}", "lead_owner": self.rep}
			for place in range(2)
		]
		first, second = api.import_leads([{**row, "request_type": "Product Enquiry"} for row in rows])
		self.assertEqual((factories.seat_of(first["lead"]).holder, first["reason"]), (self.rep, ""))
		self.assertIsNone(factories.seat_of(second["lead"]).holder)
		self.assertIn(self.rep, second["reason"])

	def test_a_value_that_no_record_answers_to_is_left_out_and_said(self):
		row = {"company_name": "Odd Trade", "mobile_no": "+8613900150200", "industry": "No Such Trade"}
		(result,) = api.import_leads([row])
		self.assertEqual(
			(result["status"], frappe.db.get_value("Lead", result["lead"], "industry")), ("inserted", None)
		)
		self.assertIn("No Such Trade", result["reason"])


class TestMembers(BadInputCase):
	def circle(self) -> tuple[str, str]:
		"""Return two Sales Persons, each stored as the other's parent, as a careless script leaves them."""
		upper = factories.sales_person("L2C Circle Upper", for_user=self.rep, is_group=True)
		lower = factories.sales_person("L2C Circle Lower", for_user=self.mate, parent=upper, is_group=True)
		frappe.db.set_value("Sales Person", upper, "parent_sales_person", lower)
		return upper, lower

	@bench_only("the tree of Sales Persons is numbered by the host")
	def test_a_circular_sales_person_tree_ends_and_reaches_each_user_once(self):
		upper, _lower = self.circle()
		self.set_pool(members=[{"member_type": "Sales Person", "sales_person": upper}])
		users = frappe.get_all("Lead Pool Membership", filters={"pool": POOL}, pluck="user", order_by="user")
		self.assertEqual(users, sorted([self.rep, self.mate]))
		self.assertEqual(visibility._read_team(self.rep), [self.rep, self.mate])
		self.assertEqual(managers.manager_of(self.mate), self.rep)

	@bench_only("the check of the tree is the host's")
	def test_a_circle_typed_into_the_form_is_refused_by_the_host(self):
		upper = factories.sales_person("L2C Typed Upper", is_group=True)
		lower = factories.sales_person("L2C Typed Lower", parent=upper, is_group=True)
		person = frappe.get_doc("Sales Person", upper)
		person.parent_sales_person = lower
		self.assertRaises(frappe.ValidationError, person.save)

	def test_a_pool_without_members_is_refused_and_keeps_the_old_ones(self):
		seat = self.claimed(self.lead())
		before = self.state()
		with self.assertRaises(errors.PoolHasNoMembers):
			self.set_pool(members=[])
		self.assertEqual(self.state(), before)
		self.assertEqual(factories.seat_of(seat.party).holder, self.rep)

	def test_a_pool_whose_last_member_left_gives_every_free_seat_a_reason(self):
		seats = {self.claimed(self.lead(1)).name, self.seat(self.lead(2)).name}
		for user in (self.rep, self.mate):
			frappe.db.set_value("User", user, "enabled", 0)
		self.refresh_pools()
		with self.as_user(self.chief):
			answer = api.distribute(POOL)
		self.assertEqual({row["seat"] for row in answer["rows"]}, seats)
		self.assertTrue(all(row["reason"] and not row["user"] for row in answer["rows"]))

	def test_weights_of_zero_leave_every_seat_free_with_a_reason_by_every_method(self):
		self.seat(self.lead())
		for member in self.pool.members:
			member.weight = 0
		self.pool.save()
		before = self.state()
		for method in ("Even", "Weighted", "Round Robin", "Random", "Least Load"):
			with self.subTest(method=method), self.as_user(self.chief):
				rows = api.distribute(POOL, method=method)["rows"]
				self.assertEqual([(row["user"], bool(row["reason"])) for row in rows], [(None, True)])
		self.assertEqual(self.state(), before)

	def test_a_member_by_user_and_by_role_at_once_has_one_place_and_his_largest_cap(self):
		role = "L2C Two Caps"
		factories.find_or_make("Role", role, role_name=role)
		rep = factories.user("two.caps", "Sales User", role)
		by_role = {"member_type": "Role", "role": role, "holding_cap": 1}
		for own, most in ((2, 2), (0, 1)):
			self.set_pool(
				holding_cap=5, members=[{"member_type": "User", "user": rep, "holding_cap": own}, by_role]
			)
			rows = frappe.get_all(
				"Lead Pool Membership",
				filters={"pool": POOL, "user": rep},
				pluck="holding_cap",
				order_by="name",
			)
			self.assertEqual(rows, [most])

	def test_a_member_s_own_cap_beats_the_pool_s_and_the_rest_stays_free_with_the_numbers(self):
		self.set_pool(
			holding_cap=5,
			members=[
				{"member_type": "User", "user": self.rep, "holding_cap": 2},
				{"member_type": "User", "user": self.chief, "is_manager": 1, "weight": 0},
			],
		)
		seats = [self.seat(self.lead(number)).name for number in (1, 2, 3)]
		with self.as_user(self.rep):
			answers = api.claim_batch(seats)
		self.assertEqual([row["ok"] for row in answers], [True, True, False])
		self.assertEqual(answers[2]["compared"], {"held": 2, "holding_cap": 2})
		with self.as_user(self.chief):
			rows = api.distribute(POOL)["rows"]
		self.assertEqual([(row["user"], bool(row["reason"])) for row in rows], [(None, True)])


class TestSettings(BadInputCase):
	def break_filter(self, text: str) -> None:
		"""Store a filter past the check, as it stands after its field was deleted."""
		frappe.db.set_value("Lead Pool", POOL, "admission_filters", text)
		frappe.clear_document_cache("Lead Pool", POOL)
		frappe.cache.delete_value(f"l2c_broken_filter:{POOL}")

	def test_an_admission_filter_on_a_field_that_vanished_admits_nobody_and_loses_no_lead(self):
		factories.lead_pool("L2C Sound", members=(self.rep,))
		for number, text in enumerate(
			('[["vanished","!=","x"]]', '[["vanished","=","x"]]', "{broken"), start=1
		):
			with self.subTest(text=text):
				self.break_filter(text)
				lead = self.lead(number)
				seats = frappe.get_all(
					"Lead Pool Seat", filters={"party": lead.name}, pluck="pool", order_by="pool"
				)
				self.assertEqual(seats, ["L2C Sound"])
				self.assertEqual(frappe.db.get_value("Lead", lead.name, "l2c_pooled"), 1)

	def test_a_broken_admission_filter_is_told_once_an_hour_and_its_pool_cannot_be_saved(self):
		self.break_filter('[["vanished","!=","x"]]')
		with patch("frappe.log_error") as told:
			self.lead(1)
			self.lead(2)
		self.assertEqual(told.call_count, 1)
		self.assertIn("vanished", told.call_args.kwargs["message"])
		with self.assertRaises(errors.BadAdmissionFilter):
			self.set_pool(daily_quota=3)

	def test_a_recycle_rule_with_negative_days_is_refused_and_no_date_changes(self):
		self.set_pool(recycle_enabled=1, recycle_rules=[RULE])
		seat = self.claimed(self.lead())
		before = self.state()
		for days in (-1, -3650, 0, 3651):
			with self.subTest(days=days), self.assertRaises(errors.BadRecycleRule):
				self.set_pool(recycle_rules=[{**RULE, "days": days}])
		self.assertEqual(self.state(), before)
		self.assertEqual(factories.seat_of(seat.party).recycle_on, getdate(add_to_date(nowdate(), days=8)))

	@bench_only("the host refuses negative numbers in a form")
	def test_negative_caps_quotas_and_weights_are_refused(self):
		for field in (
			"daily_quota",
			"holding_cap",
			"cool_down_days",
			"claim_interval_minutes",
			"backlog_cap",
		):
			with self.subTest(field=field), self.assertRaises(frappe.NonNegativeError):
				self.set_pool(**{field: -1})
		for field in ("weight", "holding_cap"):
			row = {"member_type": "User", "user": self.rep, field: -1}
			with self.subTest(member=field), self.assertRaises(frappe.NonNegativeError):
				self.set_pool(members=[row])


class TestClockSetBack(BadInputCase):
	def test_claims_dated_ahead_neither_use_up_today_s_quota_nor_hide_the_last_real_one(self):
		self.set_pool(daily_quota=2, claim_interval_minutes=30)
		ahead, real = self.claimed(self.lead(1)), self.seat(self.lead(2))
		self.at(ahead.name, "Claim", now_datetime() + timedelta(days=2))
		self.assertEqual(seat_log.claims_of(POOL, self.rep, minutes=30), (0, None))
		with self.as_user(self.rep):
			self.assertTrue(api.claim(real.name)["ok"])
			self.assertRaises(errors.ClaimedTooSoon, api.claim, self.seat(self.lead(3)).name)

	def test_a_cool_down_dated_by_a_wrong_clock_does_not_last_for_a_year(self):
		self.set_pool(cool_down_days=7)
		seat = self.claimed(self.lead())
		with self.as_user(self.rep):
			api.release(seat.name, "later")
			self.assertRaises(errors.CoolingDown, api.claim, seat.name)
			self.at(seat.name, "Release", now_datetime() + timedelta(days=365))
			self.assertTrue(api.claim(seat.name)["ok"])

	def test_effort_recorded_before_the_claim_never_shortens_the_holder_s_time(self):
		self.set_pool(recycle_enabled=1, recycle_rules=[RULE])
		seat = self.claimed(self.lead())
		frappe.db.set_value(
			"Lead Pool Seat", seat.name, "last_effort_on", add_to_date(seat.claimed_on, days=-5)
		)
		recycle_dates.recompute([seat.name])
		self.assertEqual(factories.seat_of(seat.party).recycle_on, seat.recycle_on)

	def test_a_run_whose_process_died_before_the_clock_was_set_back_is_found(self):
		with self.as_user(self.chief):
			run = runs.start(runs.RECYCLE, POOL, mode=runs.COMMIT)
		self.assertNotIn(run, run_work.stalled())
		for days in (-1, 1):
			frappe.db.set_value("Pool Run", run, "heartbeat_on", add_to_date(now_datetime(), days=days))
			self.assertIn(run, run_work.stalled())

	def test_recycling_goes_on_after_a_wrong_clock_and_never_twice_a_date(self):
		self.set_pool(recycle_enabled=1, recycle_hour=0, recycle_rules=[RULE])
		for days, due in ((-1, True), (0, False), (1, False), (2, True), (365, True)):
			frappe.db.set_value("Lead Pool", POOL, "recycled_on", add_to_date(nowdate(), days=days))
			with self.subTest(days=days):
				self.assertEqual(POOL in recycle_nights._pools(now_datetime()), due)


@bench_only("the clock in the site's time zone is the host's")
class TestTimeZones(BadInputCase):
	@contextmanager
	def site_time(self, zone: str, moment: str) -> Iterator[None]:
		"""Stop the clock at a moment in UTC, on a site in a time zone."""
		from freezegun import freeze_time

		with self.settings("System Settings", time_zone=zone), freeze_time(moment):
			frappe.local.system_settings = None
			yield
		frappe.local.system_settings = None

	def test_the_quota_day_begins_at_midnight_of_the_site_not_of_utc(self):
		self.set_pool(daily_quota=1)
		seats = [self.seat(self.lead(number)).name for number in (1, 2)]
		with self.as_user(self.rep):
			with self.site_time("Asia/Shanghai", "2026-06-01 15:59:59"):
				self.assertTrue(api.claim(seats[0])["ok"])
				self.assertRaises(errors.QuotaReached, api.claim, seats[1])
			with self.site_time("Asia/Shanghai", "2026-06-01 16:00:00"):
				self.assertTrue(api.claim(seats[1])["ok"])

	def test_days_of_clock_changes_have_one_quota_and_whole_recycling_days(self):
		self.set_pool(daily_quota=1, recycle_enabled=1, recycle_rules=[RULE])
		changes = (
			("America/New_York", "2026-03-08 04:59:59", "2026-03-08 05:00:00", "2026-03-08 06:30:00"),
			("America/New_York", "2026-11-01 03:59:59", "2026-11-01 05:50:00", "2026-11-01 06:10:00"),
			# midnight itself does not exist: the clock goes from 23:59:59 to 01:00:00
			("America/Santiago", "2026-09-06 03:59:59", "2026-09-06 04:00:00", "2026-09-06 05:00:00"),
		)
		for place, (zone, evening, morning, later) in enumerate(changes):
			seats = [self.seat(self.lead(10 * place + number)).name for number in (1, 2, 3)]
			with self.subTest(zone=zone, morning=morning), self.as_user(self.rep):
				for seat, moment in zip(seats, (evening, morning), strict=False):
					with self.site_time(zone, moment):
						self.assertTrue(api.claim(seat)["ok"])
						held = frappe.get_doc("Lead Pool Seat", seat)
						self.assertEqual(held.recycle_on, getdate(now_datetime() + timedelta(days=8)))
				with self.site_time(zone, later):
					self.assertRaises(errors.QuotaReached, api.claim, seats[2])

	def test_a_claim_in_the_hour_that_comes_twice_makes_nobody_wait(self):
		self.set_pool(claim_interval_minutes=60)
		seats = [self.seat(self.lead(number)).name for number in (1, 2)]
		with self.as_user(self.rep):
			with self.site_time("America/New_York", "2026-11-01 05:50:00"):
				api.claim(seats[0])
			with self.site_time("America/New_York", "2026-11-01 06:10:00"):
				self.assertTrue(api.claim(seats[1])["ok"])


class TestLargeFiles(BadInputCase):
	PIECE, PIECES = 40, 3

	def test_duplicates_inside_a_file_sent_in_pieces_are_answered_in_their_rows(self):
		"""Every second row repeats one before it, within its piece or from an earlier one. 120 rows, so that the suite
		stays quick; the way is the same for any number, as a request carries one piece."""
		results, size = [], self.PIECE * self.PIECES
		rows = [self.row(number // 2) for number in range(size)]
		rows[self.PIECE] = self.row(0)  # the second piece begins with a row of the first
		for start in range(0, size, self.PIECE):
			results += api.import_leads(rows[start : start + self.PIECE])
		done = [row["lead"] for row in results if row["status"] == "inserted"]
		skipped = [row for row in results if row["status"] == "skipped"]
		self.assertEqual((len(done), len(skipped)), (size // 2, size // 2))
		self.assertEqual(results[self.PIECE]["status"], "skipped")
		self.assertTrue(all(row["reason"] and not row["lead"] for row in skipped))
		self.assertEqual(frappe.db.count("Lead", {"company_name": ("like", "Many %")}), size // 2)
		self.assertEqual(frappe.db.count("Lead Pool Seat", {"party": ("in", done)}), size // 2)

	def row(self, number: int) -> dict:
		"""Return the row of a lead, as often as it is asked for."""
		row = {"company_name": f"Many {number}", "mobile_no": f"+86139{number:08d}"}
		return {**row, "request_type": "Product Enquiry"}
