"""What users suffer from with payment terms and the host's Payment Schedule: our rows follow the ledger alone. By hand."""

import frappe
from frappe.utils import add_months, get_last_day, nowdate

from l2c_app.services.ledger import audit, recompute
from l2c_app.services.receipt import collections
from l2c_app.services.receipt.receipt_payment import Receipt
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import bench_only
from l2c_app.tests.contracts import plan_row
from l2c_app.tests.receivables import broken, figures, receipt, row_id, rows
from l2c_app.tests.test_money_pains import PaymentPain


def schedule(invoice: str) -> list[tuple]:
	"""Return what the host's schedule of an invoice says, and when it was written last."""
	fields = ["name", "due_date", "payment_amount", "paid_amount", "outstanding", "modified"]
	filters = {"parent": invoice, "parenttype": "Sales Invoice"}
	return frappe.get_all("Payment Schedule", filters=filters, fields=fields, order_by="idx", as_list=True)


def forge(invoice: str) -> None:
	"""Let the host's schedule say that all is paid."""
	values = {"paid_amount": 999, "outstanding": 0, "base_paid_amount": 999, "base_outstanding": 0}
	for row in schedule(invoice):
		frappe.db.set_value("Payment Schedule", row[0], values)


class TestSchedulePains(PaymentPain):
	@bench_only("reconciliation and credit notes")
	def test_pain_payment_schedule_never_follows_the_ledger(self) -> None:
		"""R2 of 500: a journal of 50, 100 reconciled and taken off again, a credit note of 30; the schedule lies all the time."""
		contract = self.contract(300, 500, 200)
		invoice = self.bill(contract, 2)
		forge(invoice)
		credit = receivables.party_credit(self.customer, 50, reference=("Sales Invoice", invoice))
		bank = {"account": factories.bank_account(), "debit_in_account_currency": 50}
		receivables.journal([credit, bank])
		self.assertEqual(self.second(contract), (50, 0, 450))
		payment = receipt(self.customer, 100)
		receivables.reconcile(self.customer, payment.name, invoice, 100)
		self.assertEqual(self.second(contract), (150, 0, 350))
		receivables.unreconcile("Payment Entry", payment.name, invoice)
		self.assertEqual(self.second(contract), (50, 0, 450))
		receivables.credit_note(invoice, 30)
		self.assertEqual(self.second(contract), (50, 30, 420))
		self.assertEqual(audit.run()["drift"], 0)

	def second(self, contract: str) -> tuple[float, ...]:
		return rows(contract, "settled", "credited", "open_amount")[1]

	def test_pain_base_outstanding_drifts_after_cancel(self) -> None:
		"""Two payments of 300 EUR at 1.10, the first cancelled: 330 dollars came, whatever the schedule says in base."""
		customer = factories.customer("L2C Pain EUR", currency="EUR")
		plan = [plan_row(300), plan_row(700)]
		contract = contracts.active(customer, currency="EUR", conversion_rate=1.1, plan_rows=plan).name
		invoice = self.bill(contract, 1)
		values = {"against": [("Sales Invoice", invoice, 300)], "currency": "EUR", "rate": 1.1}
		receipt(customer, 300, **values).cancel()
		forge(invoice)
		self.assertEqual(figures(contract, "collected", "collected_base", "open_billed"), (0, 0, 300))
		receipt(customer, 300, **values)
		found = figures(contract, "collected", "collected_base", "open_billed")
		self.assertEqual(found, (300, 330, 0))
		self.assertEqual(rows(contract, "settled", "open_amount"), [(300, 0), (0, 700)])

	def test_pain_reference_outstanding_jumps_to_the_whole_invoice_after_save(self) -> None:
		"""An invoice of 800 bills two rows; 300 reported for the first one stay 300 however often a draft is saved."""
		plan = [plan_row(300, billing="Advance"), plan_row(500), plan_row(200)]
		contract = contracts.active(self.customer, plan_rows=plan).name
		invoice = self.bill(contract, 2)
		draft = receipt(self.customer, 200, against=[("Sales Invoice", invoice, 200)], submit=False)
		for _time in range(2):
			draft.save()
		self.assertEqual([row.allocated_amount for row in draft.references], [200])
		self.assertEqual(rows(contract, "open_amount"), [300, 500, 200])
		draft.delete()
		ask = {"contract": contract, "row_id": row_id(contract, 1), "amount": 300}
		name = collections.report({"amount": 300, "received_on": nowdate()}, [ask]).name
		payment = collections.confirm(name, Receipt(paid_to=factories.bank_account())).voucher_no
		made = frappe.get_doc("Payment Entry", payment)
		self.assertEqual(
			[(row.reference_name, row.allocated_amount) for row in made.references], [(invoice, 300)]
		)
		self.assertEqual(rows(contract, "settled", "open_amount"), [(300, 0), (0, 500), (0, 200)])

	@bench_only("the host's search for open documents")
	def test_pain_get_outstanding_orders_ignored_terms(self) -> None:
		"""Whatever the host offers of an order, by its search or its button, the oldest rows have the money."""
		from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

		contract = self.contract(300, 500, 200)
		self.assertEqual(self.offered(), [(self.order, 1000)])
		button = get_payment_entry("Sales Order", self.order, bank_account=factories.bank_account())
		button.update({"reference_no": "BUTTON", "reference_date": nowdate(), "paid_amount": 350})
		button.received_amount = button.references[0].allocated_amount = 350
		button.insert().submit()
		self.assertEqual(rows(contract, "settled"), [300, 50, 0])
		self.assertEqual(self.offered(), [(self.order, 650)])
		receipt(self.customer, 650, against=[("Sales Order", self.order, 650)])
		self.assertEqual((self.offered(), rows(contract, "settled")), ([], [300, 500, 200]))
		self.assertEqual(broken(contract), [])

	def offered(self) -> list[tuple[str, float]]:
		"""Return the orders that the form of a Payment Entry finds for the customer."""
		from erpnext.accounts.doctype.payment_entry.payment_entry import get_outstanding_reference_documents

		asked = {
			"posting_date": nowdate(),
			"company": factories.COMPANY,
			"party_type": "Customer",
			"payment_type": "Receive",
			"party": self.customer,
			"party_account": factories.receivable_account(),
			"get_orders_to_be_billed": True,
		}
		found = get_outstanding_reference_documents(asked) or []
		return [
			(row.voucher_no, row.outstanding_amount) for row in found if row.voucher_type == "Sales Order"
		]

	def test_pain_payment_entry_by_api_does_not_touch_the_schedule(self) -> None:
		"""Nor do we: no figure of ours is written into native schedule rows, and none is read from there."""
		contract = self.contract(300, 500, 200)
		invoice = self.bill(contract, 1)
		with self.as_user(factories.accounts_user()):
			receipt(self.customer, 120, against=[("Sales Invoice", invoice, 120)])
		before = schedule(invoice)
		self.assertTrue(before)
		recompute.flush()
		recompute.recompute(contract)
		audit.run()
		self.assertEqual(schedule(invoice), before)
		self.assertEqual(rows(contract, "settled", "open_amount")[0], (120, 180))

	def test_pain_months_after_invoice_date_missing(self) -> None:
		"""Two months after the invoice, and the end of the month of it; the invoice says the same day."""
		ends = get_last_day(add_months(nowdate(), 2))
		for values, day in (({}, add_months(nowdate(), 2)), ({"end_of_month": 1}, ends)):
			with self.subTest(**values):
				row = plan_row(percent=100, due_basis="Invoice", offset_months=2, **values)
				contract = contracts.active(self.customer, plan_rows=[row])
				self.assertIsNone(contract.plan_rows[0].due_date)
				invoice = frappe.get_doc("Sales Invoice", self.bill(contract.name, 1))
				self.assertEqual(str(invoice.due_date), str(day))
				self.assertEqual(str(contracts.fresh(contract).plan_rows[0].due_date), str(day))
