"""The whole story once, by the people who live it, on every host; all figures worked out by hand.

A lead asks for work of 10,000 plus 13 % VAT = 11,300. Plan: deposit 30 % = 3,390, delivery 50 % = 5,650,
acceptance 20 % = 2,260. Later work of 1,000 plus VAT = 1,130 comes on top: 12,430 in the end.
"""

from typing import Any

import frappe
from frappe.utils import add_days, add_to_date, flt, now_datetime, nowdate

from l2c_app.api import collection, contract, follow_up, pool
from l2c_app.services.ledger import audit
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase
from l2c_app.tests.contracts import line, plan_row, tax
from l2c_app.tests.receivables import broken, figures, receipt, rows

POOL = "L2C Story"


class TestLeadToCash(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.rep, self.other = factories.sales_user("story.rep"), factories.sales_user("story.other")
		self.manager, self.accountant = factories.sales_manager(), factories.accounts_user()

	def test_one_lead_becomes_cash_in_the_books(self) -> None:
		self.a_lead_is_claimed_and_worked()
		self.it_becomes_a_contract_with_an_order()
		self.the_deposit_comes_and_is_recouped()
		self.a_part_is_booked_by_the_accountant_himself()
		self.one_payment_covers_two_rows()
		self.too_much_is_paid_and_stays_on_account()
		self.the_last_payment_bounces()
		self.the_contract_is_revised()
		self.all_is_billed_and_paid()
		self.the_books_agree()

	def a_lead_is_claimed_and_worked(self) -> None:
		factories.lead_pool(POOL, members=(self.rep, self.other), managers=(self.manager,))
		self.lead = factories.pooled_lead("Story Works", email_id="ada@story.example.com").name
		seat = factories.seat_of(self.lead, POOL).name
		with self.as_user(self.rep):
			pool.claim(seat)
			self.assertTrue(frappe.has_permission("Lead", "read", doc=self.lead))
			follow_up.log(
				"Lead",
				self.lead,
				follow_up_type="Call",
				outcome="Reached",
				note="Wants the work done before summer, asks for an offer",
				next_action="Email",
				next_action_on=str(add_to_date(now_datetime(), days=2)),
			)
		with self.as_user(self.other):
			self.assertFalse(frappe.has_permission("Lead", "read", doc=self.lead))
		self.assertEqual(frappe.db.get_value("Lead", self.lead, "lead_owner"), self.rep)

	def it_becomes_a_contract_with_an_order(self) -> None:
		quotation = self.quotation()
		with self.as_user(self.rep):
			draft = frappe.get_doc(contract.create_from("Quotation", quotation))
			draft.update({"contract_owner": self.rep, "plan_rows": []})
			for percent, billing in ((30, "Advance"), (50, "Own Invoice"), (20, "Own Invoice")):
				draft.append("plan_rows", plan_row(percent=percent, billing=billing))
			draft.insert()
		self.contract = draft.name
		self.assertEqual(rows(self.contract, "amount"), [3390, 5650, 2260])
		with self.as_user(self.manager):
			frappe.get_doc("Sales Contract", self.contract).submit()
			contract.sign(self.contract, signed_by="Ada Lovelace")
			state = contract.activate(self.contract)
		self.customer, self.order = state["customer"], state["sales_order"]
		self.assertEqual(frappe.db.get_value("Customer", self.customer, "lead_name"), self.lead)
		self.assertEqual(frappe.db.get_value("Sales Order", self.order, "grand_total"), 11_300)
		self.assertEqual(frappe.db.get_value("Lead Pool Seat", {"party": self.lead}, "state"), "Converted")
		self.money(open_amount=11_300)

	def quotation(self) -> str:
		values: dict[str, Any] = {
			"quotation_to": "Lead",
			"party_name": self.lead,
			"company": factories.COMPANY,
			"transaction_date": nowdate(),
			"valid_till": add_days(nowdate(), 30),
			"currency": "USD",
			"conversion_rate": 1,
			"selling_price_list": factories.price_list(),
			"price_list_currency": "USD",
			"plc_conversion_rate": 1,
			"order_type": "Sales",
			"items": [line(10_000)],
			"taxes": [tax(13)],
		}
		return factories.make("Quotation", submit=True, **values).name

	def the_deposit_comes_and_is_recouped(self) -> None:
		self.pay(3390)
		self.money(advance=3390, collected=3390, open_amount=7910)
		self.assertEqual(rows(self.contract, "settled"), [3390, 0, 0])
		self.first = self.bill(2)
		self.assertEqual(frappe.db.get_value("Sales Invoice", self.first, "grand_total"), 9040)
		self.money(billed=9040, open_billed=5650, settled=3390, collected=3390, open_amount=7910)

	def a_part_is_booked_by_the_accountant_himself(self) -> None:
		payment = receipt(self.customer, 2000, against=[("Sales Invoice", self.first, 2000)]).name
		self.money(billed=9040, open_billed=3650, settled=5390, collected=5390, open_amount=5910)
		reported = self.report(2000)
		with self.as_user(self.accountant):
			self.assertEqual([row["voucher_no"] for row in collection.candidates(reported)], [payment])
			collection.link(reported, "Payment Entry", payment)
		self.money(billed=9040, open_billed=3650, settled=5390, collected=5390, open_amount=5910)
		self.assertEqual(rows(self.contract, "settled"), [3390, 2000, 0])

	def one_payment_covers_two_rows(self) -> None:
		self.bill(3)
		self.money(billed=11_300, open_billed=5910, settled=5390, collected=5390, open_amount=5910)
		self.pay(4000)
		self.money(billed=11_300, open_billed=1910, settled=9390, collected=9390, open_amount=1910)
		self.assertEqual(
			rows(self.contract, "settled", "status"), [(3390, "Paid"), (5650, "Paid"), (350, "Partly Paid")]
		)
		self.assertEqual(figures(self.contract, "collected_percent"), (83.09,))  # 9,390 of 11,300

	def too_much_is_paid_and_stays_on_account(self) -> None:
		self.last = self.pay(2000)
		self.money(billed=11_300, settled=11_300, collected=11_300, on_account=90)
		self.assertEqual(self.states(), ("Completed", "Settled"))

	def the_last_payment_bounces(self) -> None:
		with self.as_user(self.accountant):
			frappe.get_doc("Payment Entry", self.last).cancel()
		self.money(billed=11_300, open_billed=1910, settled=9390, collected=9390, open_amount=1910)
		self.assertEqual(self.states(), ("Active", "Open"))
		name = frappe.db.get_value("Payment Entry", self.last, "l2c_collection")
		self.assertEqual(frappe.db.get_value("Collection", name, "status"), "Reported")
		with self.as_user(self.accountant):
			collection.reject(name, "The bank returned it")

	def the_contract_is_revised(self) -> None:
		before = frappe.get_doc("Sales Contract", self.contract)
		known = before.items[0]
		ordered = {"item_code": known.item_code, "qty": 1, "rate": 10_000}
		items = [{**ordered, "sales_order_item": known.sales_order_item}, line(1000)]
		plan = [plan_row(row.amount, billing=row.billing, row_id=row.row_id) for row in before.plan_rows]
		plan.append(plan_row(1130, fixed_date=add_days(nowdate(), 30), label="Extra work"))
		with self.as_user(self.manager):
			state = contract.revise(self.contract, "More work", items, plan)
		self.assertEqual((state["revision"], state["grand_total"]), (1, 12_430))
		self.assertEqual(frappe.db.get_value("Sales Order", self.order, "grand_total"), 12_430)
		self.assertEqual(rows(self.contract, "amount", "settled")[2:], [(2260, 350), (1130, 0)])
		self.money(billed=11_300, open_billed=1910, settled=9390, collected=9390, open_amount=3040)

	def all_is_billed_and_paid(self) -> None:
		self.bill(4)
		self.pay(3040)
		self.money(billed=12_430, settled=12_430, collected=12_430)
		self.assertEqual(self.states(), ("Completed", "Settled"))

	def the_books_agree(self) -> None:
		invoices = contracts.invoices(frappe.get_doc("Sales Contract", self.contract))
		self.assertEqual([invoice.grand_total for invoice in invoices], [9040, 2260, 1130])
		self.assertEqual([flt(invoice.outstanding_amount, 2) for invoice in invoices], [0, 0, 0])
		self.assertEqual(frappe.db.get_value("Sales Order", self.order, "per_billed"), 100)
		result = audit.run()
		for finding in ("drifts", "identities"):
			self.assertEqual([row for row in result[finding] if row["contract"] == self.contract], [])
		self.assertEqual([row for row in result["ledgers"] if row["customer"] == self.customer], [])
		filters = {"party": self.customer, "is_cancelled": 0}
		entries = frappe.get_all("GL Entry", filters=filters, fields=["debit", "credit"], order_by="name")
		self.assertEqual(flt(sum(row.debit - row.credit for row in entries), 2), 0)

	def report(self, amount: float) -> str:
		with self.as_user(self.rep):
			said = {"amount": amount, "received_on": nowdate(), "reference_no": f"WIRE {amount}"}
			return collection.report(said, [{"contract": self.contract, "amount": amount}])["name"]

	def pay(self, amount: float) -> str:
		"""The salesperson reports a receipt, accounts confirm it; returns the native payment."""
		name = self.report(amount)
		with self.as_user(self.accountant):
			return collection.confirm(name, paid_to=factories.bank_account())["voucher_no"]

	def bill(self, index: int) -> str:
		"""Accounts bill a plan row and submit the draft; returns the invoice."""
		with self.as_user(self.accountant):
			name = contract.bill_row(self.contract, f"R{index}")
			invoice = frappe.get_doc("Sales Invoice", name)
			if invoice.docstatus == 0:
				invoice.submit()
		return name

	def states(self) -> tuple[str, str]:
		return frappe.db.get_value("Sales Contract", self.contract, ["status", "money_status"])

	def money(self, **expected: float) -> None:
		"""Compare the stored figures; what is not named must be zero."""
		names = ["billed", "open_billed", "settled", "written_off", "advance", "collected", "open_amount"]
		names += ["credit_balance", "refunded", "on_account"]
		found = dict(zip(names, figures(self.contract, *names), strict=True))
		self.assertEqual(found, {name: expected.get(name, 0) for name in names})
		self.assertEqual(broken(self.contract), [])
