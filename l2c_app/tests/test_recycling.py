"""Held seats go back by tier and kind, unless something keeps them; dates are shown, previews match what happens."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, getdate, now_datetime, nowdate

from l2c_app.api import follow_up as follow_up_api
from l2c_app.api import pool_recycle as recycle_api
from l2c_app.api import pool_run as run_api
from l2c_app.core.seats import Event
from l2c_app.jobs.pools import recompute_recycle_dates
from l2c_app.services.batch import steps
from l2c_app.services.errors import BadRecycleRule, NotAPoolManager
from l2c_app.services.pool import pool_moves, recycle_dates, run_rows, run_work, runs, seat_view
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

IDLE_7 = {"kind": "No Follow Up", "days": 7}
IDLE_A = {"kind": "No Follow Up", "days": 3, "tier": "A"}
NO_OFFER_5 = {"kind": "No Opportunity", "days": 5}
NO_DEAL_30 = {"kind": "No Deal", "days": 30}


class RecycleCase(PoolCase):
	"""A pool with rules, and seats whose clocks are turned back."""

	RULES = (IDLE_7, NO_DEAL_30)

	def setUp(self) -> None:
		super().setUp()
		for patcher in (patch.object(runs, "queue"), patch.object(steps.time, "sleep")):
			patcher.start()
			self.addCleanup(patcher.stop)
		self.rules(*self.RULES)

	def rules(self, *rows: dict) -> None:
		"""Give the pool other rules and let their dates be worked out."""
		self.set_pool(recycle_rules=[dict(row) for row in rows], daily_quota=0)
		recycle_dates.recompute_chunk(POOL)

	def held(
		self, number: int = 1, *, days: int = 0, effort: int | None = None, user: str = "", **lead: object
	):
		"""Return the seat of a lead claimed some days ago, with its last effort some days ago."""
		document = self.lead(number, **lead)
		if lead.get("l2c_tier"):
			frappe.db.set_value("Lead", document.name, "l2c_tier", lead["l2c_tier"])
		seat = self.claimed(document, user or None)
		values = {"claimed_on": add_to_date(now_datetime(), days=-days)}
		if effort is not None:
			values["last_effort_on"] = add_to_date(now_datetime(), days=-effort)
		frappe.db.set_value("Lead Pool Seat", seat.name, values)
		recycle_dates.recompute([seat.name])
		return self.fresh(seat)

	def claimed(self, lead, user: str | None = None):
		"""Let a member hold the lead; limits of claims are not the matter here."""
		move([Move(self.seat(lead).name, Event.CLAIM, user or self.rep)])
		return self.seat(lead)

	def fresh(self, seat):
		return frappe.get_doc("Lead Pool Seat", seat.name)

	def run_recycling(self, mode: str = runs.COMMIT, **options: object):
		"""Do a run of tonight; returns it with its rows by seat."""
		with self.as_user(self.chief):
			name = run_api.start(runs.RECYCLE, POOL, mode=mode, options=options)
		run_work.work(name, commit=lambda: None)
		run = frappe.get_doc("Pool Run", name)
		rows = frappe.get_all(
			"Pool Run Row",
			filters={"run": name},
			fields=["seat", "status", "reason", "from_user"],
			order_by="name",
		)
		run.by_seat = {row.seat: row for row in rows}
		return run

	def assert_kept(self, seat, reason: str) -> None:
		run = self.run_recycling()
		self.assertEqual(run.by_seat[seat.name].reason, reason)
		self.assertEqual(run.by_seat[seat.name].status, "Skipped")
		self.assertEqual(self.fresh(seat).state, "Held")

	def assert_taken(self, seat, rule: str) -> None:
		run = self.run_recycling()
		self.assertEqual((run.by_seat[seat.name].status, run.by_seat[seat.name].reason), ("Done", rule))
		self.assertEqual(self.fresh(seat).state, "Available")


class TestDatesOnSeatAndLead(RecycleCase):
	RULES = (IDLE_7, IDLE_A, NO_DEAL_30)

	def test_a_claim_gives_the_date_with_its_rule_on_seat_and_lead(self):
		lead = self.lead()
		seat = self.claimed(lead)
		self.assertEqual(seat.recycle_on, getdate(add_days(nowdate(), 8)))
		self.assertEqual(seat.recycle_rule, "No Follow Up 7 d")
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "l2c_recycle_on"), seat.recycle_on)

	def test_the_tier_of_the_lead_decides(self):
		lead = self.lead()
		frappe.db.set_value("Lead", lead.name, "l2c_tier", "A")
		seat = self.claimed(lead)
		self.assertEqual(seat.recycle_rule, "No Follow Up A 3 d")
		frappe.db.set_value("Lead", lead.name, "l2c_tier", "B")
		self.assertEqual(recycle_dates.recompute_parties("Lead", [lead.name]), 1)
		self.assertEqual(self.seat(lead).recycle_rule, "No Follow Up 7 d")
		self.assertEqual(recycle_dates.recompute_parties("Lead", [lead.name]), 0)

	def test_release_and_transfer_end_the_date_and_begin_a_new_one(self):
		seat = self.held(days=5)
		move([Move(seat.name, Event.TRANSFER, self.mate)])
		self.assertEqual(self.fresh(seat).recycle_on, getdate(add_days(nowdate(), 8)))
		move([Move(seat.name, Event.RELEASE)])
		after = self.fresh(seat)
		self.assertEqual((after.recycle_on, after.recycle_rule), (None, None))
		self.assertIsNone(frappe.db.get_value("Lead", seat.party, "l2c_recycle_on"))

	def test_effort_moves_the_date(self):
		seat = self.held(days=5)
		self.assertEqual(seat.recycle_on, getdate(add_days(nowdate(), 3)))
		frappe.db.set_value("Lead Pool Seat", seat.name, "last_effort_on", now_datetime())
		recycle_dates.recompute([seat.name])
		self.assertEqual(self.fresh(seat).recycle_on, getdate(add_days(nowdate(), 8)))

	def test_a_logged_follow_up_moves_the_date_on_seat_and_lead(self):
		seat = self.held(days=5)
		with self.as_user(self.rep):
			follow_up_api.log(
				"Lead",
				seat.party,
				outcome="Reached",
				note="They compare two offers and decide after the fair in spring",
				closes=True,
				close_reason="waits for the fair",
			)
		expected = getdate(add_days(nowdate(), 8))
		self.assertEqual(self.fresh(seat).recycle_on, expected)
		self.assertEqual(frappe.db.get_value("Lead", seat.party, "l2c_recycle_on"), expected)

	def test_an_open_form_does_not_write_an_old_date_back(self):
		lead = self.lead()
		self.claimed(lead)
		form = frappe.get_doc("Lead", lead.name)
		form.l2c_recycle_on = "2020-01-01"
		form.save()
		expected = getdate(add_days(nowdate(), 8))
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "l2c_recycle_on"), expected)

	def test_an_own_lead_has_a_date_from_the_start(self):
		with self.as_user(self.rep):
			lead = self.lead()
		seat = self.seat(lead)
		if seat.state == "Held":
			self.assertEqual(seat.recycle_on, getdate(add_days(nowdate(), 8)))
		else:
			self.assertIsNone(seat.recycle_on)

	def test_rules_changed_or_off_never_wipe_a_date_and_back_on_never_restart_the_clock(self):
		"""Known hole elsewhere: turning the rule off wipes all dates, turning it on restarts the clocks."""
		seat = self.held(days=5)
		before = seat.recycle_on
		for rows in (({**IDLE_7, "enabled": 0},), (), (IDLE_7,)):
			self.rules(*rows)
			self.assertEqual(self.fresh(seat).recycle_on, before)
		self.rules({**IDLE_7, "days": 10})
		self.assertEqual(self.fresh(seat).recycle_on, getdate(add_days(before, 3)))
		self.rules(IDLE_7)
		self.assertEqual(self.fresh(seat).recycle_on, before)

	def test_a_rule_that_is_off_takes_nothing_although_the_date_stands(self):
		seat = self.held(days=20)
		self.rules({**IDLE_7, "enabled": 0})
		self.assertNotIn(seat.name, self.run_recycling().by_seat)
		self.assertEqual(self.fresh(seat).state, "Held")

	def test_saving_other_rules_queues_the_new_dates_and_other_edits_do_not(self):
		with patch.object(frappe, "enqueue") as queued:
			self.set_pool(description="else")
			self.assertNotIn(recycle_dates.JOB, [call.args[0] for call in queued.call_args_list])
			self.set_pool(recycle_rules=[dict(NO_DEAL_30)])
			self.assertIn(recycle_dates.JOB, [call.args[0] for call in queued.call_args_list])

	def test_the_job_goes_through_all_seats_in_chunks(self):
		seats = [self.held(number, days=5) for number in (1, 2, 3)]
		self.set_pool(recycle_rules=[{**IDLE_7, "days": 9}])
		with patch.object(recycle_dates, "CHUNK", 2), patch.object(frappe.db, "commit"):
			self.assertEqual(recompute_recycle_dates(POOL), 3)
		self.assertEqual({self.fresh(seat).recycle_on for seat in seats}, {getdate(add_days(nowdate(), 5))})

	def test_rules_that_cannot_be_meant_are_refused(self):
		for rows in ([{**IDLE_7, "days": -1}], [{**IDLE_7, "days": 0}], [IDLE_7, {**IDLE_7, "days": 9}]):
			with self.subTest(rows):
				self.assertRaises(BadRecycleRule, self.set_pool, recycle_rules=[dict(row) for row in rows])
		for values, named in (
			({"warning_days": "soon"}, "warnings like 3, 1"),
			({"recycle_hour": 24}, "Recycle from This Hour must lie between 0 and 23."),
			({"overdue_cut": 150}, "cut of the quota"),
		):
			with self.subTest(values), self.assertRaisesRegex(BadRecycleRule, named):
				self.set_pool(**values)


class TestRecycleRun(RecycleCase):
	def test_recycle_no_follow_up(self):
		self.assert_taken(self.held(days=8), "No Follow Up 7 d")

	def test_not_one_day_early(self):
		seat = self.held(days=7)
		self.assertNotIn(seat.name, self.run_recycling().by_seat)

	def test_a_follow_up_in_time_keeps_it(self):
		seat = self.held(days=20, effort=2)
		self.assertNotIn(seat.name, self.run_recycling().by_seat)

	def test_busy_but_hopeless_leads_end_too(self):
		self.assert_taken(self.held(days=31, effort=1), "No Deal 30 d")

	def test_missed_nights_are_caught_up(self):
		self.assert_taken(self.held(days=25), "No Follow Up 7 d")

	def test_the_owner_is_gone_and_the_log_names_rule_and_run(self):
		seat = self.held(days=8)
		run = self.run_recycling()
		self.assertIsNone(frappe.db.get_value("Lead", seat.party, "lead_owner"))
		logged = frappe.get_all(
			"Lead Pool Log",
			filters={"seat": seat.name, "event": "Recycle"},
			fields=["rule", "run", "from_holder", "actor"],
			order_by="name",
		)
		self.assertEqual(
			[dict(row) for row in logged],
			[{"rule": "No Follow Up 7 d", "run": run.name, "from_holder": self.rep, "actor": self.chief}],
		)
		numbers = frappe.parse_json(frappe.db.get_value("Pool Run Row", {"run": run.name}, "numbers"))
		self.assertEqual(numbers["recycle_on"], nowdate())

	def test_a_preview_says_by_rep_what_the_run_then_does(self):
		mine = [self.held(number, days=8) for number in (1, 2)]
		kept = self.held(3, days=8, user=self.mate)
		factories.make(
			"Opportunity", opportunity_from="Lead", party_name=kept.party, company=factories.COMPANY
		)
		preview = self.run_recycling(runs.PREVIEW)
		summary = frappe.parse_json(preview.summary)
		self.assertEqual(summary[self.rep], {"planned": 2, "skipped": 0})
		self.assertEqual(summary[self.mate], {"planned": 0, "skipped": 1})
		self.assertEqual({self.fresh(seat).state for seat in mine}, {"Held"})
		run = self.run_recycling()
		self.assertEqual((run.done_rows, run.skipped_rows), (2, 1))
		self.assertEqual(frappe.db.get_value("Lead Pool", POOL, "recycled_on"), getdate(nowdate()))

	def test_a_rule_change_is_previewed_before_it_takes_effect(self):
		seat = self.held(days=4)
		preview = self.run_recycling(runs.PREVIEW, rules=[{**IDLE_7, "days": 2, "enabled": 1}])
		self.assertEqual(preview.by_seat[seat.name].reason, "No Follow Up 2 d")
		self.assertEqual(preview.by_seat[seat.name].from_user, self.rep)
		self.assertEqual(self.fresh(seat).recycle_rule, "No Follow Up 7 d")
		self.assertNotIn(seat.name, self.run_recycling().by_seat)

	def test_effort_between_plan_and_run_counts(self):
		seat = self.held(days=8)
		preview = self.run_recycling(runs.PREVIEW)
		frappe.db.set_value("Lead Pool Seat", seat.name, "last_effort_on", now_datetime())
		with self.as_user(self.chief):
			run_api.commit_preview(preview.name)
		run_work.work(preview.name, commit=lambda: None)
		self.assertEqual(
			frappe.db.get_value("Pool Run Row", {"run": preview.name}, ["status", "reason"]),
			("Skipped", "Not due any more"),
		)
		self.assertEqual(self.fresh(seat).state, "Held")

	def test_a_seat_handed_over_between_plan_and_run_stays_with_its_new_holder(self):
		seat = self.held(days=8)
		preview = self.run_recycling(runs.PREVIEW)
		move([Move(seat.name, Event.TRANSFER, self.mate)])
		with self.as_user(self.chief):
			run_api.commit_preview(preview.name)
		run_work.work(preview.name, commit=lambda: None)
		self.assertEqual(self.fresh(seat).holder, self.mate)

	def test_a_seat_that_left_the_pool_between_plan_and_run_is_judged_by_its_new_pool_alone(self):
		seat = self.held(days=8)
		preview = self.run_recycling(runs.PREVIEW)
		factories.lead_pool("L2C Elsewhere", admission_filters="", members=(self.rep,))
		pool_moves.to_pool([seat.name], "L2C Elsewhere")
		with self.as_user(self.chief):
			run_api.commit_preview(preview.name)
		run_work.work(preview.name, commit=lambda: None)
		self.assertEqual((self.fresh(seat).pool, self.fresh(seat).holder), ("L2C Elsewhere", self.rep))

	def test_nothing_moves_in_a_pool_that_was_disabled_between_plan_and_run(self):
		seat = self.held(days=8)
		name = runs.start_by_system(runs.RECYCLE, POOL)
		run_work.step(name)
		frappe.db.set_value("Lead Pool", POOL, "enabled", 0)
		frappe.clear_document_cache("Lead Pool", POOL)
		while run_work.step(name):
			pass
		self.assertEqual(self.fresh(seat).state, "Held")
		self.assertIn("disabled", frappe.db.get_value("Pool Run Row", {"run": name}, "reason"))
		frappe.clear_document_cache("Lead Pool", POOL)

	@bench_only("percent signs in statements")
	def test_quotes_and_percent_signs_survive_in_the_rows(self):
		odd = "100% 'quoted' \\ back `tick` \"double\" 张"
		name = runs.start_by_system(runs.RECYCLE, POOL, mode=runs.PREVIEW)
		run = frappe.get_doc("Pool Run", name)
		planned = runs.Planned("seat", "Lead", "party", reason=odd, numbers={"odd": odd})
		run_rows.insert(run, run_rows.of_plan([planned], 1))
		reason, numbers = frappe.db.get_value("Pool Run Row", {"run": name}, ["reason", "numbers"])
		self.assertEqual((reason, frappe.parse_json(numbers)), (odd, {"odd": odd}))

	def test_a_run_does_nothing_twice(self):
		seat = self.held(days=8)
		self.run_recycling()
		self.assertEqual(self.run_recycling().total_rows, 0)
		self.assertEqual(self.logged(seat.name).count("Recycle"), 1)


class TestExemptions(RecycleCase):
	"""Recycle by last follow-up only is too coarse: customers with live contracts are recycled, non-buyers held."""

	def test_an_open_opportunity_keeps_it_until_it_is_lost(self):
		seat = self.held(days=8)
		opportunity = factories.make(
			"Opportunity", opportunity_from="Lead", party_name=seat.party, company=factories.COMPANY
		)
		self.assert_kept(seat, "Open Opportunity")
		frappe.db.set_value("Opportunity", opportunity.name, "status", "Lost")
		self.assert_taken(seat, "No Follow Up 7 d")

	def test_an_open_opportunity_does_not_stop_the_deal_rule(self):
		seat = self.held(days=31)
		factories.make(
			"Opportunity", opportunity_from="Lead", party_name=seat.party, company=factories.COMPANY
		)
		self.assert_taken(seat, "No Deal 30 d")

	def test_an_appointment_ahead_keeps_it(self):
		seat = self.held(days=8)
		event = factories.make(
			"Event",
			subject="Visit",
			event_type="Private",
			starts_on=add_to_date(now_datetime(), days=5),
			event_participants=[{"reference_doctype": "Lead", "reference_docname": seat.party}],
		)
		self.assert_kept(seat, "Appointment Ahead")
		frappe.db.set_value("Event", event.name, "starts_on", add_to_date(now_datetime(), days=31))
		self.assert_taken(seat, "No Follow Up 7 d")

	def test_protection_keeps_it_through_its_last_day(self):
		seat = self.held(days=40)
		frappe.db.set_value("Lead Pool Seat", seat.name, "protected_until", nowdate())
		self.assert_kept(seat, "Protected")
		frappe.db.set_value("Lead Pool Seat", seat.name, "protected_until", add_days(nowdate(), -1))
		self.assert_taken(seat, "No Follow Up 7 d")

	def test_a_live_contract_stops_even_the_deal_rule(self):
		seat = self.held(days=40)
		contract = _contract(lead=seat.party)
		self.assert_kept(seat, "Live Contract")
		frappe.db.set_value("Sales Contract", contract, "status", "Terminated")
		self.assert_taken(seat, "No Follow Up 7 d")

	def test_a_row_can_leave_an_exemption_out(self):
		self.rules({**IDLE_7, "exempt_opportunity": 0})
		seat = self.held(days=8)
		factories.make(
			"Opportunity", opportunity_from="Lead", party_name=seat.party, company=factories.COMPANY
		)
		self.assert_taken(seat, "No Follow Up 7 d")


def _contract(**values: object) -> str:
	"""Store a submitted contract row as the recompute would leave it; its own rules are tested elsewhere."""
	contract = frappe.new_doc("Sales Contract")
	contract.update({"status": "Active", "docstatus": 1, "company": factories.COMPANY, **values})
	contract.name = frappe.generate_hash(length=10)
	contract.db_insert()
	return contract.name


class TestWhatPeopleSee(RecycleCase):
	def test_the_form_shows_date_reason_and_what_keeps_it(self):
		seat = self.held(days=5)
		with self.as_user(self.rep):
			shown = seat_view.state_of("Lead", seat.party)["seats"][0]
		self.assertEqual(shown["recycle_on"], seat.recycle_on)
		self.assertEqual((shown["recycle_reason"], shown["kept_by"]), ("No Follow Up · 7 days", ""))
		factories.make(
			"Opportunity", opportunity_from="Lead", party_name=seat.party, company=factories.COMPANY
		)
		with self.as_user(self.rep):
			shown = seat_view.state_of("Lead", seat.party)["seats"][0]
		self.assertEqual(shown["kept_by"], "Open Opportunity")

	def test_the_effect_of_other_rules_is_shown_by_rep_before_they_are_saved(self):
		"""Known hole elsewhere: nobody sees what a changed rule will take."""
		self.held(1, days=8)
		self.held(2, days=4)
		self.held(3, days=4, user=self.mate)
		with self.as_user(self.chief):
			answer = recycle_api.effect(POOL, [{**IDLE_7, "days": 3, "enabled": 1}])
		rows = {row["user"]: (row["held"], row["now"], row["then"]) for row in answer["rows"]}
		self.assertEqual(rows, {self.rep: (2, 1, 2), self.mate: (1, 0, 1)})
		self.assertEqual(answer["total"], {"held": 3, "now": 1, "then": 3, "kept": 0})
		with self.as_user(self.rep):
			self.assertRaises(NotAPoolManager, recycle_api.effect, POOL, [])

	def test_a_new_pool_can_begin_with_the_starting_rules(self):
		rows = recycle_api.starting_rules()
		self.rules(*rows)
		self.assertEqual(len(self.pool.recycle_rules), len(rows))

	def test_the_form_of_a_run_names_the_people_of_its_summary(self):
		self.held(days=8)
		run = self.run_recycling(runs.PREVIEW)
		run.run_method("onload")
		self.assertEqual(run.get("__onload")["names"], {self.rep: frappe.utils.get_fullname(self.rep)})
