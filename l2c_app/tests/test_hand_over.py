"""Somebody leaves: contracts, cases and planned follow ups go to a successor in one recorded step."""

import json

import frappe
from frappe.utils import add_to_date, now_datetime

from l2c_app.services.contract import contract_changes, hand_over
from l2c_app.services.errors import HandOverRefused
from l2c_app.services.follow_up import follow_ups
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase


class TestHandOver(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.leaver, self.heir = factories.sales_user("leaver"), factories.sales_user("heir")
		for name in frappe.get_all("Sales Contract", filters={"contract_owner": self.leaver}, pluck="name"):
			frappe.db.set_value("Sales Contract", name, "contract_owner", "Administrator")
		self.open = contracts.active(contract_owner=self.leaver)
		self.over = contracts.active(contract_owner=self.leaver)
		contract_changes.terminate(self.over.name, reason="done")
		with self.as_user(self.leaver):
			at = add_to_date(now_datetime(), days=2)
			self.plan = follow_ups.plan(
				"Sales Contract", self.open.name, planned_for=at, follow_up_type="Call"
			)

	def owners(self) -> list[str]:
		names = [self.open.name, self.over.name]
		return [frappe.db.get_value("Sales Contract", name, "contract_owner") for name in names]

	def test_open_work_goes_to_the_successor_and_is_listed(self) -> None:
		with self.as_user(factories.sales_manager()):
			counts = hand_over.count(self.leaver)
			name = hand_over.hand_over(self.leaver, self.heir, reason="leaves in May")
		self.assertEqual(counts, {"contracts": 1, "cases": 0, "follow_ups": 1})
		self.assertEqual(self.owners(), [self.heir, self.leaver])
		self.assertEqual(frappe.db.get_value("Follow Up", self.plan.name, "assigned_to"), self.heir)
		record = frappe.get_doc("Work Hand Over", name)
		self.assertEqual(
			(record.contracts, record.follow_ups, record.handed_by), (1, 1, factories.sales_manager())
		)
		self.assertEqual(json.loads(record.log)["contracts"], [self.open.name])
		with self.as_user(self.heir):
			self.assertTrue(frappe.get_doc("Sales Contract", self.open.name).has_permission("read"))

	def test_sales_managers_hand_over_sales_cases_and_accounts_managers_their_own(self) -> None:
		case = frappe.get_doc(
			{
				"doctype": "Collection Case",
				"customer": self.open.customer,
				"company": factories.COMPANY,
				"currency": "USD",
				"status": "Open",
				"sales_owner": self.leaver,
				"finance_owner": self.leaver,
			}
		).insert(ignore_permissions=True)
		with self.as_user(factories.sales_manager()):
			hand_over.hand_over(self.leaver, self.heir, reason="leaves")
		fields = ["sales_owner", "finance_owner"]
		self.assertEqual(frappe.db.get_value("Collection Case", case.name, fields), (self.heir, self.leaver))
		clerk = factories.accounts_user()
		with self.as_user(factories.accounts_manager()):
			hand_over.hand_over(self.leaver, clerk, reason="leaves")
		self.assertEqual(frappe.db.get_value("Collection Case", case.name, fields), (self.heir, clerk))

	def test_what_is_refused(self) -> None:
		disabled = factories.sales_user("gone")
		frappe.db.set_value("User", disabled, "enabled", 0)
		with self.as_user(self.heir), self.assertRaises(frappe.PermissionError):
			hand_over.hand_over(self.leaver, self.heir, reason="mine now")
		with self.as_user(factories.sales_manager()):
			for former, successor, reason in (
				(self.leaver, self.leaver, "x"),
				(self.leaver, disabled, "x"),
				(self.leaver, "nobody@example.com", "x"),
				(self.leaver, self.heir, " "),
				("nobody@example.com", self.heir, "x"),
			):
				with self.subTest(former=former, successor=successor), self.assertRaises(HandOverRefused):
					hand_over.hand_over(former, successor, reason=reason)
		self.assertEqual(self.owners(), [self.leaver, self.leaver])
