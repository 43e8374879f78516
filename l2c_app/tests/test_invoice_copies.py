from unittest.mock import patch

import frappe

from l2c_app.tests import factories, papers
from l2c_app.tests.base import IN_SANDBOX, bench_only
from l2c_app.tests.chasing_case import ChasingTestCase

if not IN_SANDBOX:
	drawn_by_host = frappe.attach_print


@bench_only("the host's print formats and mail queue")
class TestInvoiceCopies(ChasingTestCase):
	def setUp(self):
		super().setUp()
		self.first, self.second = self.invoice(30, 1000), self.invoice(6, 500)
		self.live = self.case()
		# as HTML: the same path of the host, without the program that draws PDF
		frappe.db.set_single_value("Print Settings", "send_print_as_pdf", 0)

	def attach(self):
		policy = frappe.get_doc("Dunning Policy", self.policy.name)
		policy.levels[2].attach_invoices = 1
		policy.save()

	def mail(self):
		filters = {"reference_doctype": "Collection Case", "reference_name": self.live.name}
		return frappe.get_all("Email Queue", filters=filters, pluck="message")

	def test_a_message_carries_its_invoices_where_the_level_says_so(self):
		frappe.db.set_value("Customer", self.customer, "language", "zh")
		self.attach()
		with patch.object(frappe, "attach_print", wraps=drawn_by_host) as asked:
			row = self.send(self.line().run)[0]
		self.assertEqual((row.state, row.reason), ("Sent", None))
		self.assertEqual({call.kwargs["lang"] for call in asked.call_args_list}, {"zh"})
		(mail,) = self.mail()
		for invoice in (self.first.name, self.second.name):
			self.assertIn(f'filename="{invoice}.html"', mail)
		self.assertIsNone(frappe.db.get_value("Dunning Notice", row.notice, "not_attached") or None)

	def test_the_copy_is_a_pdf_that_names_its_invoice(self):
		"""Drawn for real. The host's standard format has the number in its header, which not every wkhtmltopdf draws."""
		frappe.db.set_single_value("Print Settings", "send_print_as_pdf", 1)
		self.use_format("<h1>Invoice {{ doc.name }}</h1><p>{{ doc.customer }} {{ doc.grand_total }}</p>")
		self.attach()
		with papers.drawn_by_the_host():
			row = self.send(self.line().run)[0]
		self.assertEqual((row.state, row.reason), ("Sent", None))
		(mail,) = self.mail()
		found = papers.pdfs_of(mail)
		self.assertEqual(set(found), {f"{self.first.name}.pdf", f"{self.second.name}.pdf"})
		for invoice in (self.first, self.second):
			text = found[f"{invoice.name}.pdf"]
			self.assertIn(f"Invoice {invoice.name}", text)
			self.assertIn(f"{self.customer} {invoice.grand_total}", text)

	def use_format(self, html):
		"""Let invoices print in a format of ours until the test is over."""
		factories.make(
			"Print Format",
			name="L2C Copy",
			doc_type="Sales Invoice",
			custom_format=1,
			print_format_type="Jinja",
			html=html,
		)
		setter = {"doctype": "Sales Invoice", "doctype_or_field": "DocType", "property_type": "Data"}
		frappe.make_property_setter({**setter, "property": "default_print_format", "value": "L2C Copy"})
		frappe.clear_cache(doctype="Sales Invoice")
		self.addCleanup(frappe.clear_cache, doctype="Sales Invoice")
		self.addCleanup(frappe.db.rollback)

	def test_nothing_is_attached_unless_asked(self):
		with patch.object(frappe, "attach_print") as asked:
			self.assertEqual(self.send(self.line().run)[0].state, "Sent")
		asked.assert_not_called()
		self.assertNotIn("filename=", self.mail()[0])

	def test_a_paper_that_cannot_be_drawn_stops_no_message_and_is_named(self):
		self.attach()
		language, environment = frappe.local.lang, frappe.local.jenv

		def draw(doctype, name, **options):
			if name == self.second.name:
				frappe.flags.ignore_print_permissions = True
				frappe.local.lang = "xx"
				frappe.throw("no printer")
			return drawn_by_host(doctype, name, **options)

		with patch.object(frappe, "attach_print", side_effect=draw):
			row = self.send(self.line().run)[0]
		sentence = f"Sent without a copy of {self.second.name}"
		self.assertEqual((row.state, row.reason), ("Sent", sentence))
		self.assertEqual(frappe.db.get_value("Dunning Notice", row.notice, "not_attached"), sentence)
		(mail,) = self.mail()
		self.assertIn(f'filename="{self.first.name}.html"', mail)
		self.assertNotIn(f'filename="{self.second.name}.html"', mail)
		self.assertFalse(frappe.flags.ignore_print_permissions)
		self.assertEqual(frappe.local.lang, language)
		self.assertEqual(frappe.local.jenv, environment)

	def test_more_papers_than_a_mail_carries_are_named(self):
		self.attach()
		with patch("l2c_app.services.chasing.invoice_copies.MOST", 1):
			row = self.send(self.line().run)[0]
		self.assertIn("Sent without a copy of", row.reason)
		self.assertEqual(self.mail()[0].count("filename="), 1)
