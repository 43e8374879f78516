"""The figures of a contract: the identities on random ledgers, and the ten-step example worked by hand."""

import unittest
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.facts import (
	ADVANCE,
	CASH,
	NON_CASH,
	REFUND,
	Ask,
	Billing,
	Entry,
	Facts,
	Invoice,
	PlanRow,
)
from l2c_app.core.position import Position, position, violations

TODAY = date(2026, 3, 1)
PLAN = (
	PlanRow("R1", 1, 3000, due=date(2026, 1, 10), is_advance=True),
	PlanRow("R2", 2, 5000, due=date(2026, 2, 15)),
	PlanRow("R3", 3, 2000, due=date(2026, 12, 31)),
)
FIRST = (Billing("R1", "SI-1", 3000), Billing("R2", "SI-1", 5000))


def entry(number: int, target: str, amount: int, rate: float = 0, **more: object) -> Entry:
	"""A payment's effect on an invoice or order, at a rate to company currency."""
	return Entry("Payment Entry", f"PE-{number}", target, amount, base_cash=round(amount * rate), **more)


def invoices(facts: Facts) -> tuple[Invoice, ...]:
	"""The invoices with the open amount that their entries leave."""
	paid = {invoice.name: 0 for invoice in facts.invoices}
	for item in facts.entries:
		if item.target in paid:
			paid[item.target] += item.amount
	return tuple(replace(invoice, open=invoice.total - paid[invoice.name]) for invoice in facts.invoices)


def settle(facts: Facts) -> Facts:
	"""Facts with open amounts in step with the entries, as a ledger has them."""
	return replace(facts, invoices=invoices(facts))


@st.composite
def ledgers(draw: st.DrawFn) -> Facts:
	"""Random contracts billed by links that add up to each invoice, with payments, write-offs and refunds."""
	amounts = draw(st.lists(st.integers(1, 500), min_size=1, max_size=5))
	days = st.none() | st.dates(date(2026, 2, 20), date(2026, 3, 10))
	rows = tuple(
		PlanRow(f"R{i}", i, amount, draw(st.integers(0, amount // 3)), draw(days), draw(st.booleans()))
		for i, amount in enumerate(amounts)
	)
	billing, documents = [], []
	for number in range(draw(st.integers(0, 3))):
		shares = [Billing(row.row_id, f"SI-{number}", draw(st.integers(0, row.amount))) for row in rows]
		total = sum(share.amount for share in shares)
		billing += shares
		documents.append(Invoice(f"SI-{number}", f"SI-{number}", total, total))
		if total and draw(st.booleans()):
			back = -draw(st.integers(1, total))
			documents.append(Invoice(f"CN-{number}", f"SI-{number}", back, back, draw(st.booleans())))
	targets = [item.name for item in documents] + ["SO-1"]
	entries = []
	for number in range(draw(st.integers(0, 6))):
		target, amount = draw(st.sampled_from(targets)), draw(st.integers(-100, 400))
		kind = ADVANCE if target == "SO-1" else draw(st.sampled_from([CASH, NON_CASH]))
		lost = amount if kind == NON_CASH else draw(st.integers(0, 5))
		entries.append(entry(number, target, amount, 1.1, kind=kind, non_cash=lost))
	asks = tuple(
		Ask("Payment Entry", f"PE-{draw(st.integers(0, 5))}", row.row_id, draw(st.integers(0, 300)))
		for row in rows
		if draw(st.booleans())
	)
	total = sum(amounts)
	return settle(Facts(total, rows, tuple(billing), tuple(documents), tuple(entries), asks))


class TestIdentities(unittest.TestCase):
	@given(ledgers())
	def test_rows_and_contract_agree_whatever_the_ledger_says(self, facts: Facts) -> None:
		found = [item for item in violations(facts, position(facts, TODAY)) if "billed" not in item.identity]
		self.assertEqual(found, [])

	@given(ledgers())
	def test_no_figure_of_a_row_is_negative(self, facts: Facts) -> None:
		for row in position(facts, TODAY).rows:
			figures = (
				row.credited,
				row.settled,
				row.collected,
				row.written_off,
				row.open,
				row.due,
				row.overdue,
			)
			self.assertGreaterEqual(min(*figures, row.overdue_billed), 0)
			self.assertLessEqual(row.overdue_billed, row.overdue)
			self.assertLessEqual(row.overdue, row.due)

	@given(ledgers(), st.randoms())
	def test_neither_order_nor_splitting_of_entries_matters(self, facts: Facts, random: object) -> None:
		pieces = []
		for item in facts.entries:
			half = replace(
				item, amount=item.amount // 2, non_cash=item.non_cash // 2, base_cash=item.base_cash // 2
			)
			rest = replace(
				item,
				amount=item.amount - half.amount,
				non_cash=item.non_cash - half.non_cash,
				base_cash=item.base_cash - half.base_cash,
			)
			pieces += [half, rest]
		random.shuffle(pieces)
		self.assertEqual(position(replace(facts, entries=tuple(pieces)), TODAY), position(facts, TODAY))

	@given(ledgers(), st.integers(1, 400))
	def test_a_voucher_taken_away_and_put_back_changes_nothing(self, facts: Facts, amount: int) -> None:
		added = settle(replace(facts, entries=(*facts.entries, entry(99, "SO-1", amount, kind=ADVANCE))))
		removed = settle(replace(added, entries=added.entries[:-1]))
		self.assertEqual(position(removed, TODAY), position(facts, TODAY))

	def test_a_row_that_does_not_add_up_is_named_with_both_sides(self) -> None:
		facts = Facts(10_001, PLAN)
		(found,) = violations(facts, position(facts, TODAY))
		self.assertEqual(
			(found.identity, found.left, found.right), ("sum of plan rows = order total", 10_000, 10_001)
		)

	def test_an_invoice_without_links_is_named(self) -> None:
		facts = settle(Facts(10_000, PLAN, (), (Invoice("SI-9", "SI-9", 700, 700),)))
		(found,) = violations(facts, position(facts, TODAY))
		self.assertEqual((found.left, found.right), (0, 700))


class TestWishes(unittest.TestCase):
	def test_a_collection_over_two_rows_pays_them_as_asked(self) -> None:
		asks = (Ask("Payment Entry", "PE-1", "R2", 400), Ask("Payment Entry", "PE-1", "R1", 100))
		paid = (entry(1, "SI-1", 500),)
		facts = settle(Facts(10_000, PLAN, FIRST, (Invoice("SI-1", "SI-1", 8000, 0),), paid, asks))
		self.assertEqual([row.settled for row in position(facts, TODAY).rows], [100, 400, 0])

	def test_a_wish_does_not_steer_the_money_of_another_voucher(self) -> None:
		asks = (Ask("Payment Entry", "PE-7", "R2", 400),)
		facts = settle(
			Facts(10_000, PLAN, FIRST, (Invoice("SI-1", "SI-1", 8000, 0),), (entry(1, "SI-1", 500),), asks)
		)
		self.assertEqual([row.settled for row in position(facts, TODAY).rows], [500, 0, 0])


class TestCompanyCurrency(unittest.TestCase):
	"""300 + 700 agreed at 1.10; R1 was due yesterday, R2 is due in April."""

	def figures(self, billing: tuple, invoices: tuple, **more: object) -> tuple[int, ...]:
		plan = (
			PlanRow("R1", 1, 300, due=date(2026, 2, 28)),
			PlanRow("R2", 2, 700, due=date(2026, 4, 1)),
		)
		found = position(Facts(1000, plan, billing, invoices, rate=Decimal("1.1"), **more), TODAY)
		return found.open, found.open_base, found.overdue, found.overdue_base

	def test_what_nobody_billed_counts_at_the_rate_of_the_contract(self) -> None:
		self.assertEqual(self.figures((), ()), (1000, 1100, 300, 330))

	def test_what_is_billed_counts_as_it_is_booked(self) -> None:
		invoice = Invoice("SI-1", "SI-1", 300, 300, open_base=360)
		billing = (Billing("R1", "SI-1", 300),)
		self.assertEqual(self.figures(billing, (invoice,)), (1000, 360 + 770, 300, 360))
		# 200 came at 1.25: the gain of 10 is booked apart, 100 at 1.20 are left
		left, paid = replace(invoice, open=100, open_base=120), (entry(1, "SI-1", 200, 1.25),)
		self.assertEqual(self.figures(billing, (left,), entries=paid), (800, 120 + 770, 100, 120))
		gone, all_paid = replace(invoice, open=0, open_base=0), (entry(1, "SI-1", 300, 1.25),)
		self.assertEqual(self.figures(billing, (gone,), entries=all_paid), (700, 770, 0, 0))

	def test_a_row_on_two_invoices_counts_by_what_each_bills_and_is_rounded_once(self) -> None:
		invoices = (
			Invoice("SI-1", "SI-1", 150, 150, open_base=180),
			Invoice("SI-2", "SI-2", 850, 850, open_base=1021),
		)
		billing = (Billing("R1", "SI-1", 150), Billing("R1", "SI-2", 150), Billing("R2", "SI-2", 700))
		# 150 at 1.20 and 850 at 1,021 / 850: together what the books say; R1 180 + 180.18
		self.assertEqual(self.figures(billing, invoices), (1000, 1201, 300, 360))

	def test_what_is_left_of_a_row_on_each_of_two_invoices_counts_as_that_invoice_is_booked(self) -> None:
		invoices = (
			Invoice("SI-1", "SI-1", 150, 50, open_base=60),
			Invoice("SI-2", "SI-2", 150, 150, open_base=195),
		)
		billing, paid = (
			(Billing("R1", "SI-1", 150), Billing("R1", "SI-2", 150)),
			(entry(1, "SI-1", 100, 1.2),),
		)
		# 50 at 1.20 and 150 at 1.30, and not 200 at 1.25
		self.assertEqual(self.figures(billing, invoices, entries=paid), (900, 255 + 770, 200, 255))

	def test_what_a_return_takes_back_is_open_no_more(self) -> None:
		invoices = (
			Invoice("SI-1", "SI-1", 300, 300, open_base=360),
			Invoice("CN-1", "SI-1", -100, -100, open_base=-120),
		)
		billing = (Billing("R1", "SI-1", 300),)
		self.assertEqual(self.figures(billing, invoices), (900, 240 + 770, 200, 240))
		again = (invoices[0], replace(invoices[1], bill_again=True))
		self.assertEqual(self.figures(billing, again), (1000, 240 + 110 + 770, 300, 240 + 110))

	def test_a_difference_that_nobody_booked_makes_no_open_amount_negative(self) -> None:
		invoice, paid = Invoice("SI-1", "SI-1", 300, 10, open_base=-2), (entry(1, "SI-1", 290, 1.25),)
		found = self.figures((Billing("R1", "SI-1", 300),), (invoice,), entries=paid)
		self.assertEqual(found, (710, 770, 10, 0))

	@given(ledgers(), st.decimals("0.001", "200", places=3))
	def test_no_more_is_overdue_than_open_and_one_rate_for_all_is_the_rate_of_both(
		self, facts: Facts, rate: Decimal
	) -> None:
		booked = [replace(item, open_base=round(item.open * rate)) for item in facts.invoices]
		found = position(replace(facts, rate=Decimal("1.1"), invoices=tuple(booked)), TODAY)
		self.assertTrue(0 <= found.overdue_base <= found.open_base)
		same = [replace(item, open_base=item.open * 2) for item in facts.invoices]
		found = position(replace(facts, rate=Decimal(2), invoices=tuple(same)), TODAY)
		self.assertEqual((found.open_base, found.overdue_base), (found.open * 2, found.overdue * 2))

	def test_a_deposit_that_no_invoice_drew_yet_leaves_what_is_open_at_the_booked_rate(self) -> None:
		invoice = Invoice("SI-1", "SI-1", 300, 300, open_base=360)
		deposit = replace(entry(1, "SO-1", 100, 1.3), kind=ADVANCE)
		found = self.figures((Billing("R1", "SI-1", 300),), (invoice,), entries=(deposit,))
		self.assertEqual(found, (900, 240 + 770, 200, 240))


class TestWorkedExample(unittest.TestCase):
	"""EUR 10,000, company in USD; the rates are those of each payment."""

	def check(self, facts: Facts, contract: tuple, rows: tuple) -> Position:
		found = position(facts, TODAY)
		figures = (
			found.billed,
			found.open_billed,
			found.settled,
			found.written_off,
			found.advance,
			found.collected,
			found.on_account,
			found.collected_base,
		)
		self.assertEqual(figures, contract)
		self.assertEqual(tuple(row.settled for row in found.rows), rows)
		self.assertEqual(violations(facts, found), [])
		return found

	def test_the_ten_steps(self) -> None:
		deposit = entry(1, "SO-1", 3000, 1.15, kind=ADVANCE)
		facts = Facts(10_000, PLAN, entries=(deposit,))
		self.check(facts, (0, 0, 0, 0, 3000, 3000, 0, 3450), (3000, 0, 0))

		pulled = entry(1, "SI-1", 3000, 1.15)
		facts = settle(Facts(10_000, PLAN, FIRST, (Invoice("SI-1", "SI-1", 8000, 0),), (pulled,)))
		self.check(facts, (8000, 5000, 3000, 0, 0, 3000, 0, 3450), (3000, 0, 0))

		second = entry(2, "SI-1", 2000, 1.25)
		facts = settle(replace(facts, entries=(pulled, second)))
		found = self.check(facts, (8000, 3000, 5000, 0, 0, 5000, 0, 5950), (3000, 2000, 0))
		self.assertEqual(
			(found.rows[1].due, found.rows[1].overdue, found.money_status), (3000, 3000, "Overdue")
		)

		facts = settle(replace(facts, invoices=(*facts.invoices, Invoice("CN-1", "SI-1", -500, -500))))
		found = self.check(facts, (7500, 2500, 5000, 0, 0, 5000, 0, 5950), (3000, 2000, 0))
		self.assertEqual((found.rows[1].credited, found.rows[1].open), (500, 2500))

		third = entry(3, "SI-1", 2500, 1.22)
		facts = settle(replace(facts, entries=(pulled, second, third), on_account=500))
		self.check(facts, (7500, 0, 7500, 0, 0, 7500, 500, 9000), (3000, 4500, 0))

		facts = settle(
			replace(
				facts,
				billing=(*FIRST, Billing("R3", "SI-2", 2000)),
				invoices=(*facts.invoices, Invoice("SI-2", "SI-2", 2000, 0)),
			)
		)
		found = self.check(facts, (9500, 2000, 7500, 0, 0, 7500, 500, 9000), (3000, 4500, 0))
		self.assertEqual((found.rows[2].open, found.rows[2].due, found.money_status), (2000, 0, "Open"))

		applied = entry(3, "SI-2", 500, 1.22)
		facts = settle(replace(facts, entries=(*facts.entries, applied), on_account=0))
		self.check(facts, (9500, 1500, 8000, 0, 0, 8000, 0, 9610), (3000, 4500, 500))

		lost = Entry("Journal Entry", "JE-1", "SI-2", 20, NON_CASH, 20)
		facts = settle(replace(facts, entries=(*facts.entries, lost)))
		found = self.check(facts, (9500, 1480, 8020, 20, 0, 8000, 0, 9610), (3000, 4500, 520))
		self.assertEqual((found.rows[2].written_off, found.open), (20, 1480))

		without = tuple(item for item in facts.entries if item != second)
		facts = settle(replace(facts, entries=without, on_account=2000))
		found = self.check(facts, (9500, 3480, 6020, 20, 0, 6000, 2000, 7110), (3000, 2500, 520))
		self.assertEqual(found.rows[1].overdue, 2000)

		facts = settle(replace(facts, on_account=0))
		self.check(facts, (9500, 3480, 6020, 20, 0, 6000, 0, 7110), (3000, 2500, 520))

	def test_percent_collected_is_of_what_is_to_be_collected_and_never_says_all_too_early(self) -> None:
		plan = (PlanRow("R1", 1, 1000, waived=100, due=date(2026, 2, 1)),)
		billing, invoice = (Billing("R1", "SI-1", 900),), Invoice("SI-1", "SI-1", 900, 900)

		def percent(paid: int) -> float:
			entries = (entry(1, "SI-1", paid),) if paid else ()
			return position(settle(Facts(1000, plan, billing, (invoice,), entries)), TODAY).collected_percent

		self.assertEqual([percent(paid) for paid in (0, 300, 899, 900, 1000)], [0, 33.33, 99.88, 100, 100])
		nothing = (PlanRow("R1", 1, 1000, waived=1000),)
		self.assertEqual(position(Facts(1000, nothing), TODAY).collected_percent, 100)

	def test_a_row_of_a_disputed_invoice_is_disputed_until_it_is_paid(self) -> None:
		plan = (PlanRow("R1", 1, 100, due=date(2026, 2, 1)), PlanRow("R2", 2, 50))
		facts = Facts(
			150, plan, (Billing("R1", "SI-1", 100),), (Invoice("SI-1", "SI-1", 100, 100, disputed=True),)
		)
		found = position(facts, TODAY)
		self.assertEqual([row.status for row in found.rows], ["Disputed", "Planned"])
		self.assertEqual((found.overdue, found.money_status), (100, "Overdue"))
		paid = replace(facts, entries=(entry(1, "SI-1", 100),))
		self.assertEqual(position(settle(paid), TODAY).rows[0].status, "Paid")

	def test_a_refund_of_a_credit_note_is_shown_apart(self) -> None:
		note = Invoice("CN-1", "SI-1", -500, 0)
		back = entry(9, "CN-1", -500, 1.0, kind=REFUND)
		paid = entry(1, "SI-1", 8000, 1.0)
		facts = settle(Facts(10_000, PLAN, FIRST, (Invoice("SI-1", "SI-1", 8000, 0), note), (paid, back)))
		found = position(facts, TODAY)
		self.assertEqual(
			(found.billed, found.settled, found.refunded, found.credit_balance), (7500, 7500, 500, 0)
		)
		self.assertEqual([row.settled for row in found.rows], [3000, 4500, 0])

	def test_a_return_to_be_billed_again_leaves_the_row_to_bill(self) -> None:
		note = Invoice("CN-1", "SI-1", -500, -500, bill_again=True)
		facts = settle(Facts(10_000, PLAN, FIRST, (Invoice("SI-1", "SI-1", 8000, 0), note)))
		found = position(facts, TODAY)
		self.assertEqual((found.rows[1].billed, found.rows[1].credited, found.rows[1].open), (4500, 0, 5000))
		self.assertEqual(violations(facts, found), [])
