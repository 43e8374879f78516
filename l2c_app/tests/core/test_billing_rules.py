"""What each invoice bills: worked examples and the properties that keep invoices equal to the order."""

import unittest
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import billing
from l2c_app.core.billing import BillRow

CENT = Decimal("0.01")
DAY = date(2026, 1, 10)


@st.composite
def plans(draw) -> list[BillRow]:
	amounts = draw(st.lists(st.integers(1, 10**7), min_size=1, max_size=7))
	rows, roots = [], []
	for i, amount in enumerate(amounts):
		kind = draw(st.sampled_from(["own", "advance", "with"]))
		if not roots or kind == "own":
			root = f"R{i}"
			roots.append(root)
		else:
			root = draw(st.sampled_from(roots)) if kind == "with" else ""
		rows.append(BillRow(f"R{i}", amount, root))
	return rows


def bill(rows: list[BillRow], root: str, *, recoup: str, off: int = 0) -> tuple[list[BillRow], int]:
	"""Bill one row as the service does, the host's invoice being `off` from the wanted total."""
	wanted = billing.bill_of(root, rows, recoup=recoup)
	left = sum(row.to_bill for row in rows)
	got = wanted.total if wanted.total == left else wanted.total + off
	rows = billing.take_figure(rows, wanted, root=root, got=got)
	parts = dict(wanted.parts)
	if got != wanted.total:
		parts[root] += got - wanted.total
	billed = [
		BillRow(r.row_id, r.amount, r.root, r.billed + parts.get(r.row_id, 0), r.waived, r.due_date)
		for r in rows
	]
	return billed, got


class TestBillOfARow(unittest.TestCase):
	def test_a_deposit_is_billed_in_the_first_invoice(self) -> None:
		rows = [BillRow("R1", 300), BillRow("R2", 400, "R2"), BillRow("R3", 300, "R3")]
		first = billing.bill_of("R2", rows, recoup=billing.RECOUP_FIRST)
		self.assertEqual((first.total, first.advances, first.parts), (700, 300, {"R1": 300, "R2": 400}))
		rows, _ = bill(rows, "R2", recoup=billing.RECOUP_FIRST)
		self.assertEqual(billing.bill_of("R3", rows, recoup=billing.RECOUP_FIRST).total, 300)

	def test_advances_pro_rata_and_last(self) -> None:
		rows = [BillRow("R1", 100), BillRow("R2", 600, "R2"), BillRow("R3", 300, "R3")]
		totals = {}
		for recoup in (billing.RECOUP_PRO_RATA, billing.RECOUP_LAST):
			state, first = bill(rows, "R2", recoup=recoup)
			_, second = bill(state, "R3", recoup=recoup)
			totals[recoup] = (first, second)
		self.assertEqual(totals, {"Pro Rata": (667, 333), "Last": (600, 400)})

	def test_retention_is_billed_with_its_row_and_never_again(self) -> None:
		rows = [BillRow("R1", 900, "R1"), BillRow("R2", 100, "R1")]
		rows, got = bill(rows, "R1", recoup=billing.RECOUP_FIRST)
		self.assertEqual(got, 1000)
		self.assertEqual(billing.bill_of("R1", rows, recoup=billing.RECOUP_FIRST).parts, {})

	def test_a_missed_cent_moves_to_the_last_unbilled_row(self) -> None:
		rows = [BillRow("R1", 333, "R1"), BillRow("R2", 333, "R2"), BillRow("R3", 334, "R3")]
		rows, got = bill(rows, "R1", recoup=billing.RECOUP_FIRST, off=-1)
		self.assertEqual((got, [row.amount for row in rows]), (332, [332, 333, 335]))

	@given(
		plans(),
		st.sampled_from([billing.RECOUP_FIRST, billing.RECOUP_PRO_RATA, billing.RECOUP_LAST]),
		st.randoms(),
		st.integers(-2, 2),
	)
	def test_invoices_add_up_to_the_order_in_any_order(self, rows, recoup, random, off) -> None:
		total = sum(row.amount for row in rows)
		roots = list({row.root for row in rows if row.root})
		random.shuffle(roots)
		billed = 0
		for root in roots:
			rows, got = bill(rows, root, recoup=recoup, off=off)
			billed += got
			self.assertEqual(sum(row.amount for row in rows), total)
		# a last row that is too small to take the cents leaves them visible, it never loses them
		self.assertEqual(
			billed + sum(row.to_bill for row in rows),
			total + sum(max(0, row.billed - row.amount) for row in rows),
		)
		if off == 0:
			self.assertEqual(billed, total)
			self.assertTrue(all(row.billed == row.amount for row in rows))


class TestPlacing(unittest.TestCase):
	def test_native_invoices_bill_the_oldest_rows_first(self) -> None:
		rows = [BillRow("R1", 300, "R1"), BillRow("R2", 500, "R2", due_date=DAY), BillRow("R3", 200, "R3")]
		self.assertEqual(billing.place_oldest_first(600, rows), {"R2": 500, "R1": 100})
		self.assertEqual(billing.place_oldest_first(600, rows, first=["R3"]), {"R3": 200, "R2": 400})
		self.assertEqual(billing.place_oldest_first(1100, rows), {"R2": 500, "R1": 300, "R3": 300})

	@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6), st.integers(1, 10**7))
	def test_an_invoice_is_placed_in_full(self, amounts: list[int], total: int) -> None:
		rows = [BillRow(f"R{i}", amount, f"R{i}") for i, amount in enumerate(amounts)]
		self.assertEqual(sum(billing.place_oldest_first(total, rows).values()), total)


class TestLines(unittest.TestCase):
	@given(
		st.lists(st.integers(0, 10**8), min_size=1, max_size=6).filter(any),
		st.lists(st.integers(1, 1000), min_size=1, max_size=6),
	)
	def test_line_shares_empty_the_lines_exactly(self, lines: list[int], weights: list[int]) -> None:
		remaining, outstanding = list(lines), sum(weights)
		for weight in weights:
			shares = billing.share_of(remaining, weight, outstanding=outstanding)
			self.assertTrue(all(0 <= share <= left for share, left in zip(shares, remaining, strict=True)))
			remaining = [left - share for left, share in zip(remaining, shares, strict=True)]
			outstanding -= weight
		self.assertEqual(remaining, [0] * len(lines))

	@given(st.integers(1, 10**8), st.integers(1, 500), st.integers(1, 10**6), st.booleans())
	def test_quantity_times_rate_is_the_share(self, share: int, ordered: int, rate: int, whole: bool) -> None:
		quantity, price = billing.quantity_and_rate(
			share,
			ordered=Decimal(ordered),
			rate=rate * CENT,
			whole=whole,
			unit=CENT,
			quantity_step=Decimal("0.001"),
		)
		self.assertEqual(quantity * price, share * CENT)
		self.assertEqual(price % CENT, 0)
		if whole:
			self.assertIn(quantity, (Decimal(ordered), Decimal(1)))

	def test_hours_keep_their_rate(self) -> None:
		got = billing.quantity_and_rate(
			15000,
			ordered=Decimal(10),
			rate=Decimal(50),
			whole=False,
			unit=CENT,
			quantity_step=Decimal("0.001"),
		)
		self.assertEqual(got, (Decimal(3), Decimal(50)))

	@given(st.integers(100, 10**9), st.integers(1, 3000))
	def test_guessing_comes_within_one_unit_of_a_taxed_total(self, wanted: int, rate: int) -> None:
		def host(lines: int) -> int:
			return lines + (lines * rate + 5000) // 10000

		lines = wanted * 10000 // (10000 + rate)
		best = abs(host(lines) - wanted)
		for _attempt in range(4):
			lines = billing.next_guess(lines, wanted=wanted, got=host(lines))
			best = min(best, abs(host(lines) - wanted))
		self.assertLessEqual(best, 1)


class TestSchedule(unittest.TestCase):
	def test_one_row_for_each_date_after_the_advances(self) -> None:
		later = date(2026, 2, 15)
		parts = [(date(2025, 12, 1), 3000), (later, 4000), (later, 1000), (None, 500)]
		got = billing.invoice_schedule(parts, pulled=3000, posting_date=DAY)
		self.assertEqual(got, [(later, 5500)])
		got = billing.invoice_schedule(parts, pulled=1000, posting_date=DAY)
		self.assertEqual(got, [(DAY, 2000), (later, 5500)])

	def test_pulled_advances_stop_at_the_share(self) -> None:
		self.assertEqual(billing.pull_advances([2000, 77, 5000], 3000), [2000, 77, 923])
