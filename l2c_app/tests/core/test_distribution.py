"""Even and weighted dealing: deterministic, complete, never over anybody's room."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.distribution import EVEN, WEIGHTED, Member, deal, shares

rooms = st.one_of(st.none(), st.integers(0, 12))
members = st.lists(st.tuples(st.integers(0, 5), rooms), max_size=8).map(
	lambda rows: [Member(f"user{place}", weight, room) for place, (weight, room) in enumerate(rows)]
)
methods = st.sampled_from([EVEN, WEIGHTED])


class TestDealing(unittest.TestCase):
	def test_worked_examples(self):
		self.assertEqual(shares(8, [Member("a", 3), Member("b", 1)], method=WEIGHTED), {"a": 6, "b": 2})
		self.assertEqual(shares(7, [Member("a"), Member("b"), Member("c")]), {"a": 3, "b": 2, "c": 2})
		self.assertEqual(shares(7, [Member("a", room=1), Member("b"), Member("c")]), {"a": 1, "b": 3, "c": 3})
		self.assertEqual(shares(5, []), {})

	def test_the_first_of_a_batch_are_spread_like_the_whole(self):
		dealt = list(deal(list("123456"), [Member("a"), Member("b"), Member("c")]).values())
		self.assertEqual(sorted(dealt[:3]), ["a", "b", "c"])

	@given(st.integers(0, 80), members, methods)
	def test_everything_that_fits_is_given_and_nobody_gets_too_much(
		self, total: int, people: list, method: str
	):
		given_ = shares(total, people, method=method)
		able = [person for person in people if method == EVEN or person.weight]
		limits = [person.room for person in able]
		room = total if None in limits else sum(limits)
		self.assertEqual(sum(given_.values()), min(total, room))
		for person in people:
			self.assertLessEqual(given_[person.user], total if person.room is None else person.room)
			self.assertTrue(person in able or not given_[person.user])

	@given(st.integers(0, 80), members)
	def test_even_differs_by_one_at_most_among_those_with_room(self, total: int, people: list):
		given_ = shares(total, people)
		open_ = [given_[p.user] for p in people if p.room is None or given_[p.user] < p.room]
		self.assertLessEqual(max(open_, default=0) - min(open_, default=0), 1)
		for person in people:  # who has no room left got no more than the others
			if open_ and given_[person.user] == person.room:
				self.assertLessEqual(given_[person.user], max(open_) + 1)

	@given(st.integers(0, 60), st.lists(st.integers(1, 9), min_size=1, max_size=6))
	def test_a_weighted_share_is_within_one_seat_per_member_of_its_quota(self, total: int, weights: list):
		people = [Member(f"user{place}", weight) for place, weight in enumerate(weights)]
		given_ = shares(total, people, method=WEIGHTED)
		for person in people:
			exact = total * person.weight / sum(weights)
			self.assertLess(abs(given_[person.user] - exact), len(weights) + 1)

	@given(st.lists(st.integers(0, 99), unique=True, max_size=40), members, methods)
	def test_dealing_is_deterministic_and_keeps_the_shares(self, numbers: list, people: list, method: str):
		seats = [str(number) for number in numbers]
		dealt = deal(seats, people, method=method)
		self.assertEqual(dealt, deal(seats, people, method=method))
		self.assertEqual(list(dealt), seats)
		wanted = shares(len(seats), people, method=method)
		for user, count in wanted.items():
			self.assertEqual(list(dealt.values()).count(user), count)
