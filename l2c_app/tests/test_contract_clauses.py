"""Clauses of a contract: copied from a template, locked where it says so, filled before the submit, never run."""

from typing import Any

import frappe
from frappe.utils import sanitize_html

from l2c_app.api import contract as contract_api
from l2c_app.services.errors import (
	ClauseLocked,
	ClauseTwice,
	ClauseVariableMissing,
	TemplateRefused,
	UnknownClauseVariable,
)
from l2c_app.services.printing import contract_document
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase

PRICE = "<p>{{ customer_name }} pays {{ total }} ({{ total_in_words }}).</p>"
PRICE_ZH = "<p>{{ customer_name }}应付{{ total }}（{{ total_in_words }}）。</p>"
HOSTILE = "{{ 7*7 }} {% for u in frappe.get_all('User') %}{{ u.name }}{% endfor %} {{ doc.owner }}"


def clause(name: str, text: str, language: str = "en", **values: Any) -> dict[str, Any]:
	return {"clause": name, "title": name, "text": text, "language": language, **values}


def template(*rows: dict[str, Any], name: str = "L2C Standard", **values: Any) -> Any:
	rows = rows or (
		clause("Price", PRICE, locked=1),
		clause("Price", PRICE_ZH, "zh", locked=1),
		clause("Law", "<p>England</p>"),
		clause("Delivery", "<p>EXW</p>", applies_to="Delivery"),
	)
	document = {"doctype": "Sales Contract Template", "template_name": name, "clauses": list(rows), **values}
	return frappe.get_doc(document).insert()


class TestTemplates(L2CTestCase):
	def test_a_template_names_variables_that_no_contract_has(self) -> None:
		with self.assertRaises(UnknownClauseVariable) as refused:
			template(clause("Price", "<p>{{ colour }} {{ total }} {{ smell }}</p>"))
		for part in ("colour", "smell", "customer_name"):
			self.assertIn(part, str(refused.exception))

	def test_a_clause_is_there_once_per_language_and_kind(self) -> None:
		with self.assertRaises(ClauseTwice):
			template(clause("Law", "<p>a</p>"), clause("Law ", "<p>b</p>"))
		template(
			clause("Law", "<p>a</p>", applies_to="Plan"), clause("Law", "<p>b</p>", applies_to="Delivery")
		)

	def test_only_managers_write_templates(self) -> None:
		with self.as_user(factories.sales_user("clause.rep")), self.assertRaises(frappe.PermissionError):
			template()
		with self.as_user(factories.sales_manager("clause.manager")):
			made = template()
		# For all companies unless one is chosen: the user's default company does not slip in.
		self.assertEqual((made.name, made.for_company), ("L2C Standard", None))

	def test_a_disabled_template_and_one_of_another_company_are_refused(self) -> None:
		off = template(enabled=0)
		with self.assertRaises(TemplateRefused):
			contracts.draft(contract_template=off.name)
		other = template(name="L2C Other", for_company=factories.company())
		other.db_set("for_company", "Somebody Else")
		with self.assertRaises(TemplateRefused):
			contract_api.template_clauses(other.name, company=factories.company())


class TestClauses(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.rep = factories.sales_user("clause.rep")
		self.template = template()

	def draft(self, **values: Any) -> Any:
		with self.as_user(self.rep):
			return contracts.draft(
				contract_template=self.template.name, contract_owner=self.rep, title="Deal", **values
			)

	def change(self, contract: Any, index: int, text: str, user: str) -> Any:
		with self.as_user(user):
			document = frappe.get_doc("Sales Contract", contract.name)
			document.clauses[index].text = text
			return document.save()

	def test_a_draft_copies_what_applies_in_every_language(self) -> None:
		contract = self.draft()
		rows = [(row.clause, row.language, row.locked, row.changed) for row in contract.clauses]
		self.assertEqual(rows, [("Price", "en", 1, 0), ("Price", "zh", 1, 0), ("Law", "en", 0, 0)])
		self.assertEqual((contract.non_standard, contract.non_standard_reasons), (0, ""))
		contract.bill_by = "Delivery"
		contract.save()
		self.assertEqual([row.clause for row in contract.clauses], ["Price", "Price", "Law", "Delivery"])

	def test_the_form_asks_for_the_same_rows(self) -> None:
		with self.as_user(self.rep):
			rows = contract_api.template_clauses(self.template.name, company=factories.company())
		self.assertEqual([row["text"] for row in rows], [row.text for row in self.draft().clauses])

	def test_sales_change_open_clauses_and_the_contract_says_so(self) -> None:
		contract = self.change(self.draft(), 2, "<p>France</p>", self.rep)
		self.assertEqual([row.changed for row in contract.clauses], [0, 0, 1])
		self.assertEqual((contract.non_standard, contract.non_standard_reasons), (1, "Changed: Law (en)"))
		with self.as_user(self.rep):
			contract.append("clauses", {"title": "Secrecy", "language": "zh", "text": "<p>…</p>"})
			contract.clauses = contract.clauses[:2] + contract.clauses[3:]
			contract.save()
		self.assertEqual(contract.non_standard_reasons, "Left out: Law (en)\nAdded: Secrecy (zh)")

	def test_locked_clauses_are_for_managers(self) -> None:
		contract = self.draft()
		with self.assertRaises(ClauseLocked):
			self.change(contract, 0, "<p>Nothing is paid.</p>", self.rep)
		with self.as_user(self.rep), self.assertRaises(ClauseLocked):
			document = frappe.get_doc("Sales Contract", contract.name)
			document.clauses = document.clauses[1:]
			document.save()
		with self.as_user(self.rep), self.assertRaises(ClauseLocked):
			contracts.draft(
				contract_template=self.template.name,
				clauses=[clause("Price", "<p>Free.</p>")],
				title="Forged",
			)
		changed = self.change(contract, 0, "<p>90 days.</p>", factories.sales_manager("clause.manager"))
		self.assertEqual(changed.non_standard_reasons, "Changed: Price (en), a locked clause")
		again = self.change(
			contract, 2, "<p>France</p>", self.rep
		)  # what the manager changed does not stop sales
		self.assertEqual([row.changed for row in again.clauses], [1, 0, 1])

	def test_a_request_cannot_unlock_a_clause_or_call_it_standard(self) -> None:
		with self.as_user(self.rep):
			contract = frappe.get_doc("Sales Contract", self.draft().name)
			contract.clauses[0].locked = 0
			contract.clauses[2].update({"text": "<p>France</p>", "changed": 0})
			contract.update({"non_standard": 0, "non_standard_reasons": ""})
			contract.save()
		self.assertEqual(
			(contract.clauses[0].locked, contract.clauses[2].changed, contract.non_standard), (1, 1, 1)
		)

	def test_another_template_replaces_the_text_of_the_first(self) -> None:
		other = template(clause("Price", "<p>60 days</p>"), name="L2C Other")
		contract = self.draft()
		with self.as_user(self.rep):
			contract.contract_template = other.name
			contract.save()
		self.assertEqual([(row.text, row.changed) for row in contract.clauses], [("<p>60 days</p>", 0)])

	def test_the_submit_names_every_variable_without_value(self) -> None:
		text = "<p>{{ start_date }} {{ end_date }} {{ customer_name }} {{ customer_signatory }}</p>"
		contract = self.draft()
		with self.as_user(self.rep):
			contract.append("clauses", {"title": "Term", "text": text})
			contract.save()
		with self.assertRaises(ClauseVariableMissing) as refused:
			frappe.get_doc("Sales Contract", contract.name).submit()
		for name in ("start_date", "end_date", "customer_signatory"):
			self.assertIn(f"{name} (Term)", str(refused.exception))
		self.assertNotIn("customer_name", str(refused.exception))
		self.assertEqual(frappe.db.get_value("Sales Contract", contract.name, "docstatus"), 0)

	def test_the_approved_text_has_the_values_of_its_day(self) -> None:
		customer = factories.customer("L2C Müller & {{ total }}")
		contract = self.draft(customer=customer, items=[contracts.line(1130)])
		contract = frappe.get_doc("Sales Contract", contract.name)
		contract.submit()
		english, chinese = (row.final_text for row in contract.clauses[:2])
		self.assertIn("1,130.00 (USD One Thousand", english)
		self.assertIn("美元壹仟壹佰叁拾元整", chinese)
		self.assertIn(
			"Müller &amp; {{ total }} pays", english
		)  # a name that looks like a variable stays a name
		frappe.db.set_value("Customer", customer, "customer_name", "Somebody Else")
		self.assertNotIn(
			"Somebody Else pays", contract_document.contract_html(contracts.fresh(contract), "en")
		)

	def test_an_unknown_variable_in_a_contract_is_refused(self) -> None:
		with self.assertRaises(UnknownClauseVariable):
			self.change(self.draft(), 2, "<p>{{ password }}</p>", self.rep)

	def test_hostile_templates_print_literally(self) -> None:
		contract = self.change(self.draft(), 2, f"<p>{HOSTILE}</p><script>alert(1)</script>", self.rep)
		contract = frappe.get_doc("Sales Contract", contract.name)
		contract.submit()
		for html in (contract.clauses[2].final_text, contract_document.contract_html(contract, "en")):
			self.assertIn("{{ 7*7 }} {% for u in", html)
			self.assertIn("{{ doc.owner }}", html)
			self.assertNotIn("<script>alert", html)
			self.assertNotIn("49", html)

	def test_a_script_that_reads_as_json_is_cleaned_too(self) -> None:
		contract = self.change(self.draft(), 2, '"<script>alert(1)</script>"', self.rep)
		self.assertNotIn("<script>", contract.clauses[2].text)
		self.assertNotIn("<script>", "".join(map(str, contract.printed_clauses())))

	def test_long_right_to_left_and_emoji_clauses(self) -> None:
		text = f"<p>{'条款' * 5000}</p><p>العقد شريعة المتعاقدين</p><p>🤝 👩‍⚖️</p>"
		contract = self.change(self.draft(), 2, text, self.rep)
		stored = frappe.get_doc("Sales Contract", contract.name).clauses[2].text
		self.assertEqual(stored, sanitize_html(text))
		self.assertTrue("条款" * 5000 in contract_document.contract_html(contract, "en"))
