"""Bank lines against open items: evidence, ties, exhausted items, and properties of the sums."""

import unittest
from datetime import date
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from l2c_app.core import subset_sum
from l2c_app.core.bank_text import NameIndex, NumberIndex, one_slip
from l2c_app.core.matching import Decision, Line, Matcher
from l2c_app.core.open_items import Item
from l2c_app.core.short_payment import Tolerance

DUE = date(2026, 3, 1)
NAMES = (
	("Acme Trading Co., Ltd.", "C1"),
	("Blue River GmbH", "C2"),
	("Blue Lake GmbH", "C3"),
	("上海某某有限公司", "C4"),
)


def item(key: str, customer: str, amount: int, *, currency: str = "EUR", day: int = 1) -> Item:
	return Item(key, customer, amount, currency, date(2026, 3, day), (key,))


ITEMS = (
	item("SINV-2026-00101", "C1", 1000_00, day=1),
	item("SINV-2026-00102", "C1", 250_00, day=2),
	item("SINV-2026-00103", "C2", 250_00),
	item("SINV-2026-00204", "C2", 80_00, day=5),
	item("SINV-2026-10305", "C3", 99_00, currency="USD"),
	item("合同2026-88", "C4", 5000_00),
)


def match(*lines: Line, items=ITEMS, accounts=None, tolerance=None):
	tolerances = {"EUR": Tolerance(tolerance)} if tolerance else {}
	return Matcher(items, names=NAMES, accounts=accounts or {}, tolerances=tolerances).match(lines)


def line(
	amount: int, text: str = "", *, payer: str = "", account: str = "", currency: str = "EUR", key: str = "L1"
) -> Line:
	return Line(key, amount, currency, text, payer, account, DUE)


class TestMatching(unittest.TestCase):
	def test_a_number_in_the_text_and_the_exact_amount_is_sure(self):
		for text in (
			"SINV-2026-00101",
			"payment sinv 2026/00101 thanks",
			"RE:SINV202600101",
			"ＳＩＮＶ－２０２６－００１０１",
		):
			with self.subTest(text=text):
				(found,) = match(line(1000_00, text))
				self.assertEqual(
					(found.decision, found.parts), (Decision.AUTO, (("SINV-2026-00101", 1000_00),))
				)

	def test_two_numbers_of_one_customer_add_up(self):
		(found,) = match(line(1250_00, "SINV-2026-00101 + SINV-2026-00102"))
		self.assertEqual((found.decision, found.left), (Decision.AUTO, 0))
		self.assertEqual(len(found.parts), 2)

	def test_a_chinese_number_is_found(self):
		(found,) = match(line(5000_00, "付款 合同2026-88 货款"))
		self.assertEqual(found.decision, Decision.AUTO)

	def test_a_short_payment_is_proposed_not_booked(self):
		(found,) = match(line(990_00, "SINV-2026-00101", payer="ACME TRADING"))
		self.assertEqual((found.decision, found.parts), (Decision.SUGGEST, (("SINV-2026-00101", 990_00),)))

	def test_an_over_payment_is_proposed_with_what_is_left(self):
		(found,) = match(line(1010_00, "SINV-2026-00101"))
		self.assertEqual((found.decision, found.left), (Decision.SUGGEST, 10_00))

	def test_numbers_of_two_customers_are_asked(self):
		(found,) = match(line(1250_00, "SINV-2026-00101 SINV-2026-00103"))
		self.assertEqual(found.decision, Decision.ASK)

	def test_a_number_of_somebody_else_is_never_booked_without_asking(self):
		(found,) = match(
			line(1000_00, "SINV-2026-00101", payer="Blue River GmbH", account="DE1"), accounts={"DE1": "C2"}
		)
		self.assertNotEqual(found.decision, Decision.AUTO)

	def test_a_known_account_and_the_only_fitting_sum_is_sure(self):
		(found,) = match(line(80_00, "thank you", account="DE1"), accounts={"DE1": "C2"})
		self.assertEqual((found.decision, found.parts), (Decision.AUTO, (("SINV-2026-00204", 80_00),)))

	def test_a_name_alone_with_the_only_sum_is_proposed(self):
		(found,) = match(line(80_00, "thank you", payer="BLUE RIVER"))
		self.assertEqual(found.decision, Decision.SUGGEST)

	def test_two_sums_that_fit_are_a_tie(self):
		items = (item("A-1001", "C1", 50_00), item("A-1002", "C1", 50_00), item("A-1003", "C1", 70_00))
		(found,) = match(line(50_00, account="X"), items=items, accounts={"X": "C1"})
		self.assertNotEqual(found.decision, Decision.AUTO)
		self.assertIn("tie", dict(found.evidence))

	def test_a_stranger_with_a_fitting_amount_is_asked(self):
		(found,) = match(line(80_00, "invoice"))
		self.assertEqual((found.decision, found.parts), (Decision.ASK, ()))

	def test_two_customers_alike_are_nobody(self):
		(found,) = match(line(80_00, "Blue"))
		self.assertIsNone(found.customer)

	def test_another_currency_is_not_touched(self):
		(found,) = match(line(99_00, "SINV-2026-10305", currency="EUR"))
		self.assertEqual(found.decision, Decision.ASK)

	def test_an_item_is_paid_once(self):
		first, second = match(line(1000_00, "SINV-2026-00101"), line(1000_00, "SINV-2026-00101", key="L2"))
		self.assertEqual((first.decision, second.decision), (Decision.AUTO, Decision.ASK))

	def test_who_names_a_number_is_served_before_who_does_not(self):
		guess, named = match(
			line(1000_00, account="X"), line(1000_00, "SINV-2026-00101", key="L2"), accounts={"X": "C1"}
		)
		self.assertEqual(named.decision, Decision.AUTO)
		self.assertEqual(guess.parts, ())

	def test_a_running_number_counts_only_with_its_payer(self):
		(found,) = match(line(99_00, "inv 10305", payer="Blue Lake", currency="USD"))
		self.assertEqual((found.decision, found.score), (Decision.AUTO, 100))
		(found,) = match(line(99_00, "inv 10305", currency="USD"))
		self.assertEqual((found.decision, found.score), (Decision.SUGGEST, 70))
		(found,) = match(line(1000_00, "inv 101"))
		self.assertEqual(found.decision, Decision.ASK)

	def test_what_the_text_forgot_is_completed_by_the_only_fitting_others(self):
		(found,) = match(line(1250_00, "SINV-2026-00101", account="X"), accounts={"X": "C1"})
		self.assertEqual((found.decision, found.left), (Decision.AUTO, 0))
		self.assertIn("with others", dict(found.evidence))

	def test_a_number_mistyped_into_that_of_another_is_overruled_by_payer_and_amount(self):
		(found,) = match(line(80_00, "SINV-2026-00102", account="X"), accounts={"X": "C2"})
		self.assertEqual((found.decision, found.parts), (Decision.AUTO, (("SINV-2026-00204", 80_00),)))

	@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 500)), min_size=1, max_size=12),
		st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 1500)), max_size=12))  # fmt: skip
	@settings(max_examples=150)
	def test_no_item_is_ever_given_more_than_it_owes(self, owed, paid):
		items = [item(f"N{place:05d}", customer, amount) for place, (customer, amount) in enumerate(owed)]
		lines = [line(amount, account=customer, key=f"L{n}") for n, (customer, amount) in enumerate(paid)]
		found = match(*lines, items=items, accounts=dict.fromkeys("ABC") | {c: c for c in "ABC"})
		given_out: dict[str, int] = {}
		for each in found:
			if each.decision is Decision.AUTO:
				for key, amount in each.parts:
					given_out[key] = given_out.get(key, 0) + amount
			self.assertEqual(
				sum(amount for _key, amount in each.parts) + each.left, lines[int(each.line[1:])].amount
			)
		for each in items:
			self.assertLessEqual(given_out.get(each.key, 0), each.open)


def said(found) -> dict[str, int]:
	return dict(found.evidence)


class TestWhatTheTextNames(unittest.TestCase):
	"""Account, name and number give points; what is owed decides between those who are named."""

	ITEMS = (
		item("SINV-2026-10306", "C3", 1234_56),
		item("SINV-2026-10407", "C2", 777_77),
		item("SINV-2026-10408", "C2", 80_00, day=2),
		item("SINV-2026-10510", "C1", 450_00, day=3),
		item("SINV-2026-20777", "C1", 333_33, day=4),
	)

	def one(self, amount: int, text: str, **values):
		known = {"accounts": {"DE2": "C2", "DE1": "C1"}, "items": self.ITEMS, **values}
		line_values = {key: known.pop(key) for key in ("payer", "account") if key in known}
		(found,) = match(line(amount, text, **line_values), **known)
		return found

	def test_running_numbers_beside_a_whole_one_belong_to_its_customer(self):
		found = self.one(857_77, "SINV-2026-10407 and 10408")
		self.assertEqual((found.decision, found.score, len(found.parts)), (Decision.AUTO, 100, 2))
		self.assertEqual(said(found), {"number": 60, "exact sum": 30, "several named": 20})

	def test_all_digits_of_a_number_name_it_without_its_letters(self):
		found = self.one(80_00, "inv 2026 10408")
		self.assertEqual((found.decision, said(found)), (Decision.AUTO, {"number": 60, "exact sum": 30}))

	def test_a_stranger_is_believed_if_number_and_a_telling_amount_agree(self):
		found = self.one(1234_56, "inv 10306")
		points = {"running number": 40, "exact sum": 30, "telling amount": 20}
		self.assertEqual((found.decision, said(found)), (Decision.AUTO, points))

	def test_an_amount_that_others_owe_too_or_a_round_one_tells_nothing(self):
		twin = (*self.ITEMS, item("SINV-2026-30001", "C4", 1234_56))
		found = self.one(1234_56, "inv 10306", items=twin)
		self.assertEqual((found.decision, found.score), (Decision.SUGGEST, 70))
		found = self.one(450_00, "inv 10510")
		self.assertEqual((found.decision, found.score), (Decision.SUGGEST, 70))

	def test_half_of_the_name_confirms_what_a_number_said(self):
		found = self.one(450_00, "inv 10510", payer="Acme Trading Asia Holding")
		self.assertEqual((found.decision, said(found)["words"]), (Decision.AUTO, 25))
		self.assertNotIn("words", said(self.one(450_00, "inv 10510", payer="Trading")))

	def test_numbers_of_several_customers_mean_those_whose_documents_add_up(self):
		found = self.one(857_77, "KdNr 10306 inv 10407 10408")
		self.assertEqual((found.decision, found.customer, found.score), (Decision.AUTO, "C2", 90))

	def test_numbers_of_several_customers_are_asked_if_none_or_two_of_them_add_up(self):
		for amount, items in ((500_00, self.ITEMS), (1234_56, (*self.ITEMS, item("A-10999", "C4", 1234_56)))):
			with self.subTest(amount=amount):
				found = self.one(amount, "10306 10407 10999", items=items)
				self.assertEqual((found.decision, found.parts), (Decision.ASK, ()))
				self.assertIn("tie", said(found))

	def test_a_known_payer_means_his_own_even_if_a_number_of_another_stands_there(self):
		found = self.one(777_77, "SINV-2026-10407 SINV-2026-10306", account="DE2")
		self.assertEqual((found.decision, found.customer), (Decision.AUTO, "C2"))
		self.assertIn("others named", said(found))

	def test_who_pays_exactly_for_himself_and_another_is_asked(self):
		found = self.one(2012_33, "SINV-2026-10407 SINV-2026-10306", account="DE2")
		self.assertEqual((found.decision, found.parts), (Decision.ASK, ()))

	def test_a_number_with_one_slip_counts_for_its_payer(self):
		for text in ("SINV-2026-10417", "SINV-2026-10470", "SINV-2026-1047"):
			with self.subTest(text=text):
				found = self.one(777_77, text, payer="Blue River GmbH")
				points = {"name": 40, "mistyped number": 15, "exact sum": 30, "telling amount": 20}
				self.assertEqual((found.decision, said(found)), (Decision.AUTO, points))

	def test_a_slip_among_right_numbers_is_found_by_the_sum(self):
		found = self.one(783_33, "SINV-2026-10510 SINV-2026-20778", account="DE1")
		self.assertEqual((found.decision, len(found.parts)), (Decision.AUTO, 2))
		self.assertIn("mistyped number", said(found))

	def test_a_slip_and_a_round_amount_are_proposed_only(self):
		found = self.one(450_00, "SINV-2026-10511", payer="Acme Trading")
		self.assertEqual((found.decision, found.score), (Decision.SUGGEST, 85))

	def test_a_slip_that_may_be_two_numbers_is_none(self):
		items = (item("SINV-2026-10407", "C2", 777_77), item("SINV-2026-10409", "C2", 700_00))
		found = self.one(300_00, "SINV-2026-10408", account="DE2", items=items)
		self.assertEqual((found.decision, said(found)), (Decision.ASK, {"account": 50}))

	def test_a_slip_counts_for_nobody_whose_name_is_not_known(self):
		self.assertEqual(self.one(777_77, "SINV-2026-10417").decision, Decision.ASK)


class TestDifferences(unittest.TestCase):
	"""C1 owes 1,000.00 by SINV-2026-00101 and 250.00 by SINV-2026-00102."""

	def one(self, amount: int, text="SINV-2026-00101", *, account="DE1", **values):
		(found,) = match(line(amount, text, account=account), accounts={"DE1": "C1", "DE2": "C2"}, **values)
		return found

	def test_a_little_too_much_of_a_known_payer_stays_on_account(self):
		found = self.one(1010_00)
		self.assertEqual((found.decision, found.left), (Decision.AUTO, 10_00))
		self.assertEqual(said(found), {"account": 50, "number": 60, "rest on account": 0})
		self.assertEqual(self.one(1050_00).decision, Decision.AUTO)

	def test_more_than_five_percent_too_much_is_asked(self):
		self.assertEqual(self.one(1050_01).decision, Decision.SUGGEST)

	def test_what_would_pay_another_document_is_not_left_on_account(self):
		items = (*ITEMS, item("SINV-2026-00109", "C1", 9_00))
		self.assertEqual(self.one(1010_00, items=items).decision, Decision.SUGGEST)

	def test_short_within_the_tolerance_is_sure_above_it_people_decide(self):
		found = self.one(995_00, tolerance=5_00)
		self.assertEqual((found.decision, found.parts), (Decision.AUTO, (("SINV-2026-00101", 995_00),)))
		self.assertIn("within tolerance", said(found))
		self.assertEqual(self.one(994_99, tolerance=5_00).decision, Decision.SUGGEST)
		self.assertEqual(self.one(995_00).decision, Decision.SUGGEST)

	def test_differences_of_strangers_and_of_other_payers_are_asked(self):
		for account in ("", "DE2"):
			with self.subTest(account=account):
				self.assertNotEqual(self.one(995_00, account=account, tolerance=5_00).decision, Decision.AUTO)
				self.assertNotEqual(self.one(1010_00, account=account).decision, Decision.AUTO)

	def test_a_short_payment_of_a_mistyped_number_is_asked(self):
		found = self.one(995_00, "SINV-2026-10101", tolerance=5_00)
		self.assertEqual((found.decision, found.customer), (Decision.SUGGEST, "C1"))


class TestSubsetSum(unittest.TestCase):
	@given(st.lists(st.integers(1, 60), max_size=9), st.integers(1, 200))
	def test_it_agrees_with_trying_everything(self, amounts, target):
		every = [
			places
			for size in range(1, len(amounts) + 1)
			for places in combinations(range(len(amounts)), size)
			if sum(amounts[place] for place in places) == target
		]
		found = subset_sum.subsets(amounts, target)
		self.assertEqual(len(found), min(2, len(every)))
		for places in found:
			self.assertIn(places, every)

	def test_it_gives_up_instead_of_running_on(self):
		with self.assertRaises(subset_sum.TooMany):
			subset_sum.subsets([2 * n for n in range(1000, 1024)], 13_001)


class TestText(unittest.TestCase):
	def test_short_numbers_and_plain_words_are_no_numbers(self):
		index = NumberIndex([("A1", "x"), ("INVOICE", "y"), ("7731", "z")])
		self.assertEqual(index.whole("invoice a1 7731"), {"z"})

	def test_a_running_number_names_all_documents_that_end_like_it(self):
		index = NumberIndex([("A-2025-00042", "x"), ("A-2026-42", "y")])
		self.assertEqual(index.running("inv 042"), {"42": {"x", "y"}})

	def test_digits_that_two_documents_have_name_none(self):
		index = NumberIndex([("SINV-2026-00042", "x"), ("CON-2026-00042", "y"), ("SINV-2026-00043", "z")])
		self.assertEqual(index.whole("2026 00042 / 2026-00043"), {"z"})

	def test_one_slip_of_the_keyboard(self):
		for text, meant in (
			("A1234", "A1244"),
			("A1234", "A1243"),
			("A1234", "A123"),
			("A123", "A1234"),
			("1A234", "A1234"),
		):
			with self.subTest(text=text, meant=meant):
				self.assertTrue(one_slip(text, meant))
		for text, meant in (("A1234", "A1234"), ("A1234", "A1256"), ("A1234", "A12"), ("A1234", "A4321")):
			with self.subTest(text=text, meant=meant):
				self.assertFalse(one_slip(text, meant))

	def test_accents_are_lost_or_spelled_out(self):
		index = NameIndex(
			[("Müller Gößner Società GmbH", "G"), ("Jørgensen Øl ApS", "J"), ("上海某某有限公司", "S")]
		)
		for name, customer in (
			("MULLER GOSSNER SOCIETA", "G"),
			("MUELLER GOESSNER SOCIETA GMBH", "G"),
			("JORGENSEN OL APS", "J"),
			("JOERGENSEN OEL APS", "J"),
			("上海某某", "S"),
		):
			with self.subTest(name=name):
				self.assertEqual(index.exact(name), {customer})

	def test_names_by_rare_words(self):
		index = NameIndex([*NAMES, *((f"Blue House {n} GmbH", f"H{n}") for n in range(50))])
		self.assertEqual(list(index.like("transfer RIVER blue gmbh")), ["C2"])
		self.assertEqual(index.exact("acme trading"), {"C1"})
