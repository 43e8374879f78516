"""Clauses: variables of a closed list, hostile text that stays text, and what makes a contract non-standard."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import clause_text, clauses
from l2c_app.core.clauses import Clause

VALUES = {"customer_name": "Müller & <b>Söhne</b>", "total": "1,130.00", "currency": "  "}
HOSTILE = (
	"{{ 7*7 }}",
	"{{ config.items() }}",
	"{% for user in frappe.get_all('User') %}{{ user.name }}{% endfor %}",
	"{{ ''.__class__.__mro__ }}",
	"{# note #}",
	"{{ doc.owner }}",
	"{{{{ 7 }}}}",
	"${7*7} <%= 7*7 %>",
	"#{7*7}",
)


class TestVariables(unittest.TestCase):
	def test_names_are_replaced_however_they_are_spaced(self) -> None:
		for text in ("{{customer_name}}", "{{ customer_name }}", "{{&nbsp;customer_name\xa0}}"):
			self.assertEqual(clause_text.fill(text, VALUES), "Müller &amp; &lt;b&gt;Söhne&lt;/b&gt;")

	def test_hostile_templates_stay_text(self) -> None:
		for text in HOSTILE:
			with self.subTest(text):
				self.assertEqual(clause_text.fill(text, VALUES), text)
				self.assertEqual(clause_text.unknown([text]), [])

	def test_a_value_is_not_read_again(self) -> None:
		values = {"customer_name": "{{ total }}", "total": "5"}
		self.assertEqual(clause_text.fill("{{ customer_name }}", values), "{{ total }}")

	def test_unknown_and_empty_variables_are_named_all_at_once(self) -> None:
		text = "{{ total }} {{ colour }} {{ currency }} {{ end_date }} {{ smell }} {{ colour }}"
		with self.assertRaises(clause_text.ClauseTextError) as refused:
			clause_text.fill(text, VALUES)
		self.assertEqual((refused.exception.code, refused.exception.names), ("unknown", ["colour", "smell"]))
		with self.assertRaises(clause_text.ClauseTextError) as refused:
			clause_text.fill("{{ currency }}{{ end_date }}{{ total }}", VALUES)
		self.assertEqual(
			(refused.exception.code, refused.exception.names), ("missing", ["currency", "end_date"])
		)

	def test_a_draft_shows_what_is_missing(self) -> None:
		self.assertEqual(
			clause_text.fill_known("{{ total }} by {{ end_date }}", VALUES), "1,130.00 by {{ end_date }}"
		)

	def test_long_right_to_left_and_emoji_texts_pass_unchanged(self) -> None:
		for text in ("条款" * 5_000, "العقد شريعة المتعاقدين \u202e", "👩‍⚖️🤝 {{", "}} {{ {{ }}"):
			self.assertEqual(clause_text.fill(text, VALUES), text)

	@given(st.text(alphabet="{}% #abc_total\n&;<>", max_size=60))
	def test_no_text_is_ever_run(self, text: str) -> None:
		filled = clause_text.fill_known(text, {"total": "X"})
		self.assertEqual(filled.replace("X", ""), clause_text._VARIABLE.sub(_dropped, text))


def _dropped(match: object) -> str:
	return "" if match[1] == "total" else match[0]


PAY = Clause("Payment", "en", "Payment", "<p>30 days</p>", locked=True)
PAY_ZH = Clause("Payment", "zh", "付款", "<p>30天</p>", locked=True)
LAW = Clause("Law", "en", "Law", "<p>England</p>")
SHIP = Clause("Delivery", "en", "Delivery", "<p>EXW</p>", applies_to="Delivery")
STANDARD = [PAY, PAY_ZH, LAW]


class TestStandard(unittest.TestCase):
	def test_a_clause_applies_to_its_kind_of_contract(self) -> None:
		self.assertEqual(clauses.applicable([*STANDARD, SHIP], "Plan"), STANDARD)
		self.assertEqual(clauses.applicable([*STANDARD, SHIP], "Delivery"), [*STANDARD, SHIP])

	def test_the_editors_box_and_blanks_are_no_change(self) -> None:
		boxed = Clause("Law", "en", "Law ", '<div class="ql-editor read-mode"><p>England</p></div>')
		self.assertEqual(clauses.deviations(STANDARD, [PAY, PAY_ZH, boxed]), [])

	def test_changed_left_out_and_added_clauses_are_told(self) -> None:
		now = [Clause("Law", "en", "Law", "<p>France</p>"), PAY, Clause("", "en", "Secrecy", "<p>…</p>")]
		found = [(each.kind, each.title, each.locked) for each in clauses.deviations(STANDARD, now)]
		self.assertEqual(
			found, [("Left Out", "付款", True), ("Changed", "Law", False), ("Added", "Secrecy", False)]
		)

	def test_a_second_clause_of_the_same_name_was_added(self) -> None:
		again = Clause("Law", "en", "Law", "<p>England</p>")
		found = [(each.kind, each.title) for each in clauses.deviations(STANDARD, [*STANDARD, again])]
		self.assertEqual(found, [("Added", "Law")])

	def test_without_a_template_every_clause_was_added(self) -> None:
		self.assertEqual([each.kind for each in clauses.deviations([], [PAY])], ["Added"])
		self.assertEqual(clauses.deviations([], []), [])

	def test_a_locked_clause_is_broken_by_who_changes_it_not_by_who_finds_it_so(self) -> None:
		easy = Clause("Payment", "en", "Payment", "<p>90 days</p>")
		self.assertEqual(clauses.broken_locks(STANDARD, [easy, PAY_ZH, LAW], STANDARD), [PAY])
		self.assertEqual(clauses.broken_locks(STANDARD, [PAY_ZH, LAW], STANDARD), [PAY])
		self.assertEqual(clauses.broken_locks(STANDARD, [easy, PAY_ZH, LAW], [easy, PAY_ZH, LAW]), [])
		self.assertEqual(clauses.broken_locks(STANDARD, [easy, PAY_ZH], []), [PAY])
		self.assertEqual(clauses.broken_locks(STANDARD, STANDARD, [easy, PAY_ZH]), [])

	def test_another_template_brings_its_texts_and_keeps_what_was_edited(self) -> None:
		other = [
			Clause("Payment", "en", "Payment", "<p>60 days</p>"),
			Clause("Law", "en", "Law", "<p>Italy</p>"),
		]
		edited = Clause("Law", "en", "Law", "<p>France</p>")
		free = Clause("", "", "Secrecy", "<p>…</p>")
		merged = clauses.merge(other, [PAY, edited, free], STANDARD)
		self.assertEqual([clause.text for clause in merged], ["<p>60 days</p>", "<p>France</p>", "<p>…</p>"])

	def test_a_template_has_each_clause_once_per_language_and_kind(self) -> None:
		other = Clause("Delivery", "en", "Delivery", "", applies_to="Plan")
		self.assertEqual(clauses.doubled([*STANDARD, SHIP, other]), [])
		self.assertEqual(
			clauses.doubled([*STANDARD, SHIP, Clause("Delivery", "en", "", "")]), [("Delivery", "en")]
		)
