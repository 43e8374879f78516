"""Two people, and two jobs, at the statements of one bank account: no line twice. Committed, cleaned up after."""

import base64
from unittest.mock import patch

import frappe
from frappe.utils import nowdate

from l2c_app.api import statement as api
from l2c_app.services.errors import RunInProgress
from l2c_app.services.receipt import statement_load_work, statement_loads
from l2c_app.tests import bank_case, factories, second_connection
from l2c_app.tests.base import L2CTestCase, bench_only

LOAD, ROW, LINE = "Bank Statement Load", "Bank Statement Load Row", "Bank Transaction"
TEXT = (
	f"Date,Credit,Description,Payer\n{nowdate()},71.00,L2C PARALLEL,Ann\n{nowdate()},83.00,L2C PARALLEL,Ann\n"
)


@bench_only("row locks and connections")
class TestParallelStatements(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.clean_up)
		queue = patch.object(statement_loads, "queue")
		queue.start()
		self.addCleanup(queue.stop)
		self.manager = factories.accounts_manager("parallel.statements")
		self.loads: list[str] = []

	def prepared(self) -> str:
		"""Prepare and commit a load of the two lines."""
		content = base64.b64encode(TEXT.encode()).decode()
		self.loads.append(api.prepare(bank_case.bank_account(), content=content, file_name="l2c.csv")["name"])
		frappe.db.commit()
		return self.loads[-1]

	def lines(self) -> list[float]:
		filters = {"description": ("like", "L2C PARALLEL%"), "docstatus": 1}
		return frappe.get_all(LINE, filters=filters, pluck="deposit", order_by="deposit")

	def test_the_second_load_of_an_account_is_refused_though_it_began_to_read_before(self) -> None:
		first, second = self.prepared(), self.prepared()
		self.assertEqual(frappe.db.get_value(LOAD, first, "state"), "Preview")  # what is seen from here on
		second_connection.elsewhere(lambda: api.load_lines(first), self.manager)
		with self.as_user(self.manager):
			self.assertRaises(RunInProgress, api.load_lines, second)
		frappe.db.rollback()
		second_connection.elsewhere(lambda: self.work(first))
		with self.as_user(self.manager):
			api.load_lines(second)
		self.work(second)
		self.assertEqual(self.lines(), [71, 83])
		self.assertEqual(frappe.db.get_value(LOAD, second, "double_rows"), 2)

	def test_a_second_job_of_a_load_that_began_to_read_before_a_step_takes_no_line_again(self) -> None:
		name = self.prepared()
		api.load_lines(name)
		frappe.db.commit()
		with patch.object(statement_load_work, "AT_ONCE", 1):
			self.assertEqual(frappe.db.count(ROW, {"statement": name, "status": "New"}), 2)
			second_connection.elsewhere(lambda: statement_load_work.step(name))
			self.work(name)
		self.assertEqual(self.lines(), [71, 83])
		self.assertEqual(frappe.db.get_value(LOAD, name, ["state", "done_rows"]), ("Done", 2))

	def work(self, name: str) -> None:
		statement_load_work.work(name, commit=frappe.db.commit)

	def clean_up(self) -> None:
		"""Remove what the test committed."""
		frappe.db.rollback()
		frappe.set_user("Administrator")
		for line in frappe.get_all(LINE, filters={"description": ("like", "L2C PARALLEL%")}, pluck="name"):
			document = frappe.get_doc(LINE, line)
			if document.docstatus == 1:
				document.cancel()
			frappe.delete_doc(LINE, line, force=True)
		for load in self.loads:
			frappe.db.set_value(LOAD, load, "state", "Done")
			frappe.delete_doc(LOAD, load, force=True)
		frappe.db.commit()
