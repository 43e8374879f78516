"""Scoring by rules: caps, fading, tiers and completeness, with worked examples and properties."""

import unittest
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import scoring
from l2c_app.core.scoring import Event, EventRule, FitRule, Group, Kind, Threshold, Weight

NOW = datetime(2026, 6, 15, 12)
WHO = Group("Who", Kind.FIT, cap=60)
DOES = Group("Does", Kind.ENGAGEMENT, cap=50, half_life=14)
INDUSTRY = FitRule("Our industry", "Who", 40, (("industry", "=", "Banking"),))
BIG = FitRule("Big", "Who", 30, (("annual_revenue", ">=", 1000),))
FREE_MAIL = FitRule("Private mail address", "Who", -15, (("email_id", "like", "%@gmail.com"),))
MAIL = EventRule("Wrote to us", "Does", 10, "Mail Received")
POSITIVE = EventRule("Was interested", "Does", 20, "Follow Up", "Positive")


def judge(
	values=None, events=(), *, groups=(WHO, DOES), fit=(INDUSTRY, BIG, FREE_MAIL), event=(MAIL, POSITIVE)
):
	return scoring.score(values or {}, events, groups=groups, fit_rules=fit, event_rules=event, now=NOW)


def days_ago(days: float, kind: str = "Mail Received", detail: str = "") -> Event:
	return Event(kind, NOW - timedelta(days=days), detail)


class TestScore(unittest.TestCase):
	def test_fit_adds_up_to_the_cap_of_its_group_and_says_what_the_cap_took(self):
		result = judge({"industry": "Banking", "annual_revenue": 5000})
		self.assertEqual((result.fit, result.engagement), (60, 0))
		self.assertEqual([(line.label, line.points, line.lost) for line in result.reasons],
			[("Our industry", 40, 0), ("Big", 20, 10)])  # fmt: skip

	def test_points_against_a_lead_count_and_the_end_is_never_below_zero(self):
		self.assertEqual(judge({"industry": "Banking", "email_id": "a@gmail.com"}).fit, 25)
		self.assertEqual(judge({"email_id": "a@gmail.com"}).fit, 0)

	def test_engagement_halves_with_each_half_life(self):
		result = judge(events=[days_ago(0), days_ago(14)])
		self.assertEqual(result.engagement, 15)
		self.assertEqual([(line.count, line.points, line.lost) for line in result.reasons], [(2, 15, 5)])

	def test_a_detail_narrows_an_event_rule(self):
		events = [days_ago(0, "Follow Up", "Positive"), days_ago(0, "Follow Up", "No Answer")]
		self.assertEqual(judge(events=events).engagement, 20)

	def test_an_event_dated_ahead_counts_once_and_not_more(self):
		self.assertEqual(judge(events=[days_ago(-3)]).engagement, 10)

	def test_without_half_life_nothing_fades(self):
		lasting = Group("Does", Kind.ENGAGEMENT)
		self.assertEqual(judge(events=[days_ago(900)], groups=(WHO, lasting)).engagement, 10)

	def test_halves_are_rounded_away_from_zero(self):
		self.assertEqual([scoring.half_up(value) for value in (0.5, 1.5, -0.5, 2.4999)], [1, 2, -1, 2])

	@given(st.lists(st.floats(0, 400, allow_nan=False), max_size=30))
	def test_engagement_stays_within_bounds_and_never_grows_by_waiting(self, ages):
		events = [days_ago(age) for age in ages]
		today = judge(events=events)
		later = scoring.score({}, events, groups=(WHO, DOES), fit_rules=(), event_rules=(MAIL, POSITIVE),
			now=NOW + timedelta(days=7))  # fmt: skip
		self.assertLessEqual(later.engagement, today.engagement)
		self.assertTrue(0 <= today.engagement <= DOES.cap)

	@given(st.lists(st.integers(-60, 60), max_size=8), st.integers(0, 40))
	def test_the_lines_add_up_and_no_group_passes_its_cap(self, points, cap):
		group = Group("Who", Kind.FIT, cap=cap)
		rules = [FitRule(f"r{n}", "Who", each, (("a", "=", 1),)) for n, each in enumerate(points)]
		result = judge({"a": 1}, groups=(group,), fit=rules, event=())
		total = sum(line.points for line in result.reasons)
		self.assertEqual(result.fit, max(0, min(100, total)))
		self.assertEqual(sum(line.points + line.lost for line in result.reasons), sum(points))
		if cap:
			self.assertLessEqual(abs(total), cap)

	@given(st.permutations([days_ago(0), days_ago(3), days_ago(14), days_ago(1, "Follow Up", "Positive")]))
	def test_the_order_of_events_does_not_matter(self, events):
		self.assertEqual(judge(events=events), judge(events=sorted(events, key=lambda event: event.at)))


class TestTier(unittest.TestCase):
	GRID = (Threshold("A", 60, 40), Threshold("B", 60, 0), Threshold("C", 30, 20), Threshold("D", 0, 10))

	def test_both_numbers_must_be_reached_and_the_first_row_wins(self):
		cases = {(60, 40): "A", (59, 40): "C", (90, 0): "B", (10, 90): "D", (10, 9): "", (30, 20): "C"}
		for (fit, engagement), expected in cases.items():
			with self.subTest(fit=fit, engagement=engagement):
				self.assertEqual(scoring.tier(fit, engagement, self.GRID), expected)


class TestCompleteness(unittest.TestCase):
	WEIGHTS = (
		Weight("mobile_no", 3),
		Weight("industry", 1),
		Weight("industry", 5, "A"),
		Weight("website", 2, "A"),
	)

	def test_a_row_of_the_tier_beats_the_row_of_none(self):
		self.assertEqual(scoring.weights_of("B", self.WEIGHTS), {"mobile_no": 3, "industry": 1})
		self.assertEqual(scoring.weights_of("A", self.WEIGHTS), {"mobile_no": 3, "industry": 5, "website": 2})

	def test_a_row_of_zero_for_a_tier_asks_for_nothing_there(self):
		weights = (*self.WEIGHTS, Weight("mobile_no", 0, "E"))
		self.assertEqual(scoring.weights_of("E", weights), {"industry": 1})

	def test_percent_and_what_each_missing_field_would_add(self):
		weights = scoring.weights_of("A", self.WEIGHTS)
		self.assertEqual(
			scoring.completeness({"mobile_no": "138", "industry": "  "}, weights),
			(30, {"industry": 50, "website": 20}),
		)

	def test_nothing_asked_for_is_complete(self):
		self.assertEqual(scoring.completeness({}, {}), (100, {}))

	@given(
		st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 50), min_size=1),
		st.sets(st.sampled_from("abcdef")),
	)
	def test_filling_a_field_never_lowers_the_percent(self, weights, filled):
		values = dict.fromkeys(filled, "x")
		percent, missing = scoring.completeness(values, weights)
		self.assertTrue(0 <= percent <= 100)
		self.assertEqual(percent == 100, not missing)
		for field in missing:
			self.assertGreaterEqual(scoring.completeness({**values, field: "y"}, weights)[0], percent)
