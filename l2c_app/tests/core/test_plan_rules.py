"""Splitting a total into plan rows, references between rows, due dates."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import plan
from l2c_app.core.money import from_minor, precision_unit, split_by_weights
from l2c_app.core.plan import DueRule, PlanError, PlanRow

CENT = Decimal("0.01")
UNITS = st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal(1), Decimal("0.001")])


def percent_rows(*percents: str) -> list[PlanRow]:
	return [PlanRow(f"R{i}", percent=Decimal(p)) for i, p in enumerate(percents, 1)]


class TestSplit(unittest.TestCase):
	def code(self, function, *args, **kwargs) -> PlanError:
		with self.assertRaises(PlanError) as caught:
			function(*args, **kwargs)
		return caught.exception

	def test_percents_share_the_total_to_the_cent(self) -> None:
		got = plan.split(Decimal("100.01"), percent_rows("30", "30", "40"), CENT)
		self.assertEqual(got, [Decimal("30.00"), Decimal("30.00"), Decimal("40.01")])

	def test_yen_rows_are_whole_and_the_residue_of_the_total_lands_on_one_row(self) -> None:
		got = plan.split(Decimal("33333.33"), percent_rows("30", "70"), Decimal(1))
		self.assertEqual(got, [Decimal(10000), Decimal("23333.33")])

	def test_francs_are_split_in_five_centimes(self) -> None:
		got = plan.split(Decimal("33.40"), percent_rows("33.333", "33.333", "33.334"), Decimal("0.05"))
		self.assertEqual(got, [Decimal("11.15"), Decimal("11.10"), Decimal("11.15")])

	def test_amounts_and_percents_mix(self) -> None:
		rows = [PlanRow("R1", amount=Decimal("123.45")), *percent_rows("0", "75.31")[1:]]
		self.assertEqual(plan.split(Decimal("500"), rows, CENT), [Decimal("123.45"), Decimal("376.55")])

	def test_wrong_sums_name_the_difference_and_the_rows(self) -> None:
		rows = [PlanRow("R1", amount=Decimal(300)), PlanRow("R2", amount=Decimal(600))]
		error = self.code(plan.split, Decimal(1000), rows, CENT)
		self.assertEqual((error.code, error.difference, error.rows), ("sum", Decimal(100), ("R1", "R2")))
		error = self.code(plan.split, Decimal(1000), percent_rows("30", "60"), CENT)
		self.assertEqual((error.code, error.difference), ("sum", Decimal(100)))
		self.assertEqual(self.code(plan.split, Decimal(1000), [], CENT).code, "sum")

	def test_zero_negative_and_unpayable_rows_are_refused(self) -> None:
		for amount, code in ((Decimal(0), "zero_row"), (Decimal(-5), "negative_row")):
			rows = [PlanRow("R1", amount=Decimal(100)), PlanRow("R2", amount=amount)]
			error = self.code(plan.split, Decimal(100), rows, CENT)
			self.assertEqual((error.code, error.rows), (code, ("R2",)))
		tiny = self.code(plan.split, Decimal("0.02"), percent_rows("1", "99"), CENT)
		self.assertEqual((tiny.code, tiny.rows), ("zero_row", ("R1",)))
		halves = [PlanRow("R1", amount=Decimal("50.5")), PlanRow("R2", amount=Decimal("49.5"))]
		self.assertEqual(self.code(plan.split, Decimal(100), halves, Decimal(1)).code, "fraction")

	def test_rows_that_stay_may_be_below_a_coin(self) -> None:
		"""An invoice of 50.26 instead of 50.25 took a centime of the last row; one more row may carry a remainder."""
		rows = [
			PlanRow(f"R{i}", amount=Decimal(amount)) for i, amount in enumerate(("50.26", "100.25", "389.99"))
		]
		coin, total = Decimal("0.05"), Decimal("540.50")
		self.assertEqual(self.code(plan.split, total, rows, coin).rows, ("R0", "R2"))
		self.assertEqual(plan.split(total, rows, coin, kept=["R0"]), [row.amount for row in rows])
		rows[1] = PlanRow("R1", amount=Decimal("100.24"))
		rows[2] = PlanRow("R2", amount=Decimal("390.00"))
		self.assertEqual(plan.split(total, rows, coin, kept=["R0"])[1], Decimal("100.24"))

	@given(st.integers(1000, 10**12), st.lists(st.integers(1, 400), min_size=1, max_size=12), UNITS)
	def test_rows_always_add_up(self, minor: int, weights: list[int], unit: Decimal) -> None:
		percents = [from_minor(p, CENT) for p in split_by_weights(10000, weights)]
		total = from_minor(minor, CENT) * 1000
		rows = [PlanRow(f"R{i}", percent=p) for i, p in enumerate(percents)]
		if not all(percents):
			return
		got = plan.split(total, rows, unit)
		self.assertEqual(sum(got), total)
		self.assertLessEqual(sum(1 for amount in got if amount % unit), 1)
		self.assertEqual(got, plan.split(total, rows, unit))

	@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=12))
	def test_typed_amounts_are_kept(self, minors: list[int]) -> None:
		rows = [PlanRow(f"R{i}", amount=from_minor(m, CENT)) for i, m in enumerate(minors)]
		total = from_minor(sum(minors), CENT)
		self.assertEqual(plan.split(total, rows, CENT), [row.amount for row in rows])
		off = self.code(plan.split, total + CENT, rows, CENT)
		self.assertEqual((off.code, off.difference), ("sum", CENT))


class TestReferences(unittest.TestCase):
	def test_row_ids_never_come_back(self) -> None:
		self.assertEqual(plan.next_row_ids(["R1", "R7", "x"], 2), ["R8", "R9"])
		self.assertEqual(plan.next_row_ids([], 1), ["R1"])

	def test_rows_follow_their_chain_to_the_row_with_the_invoice(self) -> None:
		rows = [
			PlanRow("R1", billing=plan.ADVANCE),
			PlanRow("R2"),
			PlanRow("R3", billing=plan.WITH_ROW, with_row="R2"),
			PlanRow("R4", billing=plan.WITH_ROW, with_row="R3"),
		]
		self.assertEqual(plan.billed_by(rows), {"R2": "R2", "R3": "R2", "R4": "R2"})

	def test_wrong_references_are_refused(self) -> None:
		advance, own = PlanRow("R1", billing=plan.ADVANCE), PlanRow("R2")
		cases = {
			"with_unknown": [own, PlanRow("R3", billing=plan.WITH_ROW, with_row="R9")],
			"with_advance": [advance, own, PlanRow("R3", billing=plan.WITH_ROW, with_row="R1")],
			"cycle": [
				own,
				PlanRow("R3", billing=plan.WITH_ROW, with_row="R4"),
				PlanRow("R4", billing=plan.WITH_ROW, with_row="R3"),
			],
			"no_invoice": [advance],
			"duplicate_id": [own, own],
		}
		for code, rows in cases.items():
			with self.subTest(code), self.assertRaises(PlanError) as caught:
				plan.billed_by(rows)
			self.assertEqual(caught.exception.code, code)


class TestDueGroups(unittest.TestCase):
	TODAY = date(2026, 3, 1)

	def groups(self, *rows: tuple) -> list[tuple[str, str]]:
		"""Rows as (id, with row, days from today or None, what is left to bill)."""
		found = [
			plan.OpenRow(
				row_id,
				plan.WITH_ROW if with_row else plan.OWN_INVOICE,
				with_row,
				None if days is None else self.TODAY + timedelta(days=days),
				Decimal(left),
			)
			for row_id, with_row, days, left in rows
		]
		return [(group.root, group.named) for group in plan.due_groups(found, self.TODAY)]

	def test_one_for_each_invoice_on_its_own_date(self) -> None:
		rows = [("R1", "", 0, 900), ("R2", "R1", 365, 100), ("R3", "", 1, 50), ("R4", "", None, 50)]
		self.assertEqual(self.groups(*rows), [("R1", "R1")])

	def test_a_row_with_another_is_due_by_itself_once_that_is_billed(self) -> None:
		self.assertEqual(self.groups(("R1", "", -9, 0), ("R2", "R1", 365, 100)), [("R1", "R2")])
		self.assertEqual(self.groups(("R1", "", 9, 0), ("R2", "R1", -5, 100)), [])
		chain = [("R1", "", -9, 0), ("R2", "R1", 365, 0), ("R3", "R2", None, 10)]
		self.assertEqual(self.groups(*chain), [("R1", "R3")])

	def test_advances_and_broken_chains_are_left_out(self) -> None:
		self.assertEqual(
			plan.due_groups([plan.OpenRow("R1", plan.ADVANCE, "", self.TODAY, Decimal(9))], self.TODAY), []
		)
		self.assertEqual(self.groups(("R1", "R2", -1, 5), ("R2", "R1", -1, 5), ("R3", "R9", -1, 5)), [])


class TestDueDates(unittest.TestCase):
	def test_months_then_days_then_end_of_month(self) -> None:
		events = {"Order": date(2026, 1, 15), "Invoice": date(2026, 1, 31)}
		due = [
			(DueRule("Order", offset_months=1, offset_days=20), date(2026, 3, 7)),
			(DueRule("Order", offset_months=1, offset_days=20, end_of_month=True), date(2026, 3, 31)),
			(DueRule("Invoice", offset_months=1), date(2026, 2, 28)),
			(DueRule("Invoice", offset_months=1, end_of_month=True), date(2026, 2, 28)),
			(DueRule("Invoice", offset_months=25), date(2028, 2, 29)),
			(DueRule("Order", offset_days=30, after_month_end=True), date(2026, 3, 2)),
			(DueRule("Order", offset_months=1, offset_days=1, after_month_end=True), date(2026, 3, 1)),
			(DueRule("Delivery", offset_days=30), None),
			(DueRule("Order", offset_days=-20), date(2025, 12, 26)),
			(DueRule(plan.FIXED_DATE, fixed_date=date(2026, 5, 1), end_of_month=True), date(2026, 5, 1)),
		]
		for rule, expected in due:
			with self.subTest(rule):
				self.assertEqual(plan.due_date(rule, events), expected)

	@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 120), st.integers(0, 400))
	def test_later_offsets_are_never_due_earlier(self, event: date, months: int, days: int) -> None:
		def due(**rule: int) -> date:
			return plan.due_date(DueRule("Order", **rule), {"Order": event})

		base = due(offset_months=months, offset_days=days)
		self.assertLessEqual(base, due(offset_months=months + 1, offset_days=days))
		self.assertEqual(due(offset_months=months, offset_days=days + 1) - base, timedelta(days=1))
		end = due(offset_months=months, offset_days=days, end_of_month=True)
		self.assertTrue(base <= end and (end + timedelta(days=1)).day == 1)


class TestUnits(unittest.TestCase):
	def test_the_unit_of_three_digits_is_a_mil(self) -> None:
		got = plan.split(Decimal("10.001"), percent_rows("50", "50"), precision_unit(3))
		self.assertEqual(sum(got), Decimal("10.001"))
