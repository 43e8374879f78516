"""A bank statement becomes native Bank Transactions: shown first, loaded whole, nothing twice, undone but for what is taken."""

import base64
import unittest
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from unittest.mock import patch

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, getdate, nowdate

from l2c_app.api import bank as bank_api
from l2c_app.api import statement as api
from l2c_app.core import statement_reader
from l2c_app.core.statement import Ways
from l2c_app.patches.v1_0 import statement_rows_left
from l2c_app.services.errors import (
	RunInProgress,
	StatementAccountError,
	StatementLoadState,
	StatementUnreadable,
)
from l2c_app.services.receipt import statement_load_work, statement_rows
from l2c_app.tests import bank_case, factories
from l2c_app.tests.bank_case import BankCase
from l2c_app.tests.base import bench_only
from l2c_app.tests.core.test_statements import MT940

HEAD = "Date,Credit,Debit,Currency,Description,Reference,Payer,IBAN,Transaction ID\n"
IBAN = "DE89370400440532013000"


def day(back: int = 0) -> str:
	return str(getdate(add_days(nowdate(), -back)))


@bench_only("bank lines are the host's")
class TestStatementLoads(BankCase):
	def setUp(self) -> None:
		super().setUp()
		self.manager = factories.accounts_manager()
		self.account = bank_case.bank_account()

	def prepared(self, text: str, *, codec: str = "utf-8", user: str = "", **ways: Any) -> Document:
		content = base64.b64encode(text.encode(codec)).decode()
		with self.as_user(user or self.accountant):
			answer = api.prepare(self.account, content=content, file_name="may.csv", **ways)
		return frappe.get_doc("Bank Statement Load", answer["name"])

	def work(self, load: Document) -> Document:
		statement_load_work.work(load.name, commit=lambda: None)
		return load.reload()

	def loaded(self, text: str, **ways: Any) -> Document:
		load = self.prepared(text, **ways)
		with self.as_user(self.manager):
			api.load_lines(load.name)
		return self.work(load)

	def undone(self, load: Document) -> Document:
		with self.as_user(self.manager):
			api.undo(load.name)
		return self.work(load)

	def rows(self, load: Document) -> list[Any]:
		filters = {"statement": load.name}
		return frappe.get_all(
			"Bank Statement Load Row", filters, [*statement_rows.FIELDS, "reason"], order_by="name"
		)

	def statuses(self, load: Document) -> list[str]:
		return [row.status for row in self.rows(load)]

	def lines(self) -> list[Any]:
		filters = {"bank_account": self.account, "docstatus": 1}
		fields = ["date", "deposit", "withdrawal", "unallocated_amount", "description", "bank_party_name"]
		fields += ["bank_party_iban", "bank_party_account_number", "reference_number", "transaction_id"]
		return frappe.get_all("Bank Transaction", filters, fields, order_by="creation, name")

	def test_a_preview_books_nothing_and_a_load_books_every_line(self):
		text = (
			HEAD
			+ f"{day(2)},1250.50,,USD,ACC-SINV-1,E2E-1,Blue Heron Optics,{IBAN},T1\n"
			+ f"{day(1)},,20.00,USD,fees,,,DE00 NOT ONE,T2\n"
			+ f"{day(1)},,,USD,balance,,,,\n"
		)
		load = self.prepared(text)
		self.assertEqual((load.state, load.format, load.encoding), ("Preview", "CSV", "UTF-8"))
		self.assertEqual((load.total_rows, load.new_rows, load.refused_rows), (3, 2, 1))
		self.assertEqual(self.lines(), [])
		with self.as_user(self.manager):
			api.load_lines(load.name)
		self.work(load)
		self.assertEqual((load.state, load.done_rows, load.new_rows, load.failed_rows), ("Done", 2, 0, 0))
		came, left = self.lines()
		self.assertEqual((came.deposit, came.withdrawal, came.unallocated_amount), (1250.5, 0, 1250.5))
		self.assertEqual((came.reference_number, came.bank_party_iban), ("E2E-1", IBAN))
		self.assertEqual((came.transaction_id, came.bank_party_name), ("T1", "Blue Heron Optics"))
		# 16 checks an IBAN: what is none is kept as an account number
		self.assertEqual((left.withdrawal, left.bank_party_iban or ""), (20, ""))
		self.assertEqual(left.bank_party_account_number, "DE00NOTONE")
		file = frappe.get_doc("File", {"attached_to_name": load.name})
		self.assertEqual((file.is_private, file.attached_to_doctype), (1, "Bank Statement Load"))

	def test_the_same_file_twice_and_one_that_overlaps(self):
		monday, tuesday, wednesday = (f"{day(back)},100.00,,,rent,,Ann,,\n" for back in (3, 2, 1))
		first = self.loaded(HEAD + monday + tuesday + tuesday)
		self.assertEqual((first.done_rows, first.double_rows), (3, 0))
		self.assertIn("1", self.rows(first)[2].reason)
		again = self.prepared(HEAD + monday + tuesday + tuesday)
		self.assertEqual((again.new_rows, again.double_rows), (0, 3))
		with self.as_user(self.manager), self.assertRaises(StatementLoadState):
			api.load_lines(again.name)
		overlapping = self.loaded(HEAD + tuesday + tuesday + tuesday + wednesday)
		self.assertEqual(self.statuses(overlapping), ["Double", "Double", "Done", "Done"])
		self.assertEqual(len(self.lines()), 5)

	def test_lines_that_came_into_the_books_after_the_preview(self):
		text = HEAD + "".join(f"{day(1)},{amount}.00,,,rent,,Ann,,\n" for amount in (7, 7, 8))
		one, two = self.prepared(text), self.prepared(text)
		with self.as_user(self.manager):
			api.load_lines(one.name)
			with self.assertRaises(RunInProgress):
				api.load_lines(two.name)
			self.work(one)
			api.load_lines(two.name)
		self.work(two)
		self.assertEqual((two.state, self.statuses(two)), ("Done", ["Double"] * 3))
		self.assertEqual(len(self.lines()), 3)

	def test_a_job_that_dies_goes_on_with_what_is_not_done(self):
		text = HEAD + "".join(f"{day(1)},{amount}.00,,,rent,,Ann,,\n" for amount in (7, 7, 7, 8))
		load = self.prepared(text)
		with self.as_user(self.manager):
			api.load_lines(load.name)
		with patch.object(statement_load_work, "AT_ONCE", 2):
			self.assertTrue(statement_load_work.step(load.name))
			self.assertEqual(len(self.lines()), 2)
			load.reload().db_set("heartbeat_on", "2020-01-01 00:00:00")
			self.assertIn(load.name, statement_load_work.stalled())
			self.work(load)
		self.assertEqual((load.state, load.done_rows, load.double_rows), ("Done", 4, 0))
		self.assertEqual(sorted(row.deposit for row in self.lines()), [7, 7, 7, 8])

	def test_the_banks_number_on_another_amount_is_refused(self):
		self.loaded(HEAD + f"{day(1)},7.00,,,a,,,,T9\n")
		load = self.prepared(HEAD + f"{day(1)},9.00,,,a,,,,T9\n{day(1)},7.00,,,other words,,,,T9\n")
		self.assertEqual(self.statuses(load), ["Refused", "Double"])

	def test_a_number_that_another_bank_uses_too(self):
		"""Version 15 keeps the number unique over all banks: the line comes in without it, and stays single."""
		self.loaded(HEAD + f"{day(1)},7.00,,,a,,,,1\n")
		self.account = bank_case.bank_account("EUR")
		text = "Date,Credit,Description,Transaction ID\n" + f"{day(1)},7.00,a,1\n"
		self.assertEqual(self.loaded(text).done_rows, 1)
		self.assertEqual(self.prepared(text).double_rows, 1)

	def test_lines_that_do_not_fit_are_rows_with_a_reason(self):
		frappe.db.set_value("Bank Account", self.account, "bank_account_no", "532013000")
		future = str(getdate(add_days(nowdate(), 1)))
		text = (
			HEAD
			+ f"{day(1)},5.00,,EUR,a,,,,\n{future},5.00,,,a,,,,\n{day(1)},5.005,,,a,,,,\n{day(1)},5.00,,usd,a,,,,\n"
		)
		load = self.prepared(text)
		self.assertEqual(self.statuses(load), ["Refused", "Refused", "Refused", "New"])
		self.assertTrue(all(row.reason for row in self.rows(load)[:3]))
		other = "OFXHEADER:100\n<OFX><BANKACCTFROM><ACCTID>999888777</BANKACCTFROM><STMTTRN><DTPOSTED>"
		load = self.prepared(other + day(1).replace("-", "") + "<TRNAMT>5<FITID>1</STMTTRN></OFX>")
		self.assertIn("999888777", self.rows(load)[0].reason)

	def test_what_the_host_refuses_fails_alone(self):
		load = self.prepared(HEAD + f"{day(1)},5.00,,,a,,,,\n{day(1)},6.00,,,b,,,,\n")
		native = statement_rows.native

		def broken(load: Document, row: Any) -> dict:
			values = native(load, row)
			return values | ({"currency": "EUR"} if row.deposit == 5 else {})

		with self.as_user(self.manager):
			api.load_lines(load.name)
		with patch.object(statement_rows, "native", broken):
			self.work(load)
		self.assertEqual((load.state, load.done_rows, load.failed_rows), ("Done", 1, 1))
		self.assertIn("EUR", self.rows(load)[0].reason)

	def test_questions_wait_for_an_answer(self):
		text = "Date;Amount;Description\n03/04/2026;5,00;a\n04/05/2026;6,00;b\n"
		load = self.prepared(text)
		self.assertEqual((load.state, load.question, load.sample), ("Asked", "Date Order", "03/04/2026"))
		with self.as_user(self.manager), self.assertRaises(StatementLoadState):
			api.load_lines(load.name)
		with self.as_user(self.accountant):
			answer = api.read_again(load.name, date_order="Day First")
		self.assertEqual((answer["state"], answer["new_rows"]), ("Preview", 2))
		self.assertEqual([str(row.day) for row in self.rows(load)], ["2026-04-03", "2026-05-04"])
		with self.as_user(self.accountant), self.assertRaises(StatementUnreadable):
			api.read_again(
				self.prepared("Date;Amount;Name\n2026-05-02;5.00;Müller\n", codec="latin-1").name,
				encoding="UTF-8",
			)

	def test_columns_as_the_hosts_bank_maps_them(self):
		text = "Wann;Wieviel;Wer\n2026-05-02;5.00;Ann\n"
		self.assertEqual(self.prepared(text).question, "Columns")
		bank = frappe.get_doc("Bank", bank_case.BANK)
		for heading, field in (("Wann", "date"), ("Wieviel", "deposit"), ("Wer", "bank_party_name")):
			bank.append("bank_transaction_mapping", {"file_field": heading, "bank_transaction_field": field})
		bank.save()
		row = self.rows(self.prepared(text))[0]
		self.assertEqual((str(row.day), row.deposit, row.payer), ("2026-05-02", 5, "Ann"))

	def test_files_and_accounts_that_cannot_be_read(self):
		for text in ("\n", "\n \n", "Date;Amount\n"):
			with self.assertRaises(StatementUnreadable):
				self.prepared(text)
		with self.as_user(self.accountant):
			with self.assertRaises(StatementUnreadable):
				api.prepare(self.account, content="no base64!")
			with self.assertRaises(StatementUnreadable):
				api.prepare(self.account, file_url="/private/files/../site_config.json")
			with self.assertRaises(StatementUnreadable):
				api.prepare(self.account, file_url="https://example.com/may.csv")
		frappe.db.set_value("Bank Account", self.account, "disabled", 1)
		with self.assertRaises(StatementAccountError):
			self.prepared(HEAD)

	def test_an_uploaded_file_of_somebody_else_is_closed(self):
		with self.as_user(self.manager):
			file = frappe.get_doc(
				doctype="File", file_name="x.csv", is_private=1, content=HEAD + f"{day(1)},5.00\n"
			)
			file.insert()
			self.assertEqual(api.prepare(self.account, file_url=file.file_url)["new_rows"], 1)
		stranger = factories.accounts_user("statement.stranger")
		frappe.db.delete("File", {"file_url": file.file_url, "attached_to_doctype": "Bank Statement Load"})
		with self.as_user(stranger), self.assertRaises(frappe.PermissionError):
			api.prepare(self.account, file_url=file.file_url)

	def test_who_may_do_what(self):
		text = HEAD + f"{day(1)},5.00,,,a,,,,\n"
		with self.assertRaises(frappe.PermissionError):
			self.prepared(text, user=factories.sales_user())
		load = self.prepared(text)
		for step in (api.load_lines, api.stop, api.undo, api.read_again):
			with self.as_user(factories.sales_user()), self.assertRaises(frappe.PermissionError):
				step(load.name)
		with self.as_user(self.accountant):
			api.load_lines(load.name)
		self.work(load)  # the host lets Accounts Users submit bank lines and not cancel them
		with self.as_user(self.accountant), self.assertRaises(frappe.PermissionError):
			api.undo(load.name)

	def test_undo_cancels_what_nothing_has_taken(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		text = HEAD + "".join(
			f"{day(1)},{amount}.00,,,{said},,{payer},,\n"
			for amount, said, payer in (
				(640, invoice.name, "Blue Heron Optics"),
				(77, "?", "Nobody"),
				(88, "x", "y"),
			)
		)
		load = self.loaded(text)
		self.run_matching()
		by_amount = {row.deposit: row.bank_transaction for row in self.rows(load)}
		matched = self.match_of(frappe._dict(name=by_amount[640]))
		aside = self.match_of(frappe._dict(name=by_amount[77]))
		with self.as_user(self.accountant):
			payment = bank_api.accept(matched.name)["payment_entry"]
			bank_api.set_aside(aside.name)
		self.undone(load)
		self.assertEqual((load.state, load.undone_rows, load.kept_rows), ("Undone", 1, 2))
		rows = {row.deposit: row for row in self.rows(load)}
		self.assertEqual(
			[rows[amount].status for amount in (640, 77, 88)], ["Left in Place", "Left in Place", "Undone"]
		)
		frappe.db.set_value("Bank Statement Load Row", rows[77].name, "status", "Kept")  # as it was called
		statement_rows_left.execute()
		self.assertEqual({row.deposit: row.status for row in self.rows(load)}[77], "Left in Place")
		self.assertIn(payment, rows[640].reason)
		self.assertEqual(frappe.db.get_value("Bank Transaction", by_amount[88], "docstatus"), 2)
		with self.as_user(self.accountant):
			bank_api.undo(matched.name, "wrong")
		self.undone(load)
		self.assertEqual((load.undone_rows, load.kept_rows), (2, 1))
		again = self.prepared(text)
		self.assertEqual(self.statuses(again), ["New", "Double", "New"])

	def test_mt940_comes_in_by_the_same_door(self):
		self.account = bank_case.bank_account("EUR")
		load = self.prepared(MT940)
		self.assertEqual((load.format, load.state, load.missing_amount), ("MT940", "Preview", 0))
		ours = [(str(row.day), row.deposit - row.withdrawal) for row in self.rows(load)]
		self.assertEqual(ours, [("2026-05-04", 1234.56), ("2026-05-04", -1234.56), ("2026-01-02", -5)])
		self.assertEqual([row.reversal for row in self.rows(load)], [0, 1, 0])

	@unittest.skipUnless(find_spec("mt940"), "version 15 comes without a reader of MT940")
	def test_mt940_has_the_lines_of_the_hosts_own_reader(self):
		"""Amounts and days agree; the host's conversion then books a reversed credit (RC) as money that came in."""
		host = import_module("erpnext.accounts.doctype.bank_statement_import.bank_statement_import")
		theirs = import_module("mt940").parse(host.preprocess_mt940_content(MT940))
		ours = statement_reader.read(MT940.encode(), Ways()).entries
		self.assertEqual(
			[(abs(line.data["amount"].amount), str(line.data["entry_date"])) for line in theirs],
			[(abs(entry.amount), str(entry.day)) for entry in ours],
		)
