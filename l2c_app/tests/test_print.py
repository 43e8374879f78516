"""Contract and statement on paper: text that can be read back, in both languages, for those who may read them."""

import re
from unittest.mock import patch

import frappe

from l2c_app.api import print as print_api
from l2c_app.services.contract import contract_money
from l2c_app.services.printing import amounts, contract_document, print_renderer, statement_document
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.papers import text_of

HOSTILE = "<script>alert(1)</script> مرحبا 🙂 ' OR 1=1 --"


def contract(**values: object) -> object:
	"""Insert a draft contract of 1,000 with a deposit of 300 and a rest of 700."""
	rows = [
		{"label": "Deposit", "percent": 30, "billing": "Advance", "due_basis": "Contract", "offset_days": 7},
		{
			"label": "Rest",
			"percent": 70,
			"billing": "Own Invoice",
			"due_basis": "Delivery",
			"offset_days": 30,
		},
	]
	defaults = {
		"customer": factories.customer(),
		"company": factories.company(),
		"currency": factories.COMPANY_CURRENCY,
		"selling_price_list": factories.price_list(),
		"items": [{"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 1000}],
		"plan_rows": rows,
	}
	return factories.make("Sales Contract", **{**defaults, **values})


class TestContractPaper(L2CTestCase):
	def test_the_page_says_what_was_agreed(self):
		document = contract(title=HOSTILE)
		html = contract_document.contract_html(document, "en")
		for expected in (document.name, "Deposit", "30", "700.00", "One Thousand", "DRAFT"):
			with self.subTest(expected=expected):
				self.assertIn(expected, html)

	def test_chinese_has_chinese_labels_and_capitals(self):
		html = contract_document.contract_html(contract(), "zh")
		for expected in ("销售合同", "付款计划", "美元壹仟元整", "草稿"):
			with self.subTest(expected=expected):
				self.assertIn(expected, html)

	def test_markup_in_user_text_is_shown_not_run(self):
		document = contract()
		document.title = HOSTILE  # as a raw update could leave it; saving would have cleaned it
		html = contract_document.contract_html(document, "en")
		self.assertNotIn("<script>", html)
		self.assertIn("&lt;script&gt;", html)

	def test_the_watermark_goes_with_the_signature(self):
		document = contract()
		document.signed_on = frappe.utils.nowdate()
		self.assertNotIn('watermark">', contract_document.contract_html(document, "en"))

	def test_every_label_of_the_templates_has_a_chinese_word(self):
		used = set()
		for path in print_renderer.TEMPLATES.glob("*.html"):
			used |= set(re.findall(r'_\("([^"]+)"\)', path.read_text(encoding="utf-8")))
		self.assertGreater(len(used), 25)
		self.assertEqual([label for label in sorted(used) if frappe._(label, "zh") == label], [])

	def test_amounts_have_the_decimals_that_can_be_paid(self):
		for currency, digits in (("JPY", 0), ("USD", 2), ("CHF", 2), ("KWD", 3)):
			factories.enable_currency(currency)
			self.assertEqual(contract_money.fraction_digits(currency), digits, currency)
		self.assertNotIn(".", print_renderer.money(33334, "JPY"))

	def test_no_address_in_a_document_is_fetched(self):
		with self.assertRaises(ValueError):
			print_renderer.refuse_url("http://169.254.169.254/latest/meta-data")
		html = "<p>still there</p><img src='file:///etc/passwd'><img src='http://127.0.0.1:9/x.png'>"
		self.assertIn("still there", text_of(print_renderer.to_pdf(html)))

	def test_the_pdf_can_be_searched(self):
		document = contract()
		self.assertIn(
			"销售合同", text_of(contract_document.contract_pdf(document.name, "zh")).replace(" ", "")
		)
		english = text_of(contract_document.contract_pdf(document.name, "en"))
		self.assertIn("Sales Contract", english)
		self.assertNotIn("骑", english)

	def test_a_stranger_gets_no_paper(self):
		document = contract()
		with self.as_user(factories.user("stranger")), self.assertRaises(frappe.PermissionError):
			print_api.contract_pdf(contract=document.name)

	def test_the_download_names_its_file(self):
		document = contract()
		print_api.contract_pdf(contract=document.name, language="en")
		self.assertEqual(frappe.local.response.filename, f"{frappe.scrub(document.name)}.pdf")
		self.assertTrue(frappe.local.response.filecontent.startswith(b"%PDF"))

	def test_one_paper_in_two_languages(self):
		"""Clauses side by side or stacked, headings and words in both languages, pages numbered, all of it real text."""
		english = "<p>The buyer pays {{ total }} within thirty days.</p>" + "<p>Further terms apply.</p>" * 70
		clauses = [
			{"title": "Payment", "language": "en", "text": english},
			{
				"title": "付款",
				"language": "zh",
				"text": "<p>买方应在三十日内支付{{ total_in_words }}。</p>" * 12,
			},
			{"title": "Emoji 🤝", "language": "", "text": "<p>العقد شريعة المتعاقدين 🙂</p>"},
		]
		people = [
			{"side": "Customer", "full_name": "王芳", "title": "CFO"},
			{"side": "Company", "full_name": "Ada"},
		]
		for layout in ("Side by Side", "Stacked"):
			document = contract(clauses=clauses, languages_on_paper=layout, signatories=people)
			for index, row in enumerate(document.clauses):
				row.clause = "Payment" if index < 2 else ""
			content = print_renderer.to_pdf(contract_document.contract_html(document, "both"))
			text = " ".join(text_of(content).split())
			for expected in ("Sales Contract", "within thirty days", "One Thousand", "Ada"):
				self.assertIn(expected, text)
			close = text.replace(" ", "")
			pages = re.findall(r"\b(\d) ?/ ?(\d)\b", text)
			self.assertGreater(len(pages), 1)
			self.assertEqual(pages[-1][0], pages[-1][1])
			self.assertGreaterEqual(text.count("骑"), len(pages))  # where the seal across all pages goes
			for expected in (
				"销售合同",
				"买方应在三十日内支付美元壹仟元整",
				"付款计划",
				"王芳,CFO",
				"交货后",
			):
				self.assertIn(expected, close)
			self.assertEqual(
				'<table class="terms clauses">' in contract_document.contract_html(document, "both"),
				layout == "Side by Side",
			)

	def test_the_contract_says_in_which_languages_it_is_printed(self):
		document = contract(language="zh")
		self.assertEqual(contract_document.paper_language(document), "zh")
		document.languages_on_paper = "Stacked"
		self.assertEqual(contract_document.paper_language(document), "both")
		self.assertEqual(contract_document.paper_language(document, "en"), "en")

	def test_amounts_in_words_of_nothing_below_nothing_and_a_thousand_million_million(self):
		words = amounts.amount_in_words
		self.assertEqual(words(0, "USD", "zh"), "美元零元整")
		self.assertEqual(words(-1234.5, "CNY", "zh"), "人民币负壹仟贰佰叁拾肆元伍角整")
		self.assertEqual(words(10**15, "CNY", "zh"), "人民币壹仟万亿元整")
		self.assertEqual(words(0, "USD", "en"), "USD Zero only.")
		self.assertEqual(words(10**15, "USD", "en"), "USD One Quadrillion only.")
		self.assertTrue(words(-1234.5, "USD", "en").startswith("Minus USD One Thousand"))
		self.assertIn("Fifty Cent", words(-1234.5, "USD", "en"))

	@bench_only("print formats of the host")
	def test_the_native_print_formats_render(self):
		document = contract(title=HOSTILE)
		html = frappe.get_print("Sales Contract", document.name, print_format="Sales Contract")
		self.assertIn("1,000.00", html)
		self.assertNotIn("<script>alert(1)", html)


class TestStatementPaper(L2CTestCase):
	def test_lines_add_up_to_the_balance_and_its_age(self):
		"""Invoice 1,000, paid 400, then 50 on account: balance 550 = open invoice 600 - 50 not allocated."""
		customer = factories.customer("L2C Statement Customer")
		invoice = factories.sales_invoice(customer)
		factories.payment(customer, 400, against=[("Sales Invoice", invoice.name, 400)])
		factories.payment(customer, 50)
		section = self._section(customer)
		self.assertEqual([line["balance"] for line in section["lines"]][-1], 550)
		self.assertEqual(sum(line["debit"] - line["credit"] for line in section["lines"]), 550)
		self.assertEqual((sum(section["ageing"].values()), section["unallocated"]), (600, -50))

	def test_the_paper_names_customer_and_documents(self):
		customer = factories.customer("L2C Statement Customer")
		invoice = factories.sales_invoice(customer)
		text = text_of(statement_document.statement_pdf(customer, factories.company(), "zh"))
		self.assertIn("对账单", text.replace(" ", ""))
		self.assertIn(invoice.name, text)

	def test_parts_of_a_yen_are_added_up_before_they_are_rounded(self):
		"""0.40 + 0.40 + 0.40 yen: a balance of 1.20 on paper ¥ 1, as the mail with the statement says."""
		day = {
			"posting_date": frappe.utils.nowdate(),
			"voucher_type": "Journal Entry",
			"party": "X",
			"company": "Y",
		}
		movements = [frappe._dict(day, voucher_no=str(number), amount=0.4) for number in range(3)]
		with patch.object(statement_document, "open_invoices", return_value=[]):
			found = statement_document.section("JPY", movements, "en")
		self.assertEqual((found["balance"], found["unallocated"]), (1.2, 1.2))
		self.assertIn("1", found["money"](found["balance"]))

	def test_nothing_to_state_is_said(self):
		with self.assertRaises(statement_document.NothingToState):
			statement_document.statement_pdf(factories.customer("L2C Silent Customer"), factories.company())

	def test_sales_gets_no_statement(self):
		customer = factories.customer("L2C Statement Customer")
		factories.sales_invoice(customer)
		with self.as_user(factories.sales_user("paper.rep")), self.assertRaises(frappe.PermissionError):
			print_api.statement_pdf(customer=customer, company=factories.company())

	def _section(self, customer: str) -> dict:
		movements = statement_document.ledger_movements(customer, factories.company())
		return statement_document.section(factories.COMPANY_CURRENCY, movements, "en")
