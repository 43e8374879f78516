import unittest
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.dunning import Facts, Gate, Item, Level, Rules, days_late, decide, level_for, outdated
from l2c_app.core.working_time import Calendar

TODAY = date(2026, 6, 15)
LEVELS = (Level(1, -3), Level(2, 5), Level(3, 20), Level(4, 40, by_mail=False))
RULES = Rules(LEVELS)


def owed(days: int, amount: int = 1000, invoice: str = "A", **more) -> Item:
	return Item(invoice, amount, TODAY - timedelta(days=days), **more)


def facts(*items: Item, **more) -> Facts:
	return Facts(tuple(items), **more)


class TestLevels(unittest.TestCase):
	def test_before_the_due_date_only_negative_levels_count(self):
		self.assertEqual([level_for(LEVELS, late) for late in (-4, -2, 0, 3)], [None, LEVELS[0], None, None])
		self.assertEqual([level_for(LEVELS, late).number for late in (5, 19, 20, 400)], [2, 2, 3, 4])

	def test_who_wants_no_mail_still_gets_calls_and_letters(self):
		by_mail = decide(facts(owed(30), no_mail=True), RULES, on=TODAY)
		self.assertEqual((by_mail.level.number, by_mail.gates), (3, (Gate.NO_MAIL,)))
		self.assertTrue(decide(facts(owed(50), no_mail=True), RULES, on=TODAY).go)
		self.assertEqual(decide(facts(owed(50), no_contact=True), RULES, on=TODAY).gates, (Gate.NO_CONTACT,))

	def test_the_oldest_invoice_that_may_be_chased_carries_the_level(self):
		found = decide(facts(owed(30, invoice="old"), owed(6, invoice="new")), RULES, on=TODAY)
		self.assertEqual((found.level.number, found.carrier, found.amount, found.go), (3, "old", 2000, True))
		promised = facts(owed(30, invoice="old", promised=True), owed(6, invoice="new"))
		found = decide(promised, RULES, on=TODAY)
		self.assertEqual((found.level.number, found.carrier, found.amount), (2, "new", 1000))

	def test_the_next_carrier_begins_at_its_own_level(self):
		found = decide(facts(owed(6, invoice="new"), sent_levels={"old": 3}), RULES, on=TODAY)
		self.assertEqual((found.level.number, found.go), (2, True))

	def test_a_level_is_not_repeated_for_the_same_carrier(self):
		found = decide(facts(owed(30), sent_levels={"A": 3}), RULES, on=TODAY)
		self.assertEqual(found.gates, (Gate.LEVEL,))

	def test_a_broken_promise_brings_the_next_level_before_its_days_and_within_the_gap(self):
		broken = facts(owed(8), sent_levels={"A": 2}, last_sent=TODAY - timedelta(days=2), jump=True)
		found = decide(broken, RULES, on=TODAY)
		self.assertEqual((found.level.number, found.go), (3, True))
		self.assertIn(Gate.GAP, decide(replace(broken, last_sent=TODAY), RULES, on=TODAY).gates)

	def test_money_due_soon_is_mentioned_only_when_nothing_is_overdue(self):
		found = decide(facts(owed(-2)), RULES, on=TODAY)
		self.assertEqual((found.level.number, found.go), (1, True))
		found = decide(facts(owed(-2, invoice="soon"), owed(6)), RULES, on=TODAY)
		self.assertEqual((found.carrier, found.amount), ("A", 1000))

	def test_due_today_is_not_overdue(self):
		self.assertEqual(decide(facts(owed(0)), RULES, on=TODAY).gates, (Gate.PAID,))

	def test_business_days(self):
		weekend = Calendar(frozenset({date(2026, 6, 13), date(2026, 6, 14)}))
		self.assertEqual(days_late(date(2026, 6, 12), TODAY, weekend), 1)
		self.assertEqual(days_late(date(2026, 6, 12), TODAY), 3)
		self.assertEqual(days_late(date(2026, 6, 18), TODAY, weekend), -3)


class TestGates(unittest.TestCase):
	def only(self, **more) -> tuple[Gate, ...]:
		return decide(facts(owed(30), **more), RULES, on=TODAY).gates

	def test_each_gate_holds_by_itself(self):
		self.assertEqual(self.only(), ())
		self.assertEqual(self.only(unapplied=1000), (Gate.UNAPPLIED,))
		self.assertEqual(self.only(unapplied=999), ())
		self.assertEqual(self.only(bank_line="BT-1"), (Gate.BANK,))
		self.assertEqual(self.only(held=True), (Gate.HELD,))
		self.assertEqual(self.only(no_contact=True), (Gate.NO_CONTACT,))
		self.assertEqual(self.only(has_address=False), (Gate.NO_ADDRESS,))
		self.assertEqual(self.only(last_sent=TODAY - timedelta(days=6)), (Gate.GAP,))
		self.assertEqual(self.only(last_sent=TODAY - timedelta(days=7)), ())
		self.assertEqual(self.only(sent_count=6), (Gate.LIMIT,))

	def test_nothing_left_says_why(self):
		self.assertEqual(decide(facts(), RULES, on=TODAY).gates, (Gate.PAID,))
		self.assertEqual(decide(facts(owed(30, promised=True)), RULES, on=TODAY).gates, (Gate.PROMISED,))
		self.assertEqual(decide(facts(owed(30, disputed=1000)), RULES, on=TODAY).gates, (Gate.DISPUTED,))

	def test_a_disputed_part_leaves_the_rest(self):
		self.assertEqual(decide(facts(owed(30, disputed=400)), RULES, on=TODAY).amount, 600)

	def test_a_tolerated_rest_is_not_chased(self):
		self.assertEqual(
			decide(facts(owed(30, 50)), replace(RULES, tolerance=50), on=TODAY).gates, (Gate.SMALL,)
		)

	def test_a_letter_needs_no_mail_address(self):
		self.assertTrue(decide(facts(owed(50), has_address=False), RULES, on=TODAY).go)

	def test_no_message_on_a_holiday(self):
		rules = replace(RULES, calendar=Calendar(frozenset({TODAY})))
		self.assertIn(Gate.DAY_OFF, decide(facts(owed(30)), rules, on=TODAY).gates)

	def test_a_chosen_level_still_meets_the_gates(self):
		found = decide(facts(owed(30), held=True), RULES, on=TODAY, wanted=2)
		self.assertEqual((found.level.number, found.gates), (2, (Gate.HELD,)))


ITEMS = st.lists(
	st.builds(
		Item,
		invoice=st.sampled_from("ABCDE"),
		open=st.integers(0, 10_000),
		due=st.integers(-60, 90).map(lambda days: TODAY - timedelta(days=days)),
		promised=st.booleans(),
		disputed=st.integers(0, 10_000),
	),
	max_size=6,
)


class TestGenerated(unittest.TestCase):
	@given(ITEMS, st.integers(0, 5000))
	def test_never_more_than_is_open_and_never_without_money(self, items, unapplied):
		found = decide(facts(*items, unapplied=unapplied), RULES, on=TODAY)
		self.assertLessEqual(found.amount, sum(item.open for item in items))
		if found.go:
			self.assertGreater(found.amount - unapplied, 0)

	@given(ITEMS, st.permutations(range(6)))
	def test_the_order_of_items_does_not_matter(self, items, order):
		shuffled = [items[place] for place in order if place < len(items)]
		one, two = (decide(facts(*each), RULES, on=TODAY) for each in (items, shuffled))
		self.assertEqual((one.level, one.amount, one.gates), (two.level, two.amount, two.gates))

	@given(ITEMS)
	def test_what_was_just_sent_is_not_sent_again(self, items):
		found = decide(facts(*items), RULES, on=TODAY)
		if found.go:
			again = facts(
				*items, sent_levels={found.carrier: found.level.number}, last_sent=TODAY, sent_count=1
			)
			self.assertFalse(decide(again, RULES, on=TODAY).go)
			self.assertFalse(decide(replace(again, jump=True), RULES, on=TODAY).go)


class TestQueuedMessages(unittest.TestCase):
	"""A level 3 message of 1,500 went into the queue today: gap, count and level hold the next one, not this one."""

	def outdated(self, *items: Item, **more) -> bool:
		sent = facts(*items, last_sent=TODAY, sent_count=6, sent_levels={"A": 3}, **more)
		return outdated(decide(sent, RULES, on=TODAY), asked=1500)

	def test_it_stays_while_only_itself_is_in_the_way(self):
		self.assertFalse(self.outdated(owed(30, 1500)))
		self.assertFalse(self.outdated(owed(30, 1500), owed(6, 70, "B")))
		self.assertFalse(self.outdated(owed(30, 1500), unapplied=1499))

	def test_it_goes_when_less_is_left_than_it_asks_for(self):
		self.assertTrue(self.outdated())
		self.assertTrue(self.outdated(owed(30, 1499)))
		self.assertTrue(self.outdated(owed(30, 1500, disputed=1)))
		self.assertTrue(self.outdated(owed(30, 1000), owed(6, 500, "B", promised=True)))

	def test_it_goes_when_a_new_one_would_be_held(self):
		for why in ({"unapplied": 1500}, {"held": True}, {"bank_line": "BT-1"}, {"no_contact": True}):
			with self.subTest(why=why):
				self.assertTrue(self.outdated(owed(30, 1500), **why))
