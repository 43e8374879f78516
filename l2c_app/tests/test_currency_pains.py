"""What users suffer from with advances on orders and with several currencies; figures by hand, from the ledger alone."""

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.model.document import Document

from l2c_app.services.billing import billing
from l2c_app.services.ledger import audit, ledger_identities
from l2c_app.services.receipt import money_at_hand
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.contracts import plan_row
from l2c_app.tests.receivables import broken, figures, receipt, rows
from l2c_app.tests.test_money_pains import PaymentPain


class CurrencyPain(PaymentPain):
	def with_deposit(self, customer: str, **values: object) -> Document:
		"""Return an active contract of 1,000 with a deposit of 300, which its invoice of 1,000 draws."""
		plan = [plan_row(300, billing="Advance"), plan_row(700)]
		return contracts.active(customer, plan_rows=plan, **values)

	def exchange_journals(self) -> list[int]:
		"""Return the docstatus of every exchange journal of the customer."""
		lines = {"party": self.customer, "party_type": "Customer"}
		names = frappe.get_all("Journal Entry Account", lines, pluck="parent", order_by="parent")
		wanted = {"name": ("in", names), "voucher_type": "Exchange Gain Or Loss"}
		return frappe.get_all("Journal Entry", wanted, pluck="docstatus", order_by="name")

	def assert_ledgers_agree(self, contract: str) -> None:
		self.assertEqual(broken(contract), [])
		differences = ledger_identities.ledger_differences()
		self.assertEqual([row for row in differences if row["customer"] == self.customer], [])
		self.assertEqual([row for row in audit.run()["drifts"] if row["contract"] == contract], [])


class TestAdvancePains(CurrencyPain):
	def test_pain_advance_not_pulled_to_the_invoice_is_shown_and_never_taken_silently(self) -> None:
		"""A native invoice is not given a deposit of 300 nor 77 on account; both are shown beside it."""
		contract = self.contract(300, 700)
		receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		receipt(self.customer, 77)
		invoice = make_sales_invoice(self.order)
		invoice.set("payment_schedule", [])
		invoice.insert()
		self.assertEqual(list(invoice.get("advances") or []), [])
		figures(contract)
		with self.as_user(factories.accounts_user()):
			shown = money_at_hand.of_document("Sales Invoice", invoice.name)
		self.assertEqual((shown["advance"], shown["on_account"]), (300, 77))

	@bench_only("a separate advance account")
	def test_pain_advance_in_separate_party_account_breaks_reports_and_reconciliation(self) -> None:
		"""A deposit of 300 on an account of its own, then drawn: one figure throughout, and nothing overdue beside it."""
		liabilities = {"company": factories.COMPANY, "root_type": "Liability", "is_group": 1}
		parent = frappe.get_all("Account", liabilities, pluck="name", order_by="lft desc", limit=1)[0]
		kind = {"account_type": "Receivable", "root_type": "Liability", "currency": "USD"}
		advances = factories.account("L2C Advances", parent=parent, **kind)
		values = {
			"book_advance_payments_in_separate_party_account": 1,
			"default_advance_received_account": advances,
		}
		frappe.db.set_value("Company", factories.COMPANY, values)
		self.addCleanup(frappe.clear_document_cache, "Company", factories.COMPANY)
		frappe.clear_document_cache("Company", factories.COMPANY)
		contract = self.with_deposit(self.customer)
		against = [("Sales Order", contract.sales_order, 300)]
		payment = receipt(self.customer, 300, against=against, submit=False)
		payment.paid_from = advances
		payment.save()
		payment.submit()
		contract = contract.name
		self.assertEqual(figures(contract, "advance", "settled", "collected"), (300, 0, 300))
		self.assert_ledgers_agree(contract)
		self.bill(contract, 2)
		self.assertEqual(figures(contract, "billed", "advance", "settled", "collected"), (1000, 0, 300, 300))
		self.assertEqual(rows(contract, "settled", "open_amount"), [(300, 0), (0, 700)])
		self.assert_ledgers_agree(contract)

	@bench_only("permissions of the host")
	def test_pain_no_outstanding_on_sales_order_the_form_reads_it_from_the_contract(self) -> None:
		"""The order's form asks for collected and open of its contract: its salesperson sees them, another does not."""
		rep, other = factories.sales_user("pain.rep"), factories.sales_user("pain.other")
		contract = self.contract(300, 700, contract_owner=rep)
		receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		figures(contract)
		link = frappe.db.get_value("Sales Order", self.order, "l2c_contract")
		asked = ["currency", "collected", "open_amount", "overdue_amount"]
		with self.as_user(rep):
			shown = frappe.client.get_value("Sales Contract", asked, link)
		self.assertEqual((shown.currency, shown.collected, shown.open_amount), ("USD", 300, 700))
		with self.as_user(other):
			self.assertFalse(frappe.client.get_value("Sales Contract", asked, link))
		columns = {
			field.fieldname
			for field in frappe.get_meta("Sales Order").fields
			if field.fieldname.startswith("l2c_")
		}
		self.assertEqual(columns, {"l2c_contract"})


@bench_only("exchange gain and loss")
class TestCurrencyPains(CurrencyPain):
	def test_pain_exchange_gain_and_loss_journals_never_count_as_collected(self) -> None:
		"""300 EUR billed at 1.10 and paid in two parts at 1.20 and 1.00: two journals, 300 collected, 340 dollars."""
		self.customer = factories.customer("L2C Pain EUR", currency="EUR")
		contract = self.contract(300, 700, currency="EUR", conversion_rate=1.1)
		invoice = self.bill(contract, 1)
		receipt(self.customer, 200, against=[("Sales Invoice", invoice, 200)], currency="EUR", rate=1.2)
		receipt(self.customer, 100, against=[("Sales Invoice", invoice, 100)], currency="EUR", rate=1.0)
		self.assertEqual(self.exchange_journals(), [1, 1])
		found = figures(contract, "settled", "written_off", "collected", "collected_base")
		self.assertEqual(found, (300, 0, 300, 340))
		self.assert_ledgers_agree(contract)

	def test_open_and_overdue_in_company_currency_are_those_of_the_books(self) -> None:
		"""1,000 EUR agreed at 1.10, 300 billed at 1.20, 200 of it paid at 1.25: 100 at 1.20 and 700 at 1.10 are open."""
		from l2c_app.patches.v1_0 import open_base

		self.customer = factories.customer("L2C Pain EUR", currency="EUR")
		asked = ("open_amount", "open_base", "overdue_amount", "overdue_base")
		late = [plan_row(300, fixed_date=contracts.in_days(-5)), plan_row(700)]
		values = {"currency": "EUR", "conversion_rate": 1.1, "transaction_date": contracts.in_days(-20)}
		contract = contracts.active(self.customer, plan_rows=late, **values).name
		self.assertEqual(figures(contract, *asked), (1000, 1100, 300, 330))
		invoice = frappe.get_doc("Sales Invoice", billing.bill_row(contract, "R1"))
		invoice.conversion_rate = 1.2
		invoice.save()
		invoice.submit()
		self.assertEqual(figures(contract, *asked), (1000, 1130, 300, 360))
		receipt(self.customer, 200, against=[("Sales Invoice", invoice.name, 200)], currency="EUR", rate=1.25)
		self.assertEqual(figures(contract, *asked), (800, 890, 100, 120))
		booked = {"against_voucher_no": invoice.name, "delinked": 0}
		self.assertEqual(sum(frappe.get_all("Payment Ledger Entry", filters=booked, pluck="amount")), 120)
		self.assert_ledgers_agree(contract)
		draft = contracts.draft(self.customer, plan_rows=late, **values).name
		self.assertEqual(figures(draft, *asked), (0, 0, 0, 0))
		dollars = contracts.active(factories.customer("L2C Pain USD")).name
		figures(dollars)
		names = {"name": ("in", [contract, dollars, draft])}
		frappe.db.set_value("Sales Contract", names, {"open_base": 0, "overdue_base": 0})
		open_base.execute()
		self.assertEqual(figures(contract, *asked), (800, 890, 100, 120))
		self.assertEqual(figures(dollars, "open_base", "overdue_base"), (1000, 0))
		self.assertEqual(figures(draft, "open_base", "overdue_base"), (0, 0))

	def test_pain_absurd_gain_or_loss_when_the_receivable_is_in_company_currency(self) -> None:
		"""1,000 EUR at 1.10 on a dollar account: 1,100 dollars paid are all of it, with no gain, no loss, nothing left."""
		allowed = {"allow_multi_currency_invoices_against_single_party_account": 1}
		with self.settings("Accounts Settings", **allowed):
			account = factories.receivable_account()
			values = {"currency": "EUR", "conversion_rate": 1.1, "receivable_account": account}
			contract = self.contract(1000, **values)
			invoice = self.bill(contract, 1)
			payment = receipt(self.customer, 1100, against=[("Sales Invoice", invoice, 1100)])
			found = figures(contract, "billed", "open_billed", "settled", "written_off", "collected_base")
			self.assertEqual(found, (1000, 0, 1000, 0, 1100))
			self.assertEqual(self.exchange_journals(), [])
			self.assertEqual(figures(contract, "open_amount", "open_base"), (0, 0))
			payment.cancel()
			self.assertEqual(figures(contract, "open_billed", "settled", "collected_base"), (1000, 0, 0))
			self.assertEqual(figures(contract, "open_amount", "open_base"), (1000, 1100))
			self.assert_ledgers_agree(contract)

	def test_pain_advance_at_another_rate_leaves_a_base_difference_shown_and_not_posted(self) -> None:
		"""A deposit of 300 EUR at 1.20 on an invoice at 1.10: 300 are settled, 360 dollars came; we post nothing of our own."""
		self.customer = factories.customer("L2C Pain EUR", currency="EUR")
		order = self.with_deposit(self.customer, currency="EUR", conversion_rate=1.1)
		contract, against = order.name, [("Sales Order", order.sales_order, 300)]
		receipt(self.customer, 300, against=against, currency="EUR", rate=1.2)
		self.assertEqual(figures(contract, "advance", "collected", "collected_base"), (300, 300, 360))
		self.bill(contract, 2)
		before = frappe.db.count("GL Entry", {"company": factories.COMPANY})
		found = figures(contract, "advance", "settled", "collected", "written_off", "collected_base")
		self.assertEqual(found, (0, 300, 300, 0, 360))
		# 700 are open at 1.10, whatever the deposit came at
		self.assertEqual(figures(contract, "open_amount", "open_base"), (700, 770))
		audit.run()
		self.assertEqual(frappe.db.count("GL Entry", {"company": factories.COMPANY}), before)
		self.assertEqual(rows(contract, "settled", "written_off"), [(300, 0), (0, 0)])
		self.assert_ledgers_agree(contract)
