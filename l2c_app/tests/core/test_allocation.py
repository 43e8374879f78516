"""The allocation of money to plan rows: its properties on random cases, and cases worked by hand."""

import unittest
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.allocation import Allocation, Link, Money, Row, Wish, allocate

FAMILIES, ORDERS = ["INV-1", "INV-2", "INV-3"], ["ORD-1", "ORD-2"]
AMOUNT = st.integers(0, 500)


@st.composite
def cases(draw: st.DrawFn) -> dict:
	"""Random contracts: rows with and without dates, shared and missing links, negative and excess money."""
	count = draw(st.integers(1, 6))
	due = st.none() | st.integers(0, 5).map(lambda days: date(2026, 1, 1) + timedelta(days))
	rows = [Row(f"R{i}", i, draw(AMOUNT), draw(due), draw(st.booleans())) for i in range(count)]
	ids = st.sampled_from([row.row_id for row in rows])
	money = st.builds(Money, st.integers(-100, 900), st.integers(-50, 300))
	return {
		"rows": rows,
		"links": draw(st.lists(st.builds(Link, st.sampled_from(FAMILIES), ids, AMOUNT), max_size=8)),
		"families": draw(st.dictionaries(st.sampled_from(FAMILIES), money)),
		"advances": draw(st.dictionaries(st.sampled_from(ORDERS), money)),
		"wishes": draw(
			st.lists(st.builds(Wish, st.sampled_from(FAMILIES + ORDERS), ids, AMOUNT), max_size=6)
		),
	}


def run(case: dict) -> Allocation:
	"""Allocate one case."""
	return allocate(
		case["rows"],
		case["links"],
		families=case["families"],
		advances=case["advances"],
		wishes=case["wishes"],
	)


def split(items: list, field: str) -> list:
	"""Cut every link or wish into two that add up to it."""
	halves = []
	for item in items:
		half = getattr(item, field) // 2
		halves += [replace(item, **{field: half}), replace(item, **{field: getattr(item, field) - half})]
	return halves


class TestProperties(unittest.TestCase):
	@given(cases())
	def test_every_unit_is_on_a_row_or_in_the_credit_balance(self, case: dict) -> None:
		result = run(case)
		pieces = [*case["families"].values(), *case["advances"].values()]
		placed = sum(result.settled(row.row_id) for row in case["rows"])
		self.assertEqual(placed + result.credit_balance, sum(max(0, piece.settled) for piece in pieces))

	@given(cases())
	def test_a_row_gets_between_nothing_and_its_net(self, case: dict) -> None:
		result = run(case)
		for row in case["rows"]:
			self.assertGreaterEqual(min(result.cash[row.row_id], result.non_cash[row.row_id]), 0)
			self.assertLessEqual(result.settled(row.row_id), row.net)
		self.assertGreaterEqual(result.credit_balance, 0)

	@given(cases(), st.randoms())
	def test_the_order_of_the_inputs_does_not_matter(self, case: dict, random: object) -> None:
		shuffled = {}
		for key, value in case.items():
			items = list(value.items()) if isinstance(value, dict) else list(value)
			random.shuffle(items)
			shuffled[key] = dict(items) if isinstance(value, dict) else items
		self.assertEqual(run(shuffled), run(case))

	@given(cases())
	def test_splitting_links_and_wishes_does_not_matter(self, case: dict) -> None:
		halves = {**case, "links": split(case["links"], "amount"), "wishes": split(case["wishes"], "amount")}
		self.assertEqual(run(halves), run(case))

	@given(cases(), st.sampled_from(FAMILIES + ORDERS), st.integers(1, 400), st.booleans())
	def test_adding_money_never_lowers_a_row(self, case: dict, name: str, more: int, is_cash: bool) -> None:
		side = "families" if name in FAMILIES else "advances"
		piece = case[side].get(name, Money(0))
		non_cash = piece.non_cash if is_cash else piece.non_cash + more
		richer = {**case, side: {**case[side], name: Money(piece.settled + more, non_cash)}}
		before, after = run(case), run(richer)
		for row in case["rows"]:
			self.assertGreaterEqual(after.settled(row.row_id), before.settled(row.row_id))

	@given(cases(), st.sampled_from(FAMILIES))
	def test_money_of_an_invoice_never_reaches_a_row_without_a_link_to_it(
		self, case: dict, name: str
	) -> None:
		alone = {**case, "families": {name: Money(10_000, 300)}, "advances": {}}
		result = run(alone)
		room = {row.row_id: 0 for row in case["rows"]}
		for link in case["links"]:
			room[link.row_id] += link.amount if link.family == name else 0
		for row in case["rows"]:
			self.assertEqual(result.settled(row.row_id), min(row.net, room[row.row_id]))

	@given(cases())
	def test_two_families_with_rows_of_their_own_do_not_touch_one_another(self, case: dict) -> None:
		rows = [replace(row, row_id=f"{name} {row.row_id}") for name in FAMILIES for row in case["rows"]]
		links = [replace(link, row_id=f"{link.family} {link.row_id}") for link in case["links"]]
		apart = {**case, "rows": rows, "links": links, "advances": {}, "wishes": []}
		whole = run(apart)
		for name, money in case["families"].items():
			alone = run({**apart, "families": {name: money}})
			for row in rows:
				if row.row_id.startswith(name):
					self.assertEqual(whole.settled(row.row_id), alone.settled(row.row_id))

	@given(cases())
	def test_cash_is_placed_before_what_was_not_cash(self, case: dict) -> None:
		cash_only = {
			**case,
			"families": {name: Money(money.placed_cash) for name, money in case["families"].items()},
			"advances": {},
		}
		with_non_cash = run({**case, "advances": {}})
		self.assertEqual(run(cash_only).cash, with_non_cash.cash)


class TestByHand(unittest.TestCase):
	"""1,000: R1 deposit 300 due 10 Jan, R2 500 due 15 Feb, R3 retention 200 without a date."""

	rows = (
		Row("R1", 1, 300, date(2026, 1, 10), True),
		Row("R2", 2, 500, date(2026, 2, 15)),
		Row("R3", 3, 200),
	)
	links = (Link("INV-1", "R1", 300), Link("INV-1", "R2", 500), Link("INV-2", "R3", 200))

	def place(self, families: dict, advances: dict, *wishes: Wish) -> tuple[dict, dict, int]:
		result = allocate(self.rows, self.links, families=families, advances=advances, wishes=wishes)
		return result.cash, result.non_cash, result.credit_balance

	def test_a_deposit_pays_the_advance_row(self) -> None:
		self.assertEqual(self.place({}, {"ORD-1": Money(300)})[0], {"R1": 300, "R2": 0, "R3": 0})

	def test_a_deposit_beyond_the_advance_row_pays_the_oldest(self) -> None:
		self.assertEqual(self.place({}, {"ORD-1": Money(900)})[0], {"R1": 300, "R2": 500, "R3": 100})

	def test_a_wish_steers_a_deposit_to_another_row(self) -> None:
		cash = self.place({}, {"ORD-1": Money(250)}, Wish("ORD-1", "R3", 200))[0]
		self.assertEqual(cash, {"R1": 50, "R2": 0, "R3": 200})

	def test_a_wish_steers_inside_the_invoice_only(self) -> None:
		wishes = Wish("INV-1", "R2", 400), Wish("INV-1", "R3", 100)
		cash, _, credit = self.place({"INV-1": Money(500)}, {}, *wishes)
		self.assertEqual((cash, credit), ({"R1": 100, "R2": 400, "R3": 0}, 0))

	def test_too_much_on_an_invoice_is_a_credit_balance_and_not_the_next_row(self) -> None:
		cash, _, credit = self.place({"INV-1": Money(850)}, {})
		self.assertEqual((cash, credit), ({"R1": 300, "R2": 500, "R3": 0}, 50))

	def test_a_write_off_closes_what_cash_left_open(self) -> None:
		cash, non_cash, credit = self.place({"INV-1": Money(800, 20), "INV-2": Money(50)}, {})
		self.assertEqual(cash, {"R1": 300, "R2": 480, "R3": 50})
		self.assertEqual((non_cash, credit), ({"R1": 0, "R2": 20, "R3": 0}, 0))

	def test_a_refund_beyond_what_was_paid_takes_nothing_from_rows(self) -> None:
		self.assertEqual(self.place({"INV-1": Money(-100), "INV-2": Money(200)}, {})[0]["R3"], 200)
