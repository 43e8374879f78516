"""The seat's state machine: every legal move keeps the invariants, every other one is refused."""

import unittest
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.seats import Event, IllegalMove, Seat, State, apply

NOW = datetime(2026, 6, 1, 9, 30)
LEGAL = {
	(None, Event.ADMIT),
	(State.AVAILABLE, Event.CLAIM),
	(State.AVAILABLE, Event.ASSIGN),
	(State.HELD, Event.TRANSFER),
	(State.HELD, Event.RELEASE),
	(State.HELD, Event.RECYCLE),
	(State.AVAILABLE, Event.CONVERT),
	(State.HELD, Event.CONVERT),
	(State.AVAILABLE, Event.CLOSE),
	(State.HELD, Event.CLOSE),
	(State.CLOSED, Event.REOPEN),
	(State.CONVERTED, Event.REOPEN),
}
TAKES_HOLDER = (Event.CLAIM, Event.ASSIGN, Event.TRANSFER)


def seat(state: State | None) -> Seat:
	"""Return a sound seat in a state."""
	if state is State.HELD:
		return Seat(state, "ann", NOW, date(2026, 6, 30), 3)
	return Seat(state, version=3)


class TestTransitions(unittest.TestCase):
	def test_exactly_the_table_is_legal(self):
		for state in (None, *State):
			for event in Event:
				holder = "bob" if event in TAKES_HOLDER else None
				with self.subTest(state=state, event=event):
					if (state, event) in LEGAL:
						after = apply(seat(state), event, now=NOW, holder=holder)
						self.assertIsNone(after.broken_invariant())
						self.assertEqual(after.version, 4)
					else:
						with self.assertRaises(IllegalMove):
							apply(seat(state), event, now=NOW, holder=holder)

	def test_admission_with_and_without_holder(self):
		self.assertEqual(apply(Seat(), Event.ADMIT, now=NOW).state, State.AVAILABLE)
		self.assertEqual(apply(Seat(), Event.ADMIT, now=NOW, holder="ann").state, State.HELD)

	def test_a_transfer_restarts_the_clock_and_ends_the_protection(self):
		later = datetime(2026, 6, 2)
		after = apply(seat(State.HELD), Event.TRANSFER, now=later, holder="bob")
		self.assertEqual((after.holder, after.claimed_on, after.protected_until), ("bob", later, None))

	def test_holders_where_they_belong(self):
		for state, event, holder in (
			(State.AVAILABLE, Event.CLAIM, None),
			(State.HELD, Event.RELEASE, "bob"),
			(State.HELD, Event.TRANSFER, "ann"),
		):
			with self.subTest(event=event), self.assertRaises(IllegalMove):
				apply(seat(state), event, now=NOW, holder=holder)

	@given(
		st.lists(st.tuples(st.sampled_from(list(Event)), st.sampled_from([None, "ann", "bob"])), max_size=40)
	)
	def test_no_chain_of_events_breaks_an_invariant(self, chain: list):
		now, moves = Seat(), 0
		for event, holder in chain:
			try:
				now = apply(now, event, now=NOW, holder=holder)
				moves += 1
			except IllegalMove:
				continue
			self.assertIsNone(now.broken_invariant())
		self.assertEqual(now.version, moves)
