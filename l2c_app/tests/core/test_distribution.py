"""Dealing: deterministic, complete, never over anybody's room, whatever the method."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.distribution import (
	ALL_HELD_IT,
	EVEN,
	HELD_IT_BEFORE,
	LEAST_LOAD,
	NO_ROOM,
	NOBODY_TAKES_IT,
	RANDOM,
	ROUND_ROBIN,
	WEIGHTED,
	Gift,
	Member,
	capacity_room,
	deal,
	last_served,
	shares,
)

rooms = st.one_of(st.none(), st.integers(0, 12))
members = st.lists(st.tuples(st.integers(0, 5), rooms, st.integers(0, 9)), max_size=8).map(
	lambda rows: [Member(f"user{place}", *row) for place, row in enumerate(rows)]
)
methods = st.sampled_from([EVEN, WEIGHTED, ROUND_ROBIN, RANDOM, LEAST_LOAD])
STORED_DRAW = "bccacbba"
ABC = [Member("a"), Member("b"), Member("c")]


def users(gifts: dict[str, Gift]) -> str:
	"""Return the receivers in order, a dash for nobody."""
	return "".join(gift.user or "-" for gift in gifts.values())


class TestDealing(unittest.TestCase):
	def test_worked_examples(self):
		self.assertEqual(shares(8, [Member("a", 3), Member("b", 1)], method=WEIGHTED), {"a": 6, "b": 2})
		self.assertEqual(shares(7, ABC), {"a": 3, "b": 2, "c": 2})
		self.assertEqual(shares(7, [Member("a", room=1), Member("b"), Member("c")]), {"a": 1, "b": 3, "c": 3})
		self.assertEqual(shares(5, []), {})

	def test_round_robin_goes_on_behind_who_was_served_last(self):
		first = deal("1234", ABC, method=ROUND_ROBIN)
		self.assertEqual(users(first), "abca")
		self.assertEqual(users(deal("56", ABC, method=ROUND_ROBIN, after=last_served(first))), "bc")
		self.assertEqual(users(deal("56", ABC, method=ROUND_ROBIN, after="bb")), "ca")
		self.assertEqual(users(deal("56", ABC, method=ROUND_ROBIN, after="z")), "ab")

	def test_least_load_fills_up_who_holds_least(self):
		busy = [Member("a", held=3), Member("b", held=1), Member("c", held=2)]
		self.assertEqual(users(deal("12345", busy, method=LEAST_LOAD)), "bbcab")

	def test_a_random_draw_replays_from_its_seed_and_only_from_it(self):
		seats = [str(number) for number in range(40)]
		draw = deal(seats, ABC, method=RANDOM, seed="2026-06-01")
		self.assertEqual(draw, deal(seats, list(reversed(ABC)), method=RANDOM, seed="2026-06-01"))
		self.assertNotEqual(draw, deal(seats, ABC, method=RANDOM, seed="2026-06-02"))
		self.assertEqual(list(draw), seats)

	def test_a_stored_random_draw_of_another_version_of_python_is_the_same(self):
		self.assertEqual(users(deal("12345678", ABC, method=RANDOM, seed="stored")), STORED_DRAW)

	def test_former_holders_are_passed_over_and_keep_their_place(self):
		barred = {"1": {"a"}, "2": {"a", "b", "c"}}
		self.assertEqual(users(deal("123", ABC, barred=barred, repeat=False)), "b-a")
		given_again = deal("123", ABC, barred=barred)
		self.assertEqual((users(given_again), given_again["2"].note), ("bac", HELD_IT_BEFORE))
		self.assertEqual(deal("2", ABC, barred=barred, repeat=False)["2"], Gift(None, ALL_HELD_IT))
		self.assertEqual(deal("2", [Member("a", room=0)], barred=barred)["2"], Gift(None, NO_ROOM))

	def test_the_first_of_a_batch_are_spread_like_the_whole(self):
		for method in (EVEN, ROUND_ROBIN, LEAST_LOAD):
			self.assertEqual(sorted(users(deal("123456", ABC, method=method))[:3]), ["a", "b", "c"])

	@given(st.integers(0, 80), members, methods)
	def test_everything_that_fits_is_given_and_nobody_gets_too_much(
		self, total: int, people: list, method: str
	):
		dealt = deal([str(number) for number in range(total)], people, method=method, seed="x")
		counts = {person.user: 0 for person in people}
		for gift in dealt.values():
			if gift.user:
				counts[gift.user] += 1
		able = [person for person in people if method != WEIGHTED or person.weight]
		limits = [person.room for person in able]
		room = total if None in limits else sum(limits)
		self.assertEqual(sum(counts.values()), min(total, room))
		for person in people:
			self.assertLessEqual(counts[person.user], total if person.room is None else person.room)
			self.assertTrue(person in able or not counts[person.user])

	@given(st.integers(0, 80), members, st.sampled_from([EVEN, ROUND_ROBIN, RANDOM]))
	def test_an_even_draw_differs_by_one_at_most_among_those_with_room(
		self, total: int, people: list, method: str
	):
		dealt = [gift.user for gift in deal(range(total), people, method=method, seed="x").values()]
		counts = {person.user: dealt.count(person.user) for person in people}
		open_ = [counts[p.user] for p in people if p.room is None or counts[p.user] < p.room]
		self.assertTrue(not open_ or max(counts.values()) - min(open_) <= 1)

	@given(st.integers(1, 60), st.integers(2, 6))
	def test_weights_are_kept_to_less_than_one_seat(self, total: int, ratio: int):
		given_ = shares(total, [Member("a", ratio), Member("b", 1)], method=WEIGHTED)
		self.assertLess(abs(given_["a"] - total * ratio / (ratio + 1)), 1.0)

	@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 6))
	def test_a_round_robin_cut_in_two_is_the_one_dealt_whole(self, first: int, second: int, count: int):
		people = [Member(chr(97 + place)) for place in range(count)]
		seats = list(range(first + second))
		whole = deal(seats, people, method=ROUND_ROBIN)
		start = deal(seats[:first], people, method=ROUND_ROBIN)
		rest = deal(seats[first:], people, method=ROUND_ROBIN, after=last_served(start))
		self.assertEqual({**start, **rest}, whole)

	@given(st.integers(1, 40), members, methods, st.data())
	def test_without_repeat_no_former_holder_gets_the_seat(
		self, total: int, people: list, method: str, data: st.DataObject
	):
		names = [person.user for person in people]
		former = st.sets(st.sampled_from(names)) if names else st.just(set())
		barred = {number: data.draw(former) for number in range(total)}
		for seat, gift in deal(range(total), people, method=method, barred=barred, repeat=False).items():
			self.assertNotIn(gift.user, barred[seat])


class TestCapacity(unittest.TestCase):
	def test_a_share_a_day_and_never_more_than_the_whole(self):
		for capacity, last_day, last_days, room in (
			(0, 99, 999, None),
			(30, 0, 0, 1),
			(30, 1, 1, 0),
			(45, 0, 0, 2),  # 1.5 a day, rounded half up
			(45, 1, 44, 1),
			(45, 0, 45, 0),
			(10, 0, 9, 1),  # a third of a seat a day is one, until the tenth
			(10, 0, 10, 0),
			(300, 4, 4, 6),
			(300, 12, 12, 0),
		):
			with self.subTest(capacity=capacity, last_day=last_day, last_days=last_days):
				self.assertEqual(capacity_room(capacity, last_day=last_day, last_days=last_days), room)


class TestWhatMembersTake(unittest.TestCase):
	def test_nobody_gets_what_he_does_not_take_not_even_as_a_repeat(self):
		shut = {"s1": {"a"}, "s2": {"a", "b", "c"}, "s3": {"a", "b"}}
		dealt = deal(["s1", "s2", "s3"], ABC, shut=shut, barred={"s3": {"c"}})
		self.assertEqual(dealt["s1"], Gift("b"))
		self.assertEqual(dealt["s2"], Gift(None, NOBODY_TAKES_IT))
		self.assertEqual(dealt["s3"], Gift("c", HELD_IT_BEFORE))
		strict = deal(["s3"], ABC, shut=shut, barred={"s3": {"c"}}, repeat=False)
		self.assertEqual(strict["s3"], Gift(None, ALL_HELD_IT))
