"""Two accountants at once: each a process with its own database connection. Committed, cleaned up after."""

import json
import subprocess
import sys
import time

import frappe
from frappe.utils import nowdate

from l2c_app.api import bank as bank_api
from l2c_app.api import collection as api
from l2c_app.services.errors import ClaimRefused
from l2c_app.services.ledger import audit
from l2c_app.tests import committed_papers, contracts, factories, second_connection
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.receivables import figures

CUSTOMER = "L2C Parallel Payer"
WORKER = """
import json, sys, time
import frappe
site, user, name, account, start = sys.argv[1:6]
frappe.init(site); frappe.connect(); frappe.set_user(user)
from l2c_app.api import collection
frappe.get_doc("Collection", name)
frappe.db.rollback()
time.sleep(max(0, float(start) - time.time()))
try:
	answer = collection.confirm(name, paid_to=account, despite="a test")
	frappe.db.commit()
except Exception as error:
	frappe.db.rollback()
	answer = {"error": type(error).__name__}
frappe.destroy()
print("ANSWER" + json.dumps(answer))
"""


@bench_only("row locks and processes")
class TestParallelReceipts(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.clean_up)
		self.accountants = [factories.accounts_user(f"parallel.accountant.{number}") for number in range(2)]
		self.contract = contracts.active(factories.customer(CUSTOMER)).name

	def report(self, amount: float) -> str:
		values = {"amount": amount, "received_on": nowdate()}
		return api.report(values, [{"contract": self.contract, "amount": amount}])["name"]

	def race(self, names: list[str]) -> list[dict]:
		"""Let both accountants confirm at the same moment; returns their answers."""
		frappe.db.commit()
		start, account = time.time() + 6, factories.bank_account()
		workers = [
			subprocess.Popen(
				[sys.executable, "-c", WORKER, frappe.local.site, user, name, account, str(start)],
				stdout=subprocess.PIPE,
				cwd=frappe.utils.get_bench_path() + "/sites",
				text=True,
			)
			for user, name in zip(self.accountants, names, strict=True)
		]
		answers = [worker.communicate(timeout=120)[0].rsplit("ANSWER", 1)[1] for worker in workers]
		frappe.db.rollback()
		return [json.loads(answer) for answer in answers]

	def test_one_receipt_confirmed_twice_at_once_makes_one_payment(self) -> None:
		name = self.report(300)
		answers = self.race([name, name])
		payments = frappe.get_all(
			"Payment Entry", filters={"l2c_collection": name}, fields=["name", "docstatus"], order_by="name"
		)
		self.assertEqual([row.docstatus for row in payments], [1])
		self.assertEqual(sorted(answer.get("error", "") for answer in answers), ["", "CollectionStateError"])
		self.assertEqual(figures(self.contract, "collected"), (300,))

	def test_two_receipts_of_one_contract_at_once_lose_nothing(self) -> None:
		names = [self.report(300), self.report(200)]
		done = [name for name, answer in zip(names, self.race(names), strict=True) if not answer.get("error")]
		amounts = {names[0]: 300, names[1]: 200}
		expected = float(sum(amounts[name] for name in done))
		self.assertTrue(done)
		stored, flagged = figures(self.contract, "collected", "to_audit")
		self.assertTrue(stored == expected or flagged, (stored, expected))
		audit.run()
		frappe.db.commit()  # a worker may have recomputed meanwhile: look at the newest state
		self.assertEqual(figures(self.contract, "collected", "to_audit"), (expected, 0))

	def test_a_claim_declined_while_the_accountant_began_to_read_is_not_decided_for(self) -> None:
		self.addCleanup(self.clean_up_claims)
		values = {"company": factories.COMPANY, "currency": factories.COMPANY_CURRENCY, "amount": 250}
		values |= {"received_on": nowdate(), "paid_to": factories.bank_account(), "reference_no": "L2C PAR 1"}
		self.money = bank_api.enter_unclaimed(values)["name"]
		claim = bank_api.claim(self.money, self.contract, "their cheque")["name"]
		frappe.db.commit()
		self.assertEqual(frappe.db.count("Collection Claim", {"name": claim, "state": "Open"}), 1)
		second_connection.elsewhere(lambda: bank_api.decline_claim(claim, "another bank"))
		with self.as_user(self.accountants[0]):
			self.assertRaises(ClaimRefused, bank_api.decide_claim, claim)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("Collection", self.money, "status"), "Unclaimed")

	def clean_up_claims(self) -> None:
		frappe.db.rollback()
		frappe.db.delete("Collection Claim", {"collection": self.money})
		frappe.delete_doc("Collection", self.money, force=True)
		frappe.db.commit()

	def clean_up(self) -> None:
		"""Remove what the test committed."""
		frappe.db.rollback()
		frappe.set_user("Administrator")
		committed_papers.remove_natives(CUSTOMER, "Payment Entry", "Sales Order")
		for name in frappe.get_all(
			"Collection", filters={"customer": CUSTOMER}, pluck="name", order_by="name"
		):
			frappe.delete_doc("Collection", name, force=True)
		committed_papers.remove_contract(self.contract)
		frappe.db.commit()
