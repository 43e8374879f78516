"""Who may read what of contracts, signatures, receipts, billing and chasing: one table, every path, real users, the
customer among them."""

from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_days, get_first_day, nowdate

from l2c_app.api import back_doors
from l2c_app.services.printing import print_renderer
from l2c_app.services.receipt import collections
from l2c_app.services.signing import provider
from l2c_app.tests import bank_case, contracts, factories, signing_case
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.reading_paths import ReadingPaths

ACCOUNTS = frozenset({"accountant", "controller"})
BOOKS = ACCOUNTS | {"manager"}
OWN = BOOKS | {"rep"}
MANAGERS = frozenset({"manager", "controller"})
STAFF = OWN | {"other"}
MAY_READ = {
	**dict.fromkeys(("Sales Contract", "Contract Signing Request", "Contract Signing Event"), OWN),
	**dict.fromkeys(("Sales Contract Revision", "Billing Request"), OWN),
	**dict.fromkeys(("Collection", "Collection Claim"), OWN),
	**dict.fromkeys(("Collection Case", "Promise to Pay", "Receivable Dispute", "Dunning Notice"), OWN),
	**dict.fromkeys(("Sales Contract Template", "Dunning Policy", "Credit Release"), STAFF),
	"Collection unclaimed": ACCOUNTS,
	**dict.fromkeys(("Billing Run", "Billing Run Row", "Dunning Run", "Dunning Run Row"), ACCOUNTS),
	**dict.fromkeys(("Statement Run", "Statement Run Row"), ACCOUNTS),
	**dict.fromkeys(("Bank Statement Load", "Bank Statement Load Row"), ACCOUNTS),
	**dict.fromkeys(("Bank Match", "Bank Match Run", "Payer Alias"), ACCOUNTS),
	**dict.fromkeys(("Contract Month", "Contract Voucher", "Cash Forecast Week"), ACCOUNTS),
	"Collection Target": BOOKS,
	**dict.fromkeys(("Adoption Run", "Adoption Run Row", "Work Hand Over"), MANAGERS),
}
# Whoever writes a record of a machine does it by a step of ours, never by a form or a request.
MAY_WRITE = {
	**dict.fromkeys(MAY_READ, frozenset()),
	"Sales Contract": frozenset({"rep", "manager"}),
	"Sales Contract Template": frozenset({"manager"}),
	"Collection": OWN,
	"Collection unclaimed": ACCOUNTS,
	"Collection Case": ACCOUNTS,
	**dict.fromkeys(("Promise to Pay", "Receivable Dispute"), OWN),
	**dict.fromkeys(("Dunning Policy", "Credit Release", "Payer Alias"), frozenset({"controller"})),
	"Collection Target": MANAGERS,
}
MAY_RUN = {
	"Contracts as of a Date": STAFF,
	"Late Changes to a Closed Month": ACCOUNTS,
	"Receivable Measures": ACCOUNTS,
	"Cash Forecast": ACCOUNTS,
	"Collection Targets": BOOKS,
	"Receivable Ageing by Sales Person": BOOKS,
}


class MoneyMatrixCase(ReadingPaths, L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		for patcher in (
			patch.object(provider, "can_mail", return_value=False),
			patch.object(print_renderer, "to_pdf", side_effect=signing_case.quick_pdf),
		):
			patcher.start()
			self.addCleanup(patcher.stop)
		self.people = {
			"rep": factories.sales_user("matrix.rep"),
			"other": factories.sales_user("matrix.other"),
			"manager": factories.sales_manager("matrix.manager"),
			"accountant": factories.accounts_user("matrix.accountant"),
			"controller": factories.accounts_manager("matrix.controller"),
			"customer": factories.user("matrix.customer", "Customer"),
		}
		customer = frappe.get_doc("Customer", factories.customer("L2C Matrix Customer"))
		customer.append("portal_users", {"user": self.people["customer"]})
		customer.save()
		self.customer = customer.name
		self.of_customer = {
			"customer": self.customer,
			"company": factories.company(),
			"currency": factories.COMPANY_CURRENCY,
		}

	def contract_documents(self) -> dict[str, str]:
		"""Return a contract out for signature, as its people make it, and one receipt for it."""
		contract = signing_case.approved(customer=self.customer, contract_owner=self.people["rep"])
		signing_case.send(contract)
		request = signing_case.request_of(contract).name
		values = {**self.of_customer, "received_on": nowdate(), "amount": 10, "reference_no": "MATRIX-1"}
		with self.as_user(self.people["rep"]):
			receipt = collections.report(values, [])
		return {
			"Sales Contract": contract.name,
			"Contract Signing Request": request,
			"Contract Signing Event": frappe.db.get_value("Contract Signing Event", {"request": request}),
			"Collection": receipt.name,
			**self.records_of_contract(contract.name),
		}

	def records_of_contract(self, contract: str) -> dict[str, str]:
		"""Return what is stored about a contract, row by row."""
		rep, about = self.people["rep"], {"contract": contract}
		unclaimed = {**self.of_customer, "status": "Unclaimed", "amount": 5, "received_on": nowdate()}
		money = self.stored("Collection", {**unclaimed, "customer": None, "reported_by": rep})
		claim = {**about, "collection": money, "claimed_by": rep, "state": "Open", "reason": "it is ours"}
		asked = {**about, **self.of_customer, "state": "Requested", "requested_by": rep}
		rows = {
			"Sales Contract Revision": {**about, "revision": 1, "reason": "agreed"},
			"Billing Request": asked,
			"Collection Claim": claim,
			"Contract Month": {**about, "company": factories.COMPANY, "month_end": nowdate()},
			"Contract Voucher": {**about, "voucher_type": "Payment Entry", "voucher_no": "ACC-PAY"},
		}
		made = {doctype: self.stored(doctype, values) for doctype, values in rows.items()}
		return {**made, "Collection unclaimed": money}

	def chasing_documents(self) -> dict[str, str]:
		"""Return what chasing wrote about the rep's customer, none of it his own work."""
		due = add_days(nowdate(), -20)
		invoice = {"sales_invoice": "SINV-MATRIX", **self.of_customer, "amount": 10}
		rows = {
			"Collection Case": {**self.of_customer, "status": "Open", "sales_owner": self.people["rep"]},
			"Promise to Pay": {**invoice, "status": "Open", "promised_for": nowdate()},
			"Receivable Dispute": {**invoice, "status": "Open", "code": "Price", "deadline": nowdate()},
			"Dunning Notice": {**self.of_customer, "level": 1, "sent_on": nowdate(), "subject": "Please pay"},
			"Dunning Policy": {"policy_name": "Matrix", "enabled": 1},
			"Dunning Run": {"run_on": nowdate(), "state": "Draft"},
			"Dunning Run Row": {**self.of_customer, "amount": 10, "oldest_due": due, "state": "Proposed"},
			"Credit Release": {**self.of_customer, "valid_until": nowdate(), "reason": "paid on Monday"},
			"Cash Forecast Week": {"company": factories.COMPANY, "taken_on": nowdate(), "week": nowdate()},
			"Collection Target": {
				"company": factories.COMPANY,
				"month": get_first_day(nowdate()),
				"amount": 9,
				"target_key": "matrix",
			},
		}
		return {doctype: self.stored(doctype, values) for doctype, values in rows.items()}

	def run_documents(self) -> dict[str, str]:
		"""Return runs, their rows, and what bank lines left behind."""
		company = {"company": factories.COMPANY}
		bank = {**company, "bank_account": bank_case.bank_account()}
		rows: dict[str, dict[str, Any]] = {
			"Billing Run": {**company, "state": "Preview"},
			"Billing Run Row": {"customer": self.customer, "amount": 10, "status": "Planned"},
			"Statement Run": {**company, "state": "Preview"},
			"Statement Run Row": {**self.of_customer, "amount": 10, "status": "Planned"},
			"Adoption Run": {**company, "state": "Preview"},
			"Adoption Run Row": {"customer": self.customer, "status": "Planned", "total": 10},
			"Bank Statement Load": {**bank, "state": "Preview"},
			"Bank Statement Load Row": {**bank, "day": nowdate(), "deposit": 10, "status": "Planned"},
			"Bank Match Run": {**company, "state": "Done"},
			"Bank Match": {**bank, "state": "Proposed", "amount": 10, "description": "10 of somebody"},
			"Payer Alias": {
				"kind": "Name",
				"value": "matrix",
				"customer": self.customer,
				"alias_key": "matrix",
			},
			"Work Hand Over": {"former": self.people["rep"], "successor": self.people["other"]},
			"Sales Contract Template": {"template_name": "Matrix", "enabled": 1},
		}
		return {doctype: self.stored(doctype, values) for doctype, values in rows.items()}

	def walk(self) -> None:
		"""Walk every path of everybody to each document."""
		for kind, name in self.documents.items():
			doctype = kind.replace(" unclaimed", "")
			for person, user in self.people.items():
				for title, path in self.paths().items():
					with self.subTest(doctype=kind, person=person, path=title), self.as_user(user):
						self.check(path, doctype, name, title=title, expected=person in MAY_READ[kind])

	def write(self) -> None:
		"""Ask for the right to write each document."""
		for kind, name in self.documents.items():
			doctype = kind.replace(" unclaimed", "")
			document = frappe.get_doc(doctype, name)
			for person, user in self.people.items():
				with self.subTest(doctype=kind, person=person):
					may = bool(frappe.has_permission(doctype, "write", doc=document, user=user))
					self.assertEqual(may, person in MAY_WRITE[kind])


@bench_only("every native path of the host")
class TestMoneyMatrix(MoneyMatrixCase):
	def test_every_path_to_contracts_and_receipts_agrees_with_the_table(self):
		self.documents = self.contract_documents()
		self.walk()
		self.write()

	def test_every_path_to_cases_promises_and_messages_agrees_with_the_table(self):
		self.documents = self.chasing_documents()
		self.walk()
		self.write()

	def test_every_path_to_runs_and_bank_lines_agrees_with_the_table(self):
		self.documents = self.run_documents()
		self.walk()
		self.write()

	def test_every_document_of_ours_that_carries_money_is_in_the_table(self):
		"""Whoever adds a document with rights of its own says here who reads it."""
		with_rights = frappe.get_all(
			"DocType", {"module": "L2C App", "istable": 0, "issingle": 0}, pluck="name"
		)
		money = {name for name in with_rights if self.is_about_money(name)}
		self.assertEqual(money - set(MAY_READ), set())

	def is_about_money(self, doctype: str) -> bool:
		fields = frappe.get_meta(doctype).fields
		return any(field.fieldtype == "Currency" for field in fields)


@bench_only("query reports of the host")
class TestMoneyReports(MoneyMatrixCase):
	def test_reports_run_for_those_of_the_table_and_show_own_contracts_only(self):
		contract = contracts.active(self.customer, contract_owner=self.people["rep"]).name
		day = {"from_date": get_first_day(nowdate()), "to_date": nowdate(), "on": nowdate()}
		asked = {"company": factories.COMPANY, "month": get_first_day(nowdate()), **day}
		filters = {name: str(value) for name, value in asked.items()}
		for report, readers in MAY_RUN.items():
			for person, user in self.people.items():
				with self.subTest(report=report, person=person), self.as_user(user):
					shown = self.rows_of(report, filters)
					self.assertEqual(shown is not None, person in readers)
					if report == "Contracts as of a Date" and shown is not None:
						self.assertEqual(contract in shown, person != "other")

	def rows_of(self, report: str, filters: dict[str, str]) -> str | None:
		"""Return what a report shows, and that its export is open to the same people; None where it is refused."""
		try:
			answer = back_doors.run_report(report, filters=frappe.as_json(filters))
		except frappe.PermissionError:
			answer = None
		frappe.local.form_dict = frappe._dict(
			report_name=report, file_format_type="CSV", filters=frappe.as_json(filters), visible_idx="[]"
		)
		try:
			back_doors.export_report()
			exported = True
		except frappe.PermissionError:
			exported = False
		self.assertLessEqual(exported, answer is not None)
		return None if answer is None else frappe.as_json(answer.get("result"))


@bench_only("permissions on stored receipts")
class TestWritingReceipts(MoneyMatrixCase):
	def test_who_writes_a_receipt_of_somebody_else_and_one_that_is_confirmed(self):
		"""An own contract lets a salesperson read a colleague's receipt for it, never write it; by REST as by form."""
		contract = contracts.active(self.customer, contract_owner=self.people["other"]).name
		values = {**self.of_customer, "received_on": nowdate(), "amount": 10}
		with self.as_user(self.people["manager"]):
			name = collections.report(values, [{"contract": contract, "amount": 10}]).name
		writers = {person: self.writes(name, user) for person, user in self.people.items()}
		expected = {"rep": False, "other": False, "customer": False, **dict.fromkeys(BOOKS, True)}
		self.assertEqual(writers, expected)
		with self.as_user(self.people["other"]):
			self.assertTrue(self.by_document("Collection", name))

	def writes(self, name: str, user: str) -> bool:
		frappe.db.savepoint("receipt")
		try:
			with self.as_user(user):
				frappe.client.set_value("Collection", name, "reference_no", "changed")
			return True
		except frappe.PermissionError:
			return False
		finally:
			frappe.db.rollback(save_point="receipt")
