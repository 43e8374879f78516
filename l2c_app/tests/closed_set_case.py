"""What tests of the closed set begin with: a held lead and three people with the same role, of whom one holds it."""

import json
from collections.abc import Iterator

import frappe

from l2c_app.api import pool as api
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase

PHONE = "+8613800777001"
MAIL = "secret.buyer@closed.example.com"
COMPANY = "Closed Secret Company"
CONTACT_DATA = ("13800777001", "secret.buyer@closed")


class ClosedSetCase(L2CTestCase):
	"""A held lead with everything that carries its contact data."""

	def setUp(self) -> None:
		super().setUp()
		self.holder = factories.sales_user("closed.holder")
		self.mate = factories.sales_user("closed.mate")
		self.outsider = factories.sales_user("closed.outsider")
		self.chief = factories.sales_manager("closed.chief")
		self.pool = factories.lead_pool(
			"L2C Closed", members=(self.holder, self.mate), managers=(self.chief,)
		)
		self.lead = factories.pooled_lead(COMPANY, mobile_no=PHONE, email_id=MAIL, first_name="Zsecret").name
		self.open_lead = factories.lead("Open Company", mobile_no="+8613800777002", first_name="Zopen").name
		self.seat = factories.seat_of(self.lead, "L2C Closed").name
		with self.as_user(self.holder):
			api.claim(self.seat)
		self.contact = self.contact_of(self.lead)

	def contact_of(self, lead: str) -> str:
		"""Return the contact that the host made of the lead."""
		filters = {"link_doctype": "Lead", "link_name": lead, "parenttype": "Contact"}
		return frappe.db.get_value("Dynamic Link", filters, "parent")

	def assert_clean(self, answer: object) -> None:
		"""Fail when an answer carries the lead's phone or mail address."""
		text = json.dumps(answer, default=str, ensure_ascii=False)
		for secret in CONTACT_DATA:
			self.assertNotIn(secret, text)

	def strangers(self) -> Iterator[str]:
		"""Become the outsider, then the pool's other member, then the administrator again."""
		for user in (self.outsider, self.mate):
			frappe.set_user(user)
			yield user
		frappe.set_user("Administrator")
