import unittest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import recycling as core
from l2c_app.core.recycling import BadRule, Clock, Exemption, Kind, Rule

JUNE = date(2026, 6, 1)
IDLE_A = Rule(Kind.NO_FOLLOW_UP, 7, "A")
IDLE = Rule(Kind.NO_FOLLOW_UP, 30)
OFFER = Rule(Kind.NO_OPPORTUNITY, 20)
DEAL = Rule(Kind.NO_DEAL, 90)

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
rules = st.lists(
	st.builds(Rule, st.sampled_from(Kind), st.integers(1, 120), st.sampled_from(["", "A", "B"])),
	unique_by=lambda rule: (rule.kind, rule.tier),
	max_size=6,
)
clocks = st.builds(Clock, days, st.none() | days, st.sampled_from(["", "A", "B", "C"]))
holidays = st.frozensets(days, max_size=40)
facts = st.frozensets(st.sampled_from(Exemption))


class TestDates(unittest.TestCase):
	def test_claimed_on_the_first_with_seven_days_the_run_of_the_ninth_takes_it(self):
		due = core.recycle_on([IDLE_A, IDLE, DEAL], Clock(JUNE, tier="A"))
		self.assertEqual((due.on, due.rule), (date(2026, 6, 9), IDLE_A))
		self.assertEqual(due.rule.name, "No Follow Up A 7 d")

	def test_the_exact_tier_beats_the_row_without_one_even_when_it_is_later(self):
		slow = Rule(Kind.NO_FOLLOW_UP, 60, "A")
		self.assertEqual(core.recycle_on([IDLE, slow], Clock(JUNE, tier="A")).rule, slow)
		self.assertEqual(core.recycle_on([slow, IDLE], Clock(JUNE, tier="B")).rule, IDLE)

	def test_effort_moves_only_the_rule_about_follow_ups(self):
		clock = Clock(JUNE, date(2026, 6, 20))
		dates = {due.rule.kind: due.on for due in core.due_dates([IDLE, OFFER, DEAL], clock)}
		self.assertEqual(dates[Kind.NO_FOLLOW_UP], date(2026, 7, 21))
		self.assertEqual(dates[Kind.NO_OPPORTUNITY], date(2026, 6, 22))
		self.assertEqual(dates[Kind.NO_DEAL], date(2026, 8, 31))

	def test_a_purchase_moves_only_the_rule_about_deals(self):
		clock = Clock(JUNE, last_bought_on=date(2026, 6, 20))
		dates = {due.rule.kind: due.on for due in core.due_dates([IDLE, OFFER, DEAL], clock)}
		self.assertEqual(dates[Kind.NO_FOLLOW_UP], date(2026, 7, 2))
		self.assertEqual(dates[Kind.NO_OPPORTUNITY], date(2026, 6, 22))
		self.assertEqual(dates[Kind.NO_DEAL], date(2026, 9, 19))  # 90 full days from 21 June: 10, 31, 31, 18
		before = Clock(JUNE, last_bought_on=date(2026, 5, 1))
		self.assertEqual(core.recycle_on([DEAL], before).on, date(2026, 8, 31))

	def test_a_long_group_leaves_the_name_of_the_rule_within_its_column(self):
		self.assertLessEqual(len(Rule(Kind.NO_OPPORTUNITY, 3650, "公" * 140).name), 140)

	def test_effort_before_the_claim_is_somebody_elses(self):
		self.assertEqual(core.recycle_on([IDLE], Clock(JUNE, date(2026, 5, 1))).on, date(2026, 7, 2))

	def test_weekends_are_not_asked_for(self):
		weekends = {day for day in map(lambda n: JUNE + timedelta(n), range(60)) if day.weekday() >= 5}
		# claimed Monday 1 June: Tue to Fri are four days, Mon to Wed three; Thursday 11 June takes it
		self.assertEqual(core.day_after(JUNE, 7, weekends), date(2026, 6, 11))

	def test_no_rule_no_date(self):
		self.assertIsNone(core.recycle_on([], Clock(JUNE)))
		self.assertIsNone(core.recycle_on([IDLE_A], Clock(JUNE, tier="B")))

	def test_rules_that_cannot_be_meant_are_refused(self):
		for wrong in ([Rule(Kind.NO_DEAL, 0)], [Rule(Kind.NO_DEAL, -3)], [IDLE, Rule(Kind.NO_FOLLOW_UP, 5)]):
			with self.subTest(wrong), self.assertRaises(BadRule):
				core.check(wrong)
		core.check([IDLE, IDLE_A, OFFER, DEAL])
		core.check([Rule(kind, number, tier) for kind, tier, number in core.STARTING_RULES])

	@given(rules, clocks, holidays)
	def test_the_rep_has_all_his_days(self, some, clock, free):
		for due in core.due_dates(some, clock, free):
			starts = [clock.claimed_on]
			if due.rule.kind is Kind.NO_FOLLOW_UP and clock.last_effort_on:
				starts.append(clock.last_effort_on)
			start = max(starts)
			had = [start + timedelta(n) for n in range(1, (due.on - start).days)]
			self.assertEqual(len([day for day in had if day not in free]), due.rule.days)

	@given(rules, clocks, holidays, st.integers(0, 400))
	def test_later_effort_and_more_holidays_never_bring_the_date_nearer(self, some, clock, free, later):
		before = core.recycle_on(some, clock, free)
		worked = Clock(clock.claimed_on, clock.claimed_on + timedelta(later), clock.tier)
		if before and (not clock.last_effort_on or clock.last_effort_on <= worked.last_effort_on):
			self.assertGreaterEqual(core.recycle_on(some, worked, free).on, before.on)
			self.assertGreaterEqual(before.on, core.recycle_on(some, clock).on)

	@given(rules, clocks)
	def test_the_order_of_the_rows_does_not_matter(self, some, clock):
		self.assertEqual(core.due_dates(some, clock), core.due_dates(some[::-1], clock))

	@given(rules, clocks)
	def test_the_date_is_the_soonest_of_one_rule_per_kind(self, some, clock):
		dates = core.due_dates(some, clock)
		self.assertEqual(len({due.rule.kind for due in dates}), len(dates))
		first = core.recycle_on(some, clock)
		self.assertEqual(first.on if first else None, min((due.on for due in dates), default=None))


class TestVerdict(unittest.TestCase):
	def verdict(self, *some: Rule, on: date, **more: object) -> core.Verdict:
		return core.judge(core.due_dates(some, Clock(JUNE)), today=on, **more)

	def test_not_before_the_date_and_any_night_after_it(self):
		self.assertEqual(self.verdict(OFFER, on=date(2026, 6, 21)), core.Verdict())
		for night in (date(2026, 6, 22), date(2026, 12, 1)):
			self.assertEqual(self.verdict(OFFER, on=night).rule, OFFER)

	def test_an_open_opportunity_stops_the_follow_up_rule_but_not_the_deal_rule(self):
		facts = {Exemption.OPPORTUNITY}
		early = self.verdict(IDLE, DEAL, on=date(2026, 7, 15), facts=facts)
		self.assertEqual((early.rule, early.exempt), (None, (Exemption.OPPORTUNITY,)))
		self.assertEqual(self.verdict(IDLE, DEAL, on=date(2026, 8, 31), facts=facts).rule, DEAL)

	def test_a_live_contract_stops_all(self):
		verdict = self.verdict(IDLE, OFFER, DEAL, on=date(2027, 1, 1), facts={Exemption.CONTRACT})
		self.assertEqual((verdict.rule, verdict.exempt), (None, (Exemption.CONTRACT,)))

	def test_an_exemption_that_the_row_leaves_out_stops_nothing(self):
		hard = Rule(Kind.NO_FOLLOW_UP, 5, exemptions=frozenset({Exemption.ORDER}))
		facts = {Exemption.CONTRACT}
		self.assertEqual(self.verdict(hard, on=date(2026, 6, 7), facts=facts).rule, hard)

	def test_protection_shields_through_its_last_day(self):
		until = date(2026, 7, 10)
		self.assertTrue(self.verdict(IDLE, on=until, protected_until=until).protected)
		self.assertEqual(self.verdict(IDLE, on=date(2026, 7, 11), protected_until=until).rule, IDLE)

	@given(rules, clocks, facts, facts, days)
	def test_more_facts_never_make_a_seat_go(self, some, clock, few, more, today):
		dates = core.due_dates(some, clock)
		if core.judge(dates, today=today, facts=few | more).rule:
			self.assertIsNotNone(core.judge(dates, today=today, facts=few).rule)

	@given(rules, clocks, facts, days)
	def test_a_seat_goes_only_by_a_due_rule_that_nothing_stops(self, some, clock, found, today):
		dates = core.due_dates(some, clock)
		verdict = core.judge(dates, today=today, facts=found)
		if verdict.rule:
			self.assertIn(verdict.rule, [due.rule for due in dates if due.on <= today])
			self.assertFalse(verdict.rule.exemptions & core.POSSIBLE[verdict.rule.kind] & found)
		else:
			self.assertEqual(bool(verdict.exempt), any(due.on <= today for due in dates))


class TestWarnings(unittest.TestCase):
	def test_the_days_are_read_in_any_order(self):
		self.assertEqual(core.warning_days(" 1, 3;3 "), (3, 1))
		self.assertEqual(core.warning_days(""), ())
		self.assertTrue(core.newly_due((3, 1), reached=2, warned=None))
		self.assertFalse(core.newly_due((3, 1), reached=2, warned=3))
		self.assertTrue(core.newly_due((2,), reached=2, warned=3))
		self.assertFalse(core.newly_due((2,), reached=2, warned=2))
		self.assertFalse(core.newly_due((2,), reached=3, warned=None))
		for wrong in ("0", "-1", "three", "1.5", "²"):
			with self.subTest(wrong), self.assertRaises(BadRule):
				core.warning_days(wrong)

	def test_once_each_and_a_missed_night_is_caught_up_by_the_most_urgent(self):
		due = date(2026, 6, 10)
		cases = [(6, None, None), (7, None, 3), (7, 3, None), (8, None, 3), (8, 3, None), (9, 3, 1)]
		cases += [(9, None, 1), (9, 1, None), (10, None, None), (11, None, None)]
		for day, warned, expected in cases:
			with self.subTest(day=day, warned=warned):
				today = date(2026, 6, day)
				self.assertEqual(core.warning_due((3, 1), today=today, due_on=due, warned=warned), expected)

	@given(st.lists(st.integers(1, 30), max_size=4), st.sets(st.integers(0, 40)), days)
	def test_each_warning_goes_out_at_most_once_whatever_nights_are_missed(self, offsets, nights, due):
		warned, sent = None, []
		for night in sorted(nights):
			today = due - timedelta(days=40 - night)
			offset = core.warning_due(offsets, today=today, due_on=due, warned=warned)
			if offset is not None:
				sent.append(offset)
				warned = offset
		self.assertEqual(len(sent), len(set(sent)))
		self.assertEqual(sent, sorted(sent, reverse=True))
