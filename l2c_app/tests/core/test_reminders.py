import unittest
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.reminders import (
	REMINDERS,
	STAGES,
	Channel,
	Times,
	bit,
	key,
	reached_since,
	spoken,
	stages,
	untold_masks,
)
from l2c_app.core.working_time import Calendar

DUE = datetime(2026, 6, 5, 10, 0)
TIMES = Times(
	before=timedelta(minutes=30),
	after=timedelta(hours=4),
	manager=timedelta(hours=24),
	pool_manager=timedelta(hours=72),
)
moments = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1))


def at(now, times=TIMES):
	return [channel.value for channel in stages(DUE, reached_since(times, now))]


class TestStages(unittest.TestCase):
	def test_worked_example_of_one_follow_up(self):
		self.assertEqual(at(datetime(2026, 6, 5, 9, 29)), [])
		self.assertEqual(at(datetime(2026, 6, 5, 9, 30)), ["Before"])
		self.assertEqual(at(DUE), ["Before", "At"])
		self.assertEqual(at(datetime(2026, 6, 5, 14)), ["Before", "At", "After"])
		self.assertEqual(at(datetime(2026, 6, 6, 10)), ["Before", "At", "After", "Manager"])
		self.assertEqual(at(datetime(2026, 6, 9)), ["Before", "At", "After", "Manager", "Pool Manager"])

	def test_business_hours_let_a_weekend_pass(self):
		days_off = frozenset({date(2026, 6, 6), date(2026, 6, 7)})
		office = Times(manager=timedelta(hours=9), calendar=Calendar(days_off, time(9), time(18)))
		self.assertEqual(at(datetime(2026, 6, 7, 23), office), ["At"])
		self.assertEqual(at(datetime(2026, 6, 8, 10), office), ["At", "Manager"])

	def test_stages_switched_off_never_come(self):
		silent = Times(at=None)
		self.assertEqual(at(datetime(2030, 1, 1), silent), [])

	@given(moments, moments)
	def test_time_only_adds_stages(self, one, other):
		first, last = sorted((one, other))
		self.assertLessEqual(set(at(first)), set(at(last)))


class TestSpoken(unittest.TestCase):
	def test_after_downtime_one_reminder_is_said_and_every_escalation(self):
		everything = [*REMINDERS, Channel.MANAGER, Channel.POOL_MANAGER]
		self.assertEqual(spoken(everything), [Channel.AFTER, Channel.MANAGER, Channel.POOL_MANAGER])
		self.assertEqual(spoken([Channel.BEFORE]), [Channel.BEFORE])
		self.assertEqual(spoken([]), [])


class TestBits(unittest.TestCase):
	@given(st.sampled_from(STAGES), st.integers(min_value=0, max_value=31))
	def test_the_masks_of_a_stage_are_those_without_its_bit(self, channel, mask):
		self.assertEqual(mask in untold_masks(channel), not mask & bit(channel))


class TestKey(unittest.TestCase):
	@given(moments, moments, st.sampled_from(Channel), st.sampled_from(Channel))
	def test_one_key_per_document_due_user_and_channel(self, due, other_due, channel, other_channel):
		one = key(("Follow Up", "FUP-1"), due, user="a@b.c", channel=channel)
		same = key(("Follow Up", "FUP-1"), other_due, user="a@b.c", channel=other_channel)
		self.assertEqual(one == same, (due, channel) == (other_due, other_channel))
		self.assertNotEqual(one, key(("Follow Up", "FUP-2"), due, user="a@b.c", channel=channel))
		self.assertNotEqual(one, key(("Follow Up", "FUP-1"), due, user="d@b.c", channel=channel))
