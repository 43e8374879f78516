"""Phones that cannot be read are flagged on the form and listed, without a value of what is closed."""

import json

import frappe

from l2c_app.l2c_app.report.leads_with_wrong_phones import leads_with_wrong_phones as report
from l2c_app.overrides import lead as events
from l2c_app.services.pool import vault
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase

WRONG = "12 34-56 78"


class TestContactFormat(PoolCase):
	def flagged(self, lead) -> list[str]:
		"""Return the fields that the form of a lead flags."""
		form = frappe.get_doc("Lead", lead.name)
		events.onload(form)
		return form.get("__onload")["l2c_wrong_fields"]

	def listed(self, user: str) -> list[dict]:
		"""Return the rows of the report for a user."""
		with self.as_user(user):
			return report.execute()[1]

	def test_the_form_flags_the_field_that_cannot_be_dialled(self):
		self.assertEqual(self.flagged(self.lead(1)), [])
		self.assertIn("mobile_no", self.flagged(self.lead(2, mobile_no=WRONG)))
		self.assertEqual(self.flagged(self.lead(3, phone=WRONG)), ["phone"])

	@bench_only("contacts, versions and mail checks of the host")
	def test_behind_a_mask_the_field_is_named_and_nothing_else(self):
		self.set_pool(mask_mode=vault.FOR_EVER)
		self.assertEqual(self.flagged(self.lead(1)), [])
		self.assertIn("mobile_no", self.flagged(self.lead(2, mobile_no=WRONG)))

	@bench_only("list conditions in SQL")
	def test_the_list_shows_each_user_what_he_may_read_and_no_number(self):
		wrong = self.lead(2, mobile_no=WRONG)
		self.claimed(wrong)
		self.claimed(self.lead(1))
		self.assertEqual([row.name for row in self.listed(self.rep)], [wrong.name])
		self.assertEqual([row.name for row in self.listed(self.chief)], [wrong.name])
		self.assertEqual(self.listed(self.outsider), [])
		self.assertNotIn("5678", json.dumps(self.listed(self.rep), default=str).replace(" ", ""))
		for user, allowed in ((self.rep, True), (factories.accounts_user(), False)):
			with self.as_user(user):
				permitted = frappe.get_doc("Report", "Leads with Wrong Phones").is_permitted()
				self.assertEqual(bool(permitted), allowed)
