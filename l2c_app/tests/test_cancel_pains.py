"""What users suffer from when native documents are cancelled and others hang on them: ours never block and stay usable."""

from unittest.mock import patch

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from l2c_app.api import collection as api
from l2c_app.services.billing import billing, billing_requests
from l2c_app.services.ledger import audit
from l2c_app.services.printing import print_renderer
from l2c_app.services.signing import provider
from l2c_app.tests import bank_case, contracts, factories, signing_case
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase
from l2c_app.tests.receivables import figures, row_id, rows

NATIVE = {"Sales Order", "Sales Invoice", "Payment Entry", "Journal Entry", "Bank Transaction"}


@bench_only("links, permissions and cancellation of the host")
class TestCancelPains(ChasingTestCase):
	"""A contract of 300, 300 and 400 with every document of ours hanging on its order, invoice and payment."""

	def setUp(self) -> None:
		super().setUp()
		self.rep = factories.sales_user("cancel.rep")
		for patcher in (
			patch.object(provider, "can_mail", return_value=False),
			patch.object(print_renderer, "to_pdf", side_effect=signing_case.quick_pdf),
		):
			patcher.start()
			self.addCleanup(patcher.stop)
		self.contract = self.signed_contract()
		self.order = self.contract.sales_order
		self.paid_invoice = billing.bill_row(self.contract.name, "R1", submit=True)
		self.ours = self.documents()

	def signed_contract(self) -> Document:
		late = add_days(nowdate(), -30)
		plan = [contracts.plan_row(amount, fixed_date=late) for amount in (300, 300, 400)]
		return contracts.active(
			self.customer, plan_rows=plan, contract_owner=self.rep, signatories=[dict(signing_case.ADA)]
		)

	def documents(self) -> dict[str, str]:
		"""Return {DocType: name} of what hangs on the native documents, each as its users make it."""
		contract, invoice = self.contract.name, self.invoice(30, 100).name
		ask = [{"contract": contract, "row_id": row_id(contract, 1), "amount": 300}]
		receipt = api.report({"amount": 300, "received_on": nowdate()}, ask)["name"]
		with self.as_user(self.finance):
			self.payment = api.confirm(receipt, paid_to=factories.bank_account())["voucher_no"]
		more = {"contract": contract, "amount": 10}
		draft = api.report({"amount": 10, "received_on": nowdate(), "reference_no": "LATER"}, [more])["name"]
		promise = {"sales_invoice": invoice, "amount": 50, "promised_for": add_days(nowdate(), 3)}
		dispute = {"code": "Quality", "responsible": self.finance, "deadline": nowdate(), "note": "broken"}
		self.chased = invoice
		self.live = self.case()
		with self.as_user(self.rep):
			asked = billing_requests.ask(contract, ("R2",), tax_title="ACME")
		return {
			"Sales Contract": contract,
			"Collection": receipt,
			"Collection draft": draft,
			"Billing Request": asked,
			"Promise to Pay": factories.make("Promise to Pay", **promise).name,
			"Receivable Dispute": factories.make(
				"Receivable Dispute", sales_invoice=invoice, amount=20, **dispute
			).name,
			"Collection Case": self.live.name,
			"Bank Match": self.matched_line(invoice),
		}

	def matched_line(self, invoice: str) -> str:
		from l2c_app.services.receipt import bank_matching

		line = bank_case.line(50, f"part of {invoice}")
		with self.as_user(self.finance):
			list(bank_matching.work(bank_matching.start(factories.COMPANY)))
		return frappe.db.get_value("Bank Match", {"bank_transaction": line.name})

	def cancel(self, doctype: str, name: str, *roles: str) -> None:
		"""Cancel a document as somebody who has these roles and no other."""
		user = factories.user("cancel." + frappe.scrub("_".join(roles)), *roles)
		with self.as_user(user):
			frappe.get_doc(doctype, name).cancel()
		self.assertEqual(frappe.db.get_value(doctype, name, "docstatus"), 2)

	def cancel_all(self) -> None:
		"""Cancel payment, invoices and order, each by the smallest role that the host lets do it."""
		self.cancel("Payment Entry", self.payment, "Accounts User")
		self.cancel("Sales Invoice", self.paid_invoice, "Accounts Manager")
		self.cancel("Sales Invoice", self.chased, "Accounts Manager")
		self.cancel("Sales Order", self.order, "Sales User")

	def test_pain_cancelling_a_payment_invoice_or_order_is_blocked_by_our_documents(self) -> None:
		"""Payment, invoices and order go one after the other, for people without a right on anything of ours but reading."""
		self.assertEqual(figures(self.contract.name, "billed", "collected"), (300, 300))
		self.cancel_all()
		found = figures(self.contract.name, "billed", "collected", "advance", "on_account", "open_amount")
		self.assertEqual(found, (0, 0, 0, 0, 1000))
		self.assertEqual(frappe.db.get_value("Collection", self.ours["Collection"], "status"), "Reported")
		self.assertIsNone(self.case())
		self.assertEqual(rows(self.contract.name, "billed", "settled"), [(0, 0)] * 3)
		drifts = [row for row in audit.run()["drifts"] if row["contract"] == self.contract.name]
		self.assertEqual(drifts, [])

	def test_pain_missing_permission_on_helper_doctypes_blocks_the_cancel(self) -> None:
		"""An order first, under invoice and payment that stay: as a Sales User who may not even read a case."""
		other = contracts.active(self.customer, plan_rows=[contracts.plan_row(percent=100)])
		self.assertFalse(frappe.has_permission("Bank Match", "read", user=factories.sales_user()))
		self.cancel("Sales Order", other.sales_order, "Sales User")
		self.assertEqual(contracts.fresh(other).sales_order, "")
		payment = factories.payment(self.customer, 70, against=[("Sales Invoice", self.chased, 70)]).name
		self.cancel("Payment Entry", payment, "Accounts User")
		self.assertEqual(self.case().overdue, 100)

	def test_pain_draft_holders_of_a_cancelled_order_cannot_save(self) -> None:
		"""After all of it is cancelled, each document of ours that is no record of the past is saved once more."""
		draft = frappe.copy_doc(contracts.fresh(self.contract))
		draft.insert()
		self.cancel_all()
		kept = {name: document for name, document in self.ours.items() if name != "Billing Request"}
		for name, document in {**kept, "Sales Contract": draft.name}.items():
			doctype = name.replace(" draft", "")
			with self.subTest(doctype=doctype, document=document):
				frappe.get_doc(doctype, document).save()
		with self.as_user(self.finance):  # a request is never edited, but answered
			billing_requests.reject(self.ours["Billing Request"], reason="the order is gone")
		self.assertEqual(
			frappe.db.get_value("Billing Request", self.ours["Billing Request"], "state"), "Rejected"
		)

	def test_pain_cancel_all_would_cancel_our_documents(self) -> None:
		"""What the form of a native document proposes to cancel with it are native documents, from whichever it starts."""
		from frappe.desk.form.linked_with import get_submitted_linked_docs

		starts = {
			"Sales Order": self.order,
			"Sales Invoice": self.paid_invoice,
			"Payment Entry": self.payment,
		}
		for doctype, name in starts.items():
			with self.subTest(doctype=doctype):
				found = get_submitted_linked_docs(doctype, name)["docs"]
				self.assertLessEqual({row["doctype"] for row in found}, NATIVE)
