"""Money of an unknown payer: set aside, listed masked, claimed by sales, decided by accounts; third-party payers."""

import frappe

from l2c_app.api import bank as api
from l2c_app.services.errors import (
	BankMatchStateError,
	ClaimRefused,
	CollectionAmountError,
	CollectionDateError,
	CollectionPartyError,
	ReasonMissing,
	ReceivingAccountError,
)
from l2c_app.tests import contracts, doors_off, factories, receivables
from l2c_app.tests.bank_case import BankCase
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row


@bench_only("bank lines and their reconciliation are the host's")
class TestUnclaimed(BankCase):
	def setUp(self) -> None:
		super().setUp()
		self.rep, self.other = factories.sales_user("rep"), factories.sales_user("other.rep")
		plan = [plan_row(300, billing="Advance"), plan_row(700)]
		self.contract = contracts.active(self.customer, plan_rows=plan, contract_owner=self.rep).name
		self.second = contracts.active(self.stranger, plan_rows=plan, contract_owner=self.other).name
		payer = {"payer": "Verdant Trustees 88", "iban": "CH9300762011623852957"}
		self.line, self.match = self.matched(250, "transfer", reference_number="E2E-250", **payer)
		with self.as_user(self.accountant):
			self.money = api.set_aside(self.match.name)["name"]

	def claim(self, user: str, contract: str, reason: str = "they told me") -> str:
		with self.as_user(user):
			return api.claim(self.money, contract, reason)["name"]

	def test_sales_sees_it_masked_and_no_other_way(self):
		for user in (self.rep, factories.sales_manager()):
			with self.as_user(user):
				shown = next(row for row in api.unclaimed_money() if row["name"] == self.money)
				self.assertEqual((shown["payer_account"], shown["amount"]), ("***2957", 250))
				self.assertEqual(shown["payer_name"], "Verd***")
				self.assertNotIn("CH93", str(shown))
				names = frappe.get_list("Collection", pluck="name")
				self.assertNotIn(self.money, names)
				self.assertFalse(frappe.has_permission("Collection", "read", doc=self.money))
		with self.as_user(self.accountant):
			self.assertIn(self.money, frappe.get_list("Collection", pluck="name"))

	def test_a_claim_decided_makes_the_payment_and_reconciles_the_line(self):
		claim = self.claim(self.rep, self.contract)
		with self.as_user(self.rep), self.assertRaises(frappe.PermissionError):
			api.decide_claim(claim)
		with self.as_user(self.accountant):
			answer = api.decide_claim(claim)
		collection = frappe.get_doc("Collection", self.money)
		self.assertEqual((collection.status, collection.customer), ("Confirmed", self.customer))
		self.assertEqual(collection.payer_name, "Verdant Trustees 88")
		self.assertEqual(frappe.db.get_value("Bank Transaction", self.line.name, "status"), "Reconciled")
		self.match.reload()
		self.assertEqual((self.match.state, self.match.payment_entry), ("Done", answer["voucher_no"]))
		self.assertEqual(receivables.figures(self.contract, "collected"), (250,))
		self.assertEqual(receivables.broken(self.contract), [])
		self.assertTrue(frappe.db.exists("Payer Alias", {"customer": self.customer, "kind": "Account"}))
		with self.as_user(self.accountant):
			api.undo(self.match.name, "wrong contract")
		self.assertEqual(frappe.db.get_value("Collection", self.money, "status"), "Reported")
		self.assertEqual(receivables.figures(self.contract, "collected"), (0,))

	def test_the_contract_is_locked_before_the_money(self):
		"""As every step on a receipt does: whoever locks the other way round waits for it in a circle."""
		claim = self.claim(self.rep, self.contract)
		with self.as_user(self.accountant):
			sent = doors_off.statements(lambda: api.decide_claim(claim))
		locking = [statement for statement in sent if statement.upper().endswith("FOR UPDATE")]
		order = [
			table for each in locking for table in ("Sales Contract", "Collection") if f"`tab{table}`" in each
		]
		self.assertEqual(order[:2], ["Sales Contract", "Collection"])

	def test_two_claims_are_decided_by_accounts_with_a_reason(self):
		first, second = self.claim(self.rep, self.contract), self.claim(self.other, self.second)
		with self.as_user(self.accountant):
			self.assertEqual(len(api.claims_of(self.money)), 2)
			with self.assertRaises(ReasonMissing):
				api.decide_claim(second)
			self.assertEqual(frappe.db.get_value("Collection", self.money, "status"), "Unclaimed")
			api.decide_claim(second, "the trustee confirmed it in writing")
			with self.assertRaises(ClaimRefused):
				api.decide_claim(first, "again")
		states = [frappe.db.get_value("Collection Claim", name, "state") for name in (first, second)]
		self.assertEqual(states, ["Declined", "Accepted"])
		self.assertEqual(receivables.figures(self.second, "collected"), (250,))

	def test_a_claim_needs_a_reason_an_own_contract_and_the_right_currency(self):
		with self.assertRaises(ReasonMissing):
			self.claim(self.rep, self.contract, " ")
		with self.assertRaises(frappe.PermissionError):
			self.claim(self.rep, self.second)
		self.claim(self.rep, self.contract)
		with self.assertRaises(ClaimRefused):
			self.claim(self.rep, self.contract)
		draft = contracts.draft(self.customer, contract_owner=self.rep).name
		with self.assertRaises(ClaimRefused):
			self.claim(self.rep, draft)

	def test_the_evidence_is_the_claimants_own_file_and_accounts_may_open_it(self):
		with self.as_user(self.rep):
			for link in ("javascript:alert(1)", "/private/files/somebody-elses.txt"):
				with self.assertRaises(ClaimRefused):
					api.claim(self.money, self.contract, "look", evidence=link)
				self.assertFalse(frappe.db.exists("Collection Claim", {"collection": self.money}))
			values = {"file_name": "letter.txt", "content": "we pay for Heron", "is_private": 1}
			file = frappe.get_doc({"doctype": "File", **values}).insert(ignore_permissions=True)
			claim = api.claim(self.money, self.contract, "look", evidence=file.file_url)["name"]
		file.reload()
		self.assertEqual((file.attached_to_doctype, file.attached_to_name), ("Collection Claim", claim))
		with self.as_user(self.accountant):
			self.assertTrue(frappe.has_permission("File", "read", doc=file.name))

	def test_a_salesperson_sees_his_own_claims_only(self):
		mine, theirs = self.claim(self.rep, self.contract), self.claim(self.other, self.second)
		with self.as_user(self.rep):
			self.assertEqual(frappe.get_list("Collection Claim", pluck="name"), [mine])
			self.assertFalse(frappe.has_permission("Collection Claim", "read", doc=theirs))

	def test_an_accountant_who_may_not_write_this_money_decides_nothing_about_it(self):
		claim = self.claim(self.rep, self.contract)
		self.addCleanup(frappe.cache.hdel, "user_permissions", self.accountant)  # kept past a rollback
		limit = {"user": self.accountant, "allow": "Currency", "for_value": "EUR"}  # the money is in USD
		frappe.get_doc({"doctype": "User Permission", **limit}).insert()
		steps = (
			lambda: api.claims_of(self.money),
			lambda: api.decline_claim(claim, "no"),
			lambda: api.take_off(self.money, "no"),
			lambda: api.decide_claim(claim),
		)
		for number, step in enumerate(steps):
			with self.subTest(step=number), self.as_user(self.accountant):
				self.assertRaises(frappe.PermissionError, step)
		self.assertEqual(frappe.db.get_value("Collection Claim", claim, "state"), "Open")

	def test_declined_money_stays_on_the_list(self):
		claim = self.claim(self.rep, self.contract)
		with self.as_user(self.accountant):
			self.assertEqual(api.decline_claim(claim, "other bank")["state"], "Declined")
		with self.as_user(self.rep):
			shown = next(row for row in api.unclaimed_money() if row["name"] == self.money)
		self.assertEqual((shown["claims"], shown["claimed_by_me"]), (0, False))

	def test_money_on_the_list_is_neither_matched_nor_listed_again(self):
		self.run_matching()
		self.assertEqual(self.match_of(self.line).name, self.match.name)
		with self.as_user(self.accountant):
			with self.assertRaises(BankMatchStateError):
				api.accept(self.match.name, customer=self.customer)
			with self.assertRaises(ClaimRefused):
				api.set_aside(self.match.name)

	def test_money_taken_off_the_list_can_be_put_on_it_again(self):
		with self.as_user(self.accountant):
			api.take_off(self.money, "thought it was ours")
			again = api.set_aside(self.match.name)["name"]
			self.assertNotEqual(again, self.money)
			self.assertRaises(ClaimRefused, api.set_aside, self.match.name)
		self.assertEqual(frappe.db.get_value("Collection", again, "status"), "Unclaimed")

	def test_nobody_can_write_the_state_by_a_form(self):
		with self.as_user(self.accountant):
			collection = frappe.get_doc("Collection", self.money)
			collection.status = "Confirmed"
			collection.customer = self.customer
			self.assertRaises(frappe.ValidationError, collection.save)


class TestUnclaimedByHand(L2CTestCase):
	"""Cash at the counter, a cheque without a name: no bank line tells of it."""

	def setUp(self) -> None:
		super().setUp()
		self.accountant, self.rep = factories.accounts_user(), factories.sales_user("rep")
		customer = factories.customer("Blue Heron Optics Ltd.")
		self.contract = contracts.active(customer, plan_rows=[plan_row(1000)], contract_owner=self.rep).name

	def enter(self, user: str = "", despite: str = "", **values: object) -> str:
		given = {
			"company": factories.COMPANY,
			"currency": factories.COMPANY_CURRENCY,
			"received_on": frappe.utils.nowdate(),
			"amount": 250,
			"paid_to": factories.bank_account(),
			"reference_no": "CHQ 4711",
			"payer_name": "Verdant Trustees",
		}
		with self.as_user(user or self.accountant):
			return api.enter_unclaimed({**given, **values}, despite)["name"]

	def test_it_is_listed_claimed_and_becomes_the_payment(self):
		name = self.enter(status="Confirmed", customer="somebody", voucher_no="forged")
		stored = frappe.get_doc("Collection", name)
		self.assertEqual((stored.status, stored.customer, stored.voucher_no), ("Unclaimed", None, None))
		self.assertEqual(stored.reported_by, self.accountant)
		with self.as_user(self.rep):
			self.assertIn(name, [row["name"] for row in api.unclaimed_money()])
			claim = api.claim(name, self.contract, "their cheque")["name"]
		with self.as_user(self.accountant):
			payment = api.decide_claim(claim)["voucher_no"]
		paid = frappe.get_doc("Payment Entry", payment)
		self.assertEqual((paid.paid_amount, paid.reference_no), (250, "CHQ 4711"))
		self.assertEqual(receivables.figures(self.contract, "collected"), (250,))

	def test_what_cannot_be_entered(self):
		self.assertRaises(frappe.PermissionError, self.enter, user=self.rep)
		self.assertRaises(CollectionAmountError, self.enter, amount=0)
		self.assertRaises(CollectionAmountError, self.enter, amount=-5)
		self.assertRaises(
			CollectionDateError, self.enter, received_on=frappe.utils.add_days(frappe.utils.nowdate(), 1)
		)
		self.assertRaises(CollectionPartyError, self.enter, currency="")
		self.assertRaises(ReceivingAccountError, self.enter, paid_to=factories.receivable_account())

	def test_the_same_money_twice_needs_a_reason(self):
		self.enter()
		self.assertRaises(ClaimRefused, self.enter)
		self.assertTrue(self.enter(despite="two cheques of one book"))
		self.assertTrue(self.enter(reference_no="CHQ 4712"))

	def test_taken_off_the_list_its_claims_are_declined(self):
		name = self.enter()
		with self.as_user(self.rep):
			claim = api.claim(name, self.contract, "ours")["name"]
			self.assertRaises(frappe.PermissionError, api.take_off, name, "no")
		with self.as_user(self.accountant):
			self.assertRaises(ReasonMissing, api.take_off, name, " ")
			self.assertEqual(api.take_off(name, "entered twice")["status"], "Rejected")
			self.assertRaises(ClaimRefused, api.take_off, name, "again")
		self.assertEqual(frappe.db.get_value("Collection Claim", claim, "state"), "Declined")
		with self.as_user(self.rep):
			self.assertNotIn(name, [row["name"] for row in api.unclaimed_money()])
