"""Masks for ever end with the pool that wanted them: uninstalling, deleting, moving; and begin where a lead comes under one."""

from unittest.mock import patch

import frappe

from l2c_app import uninstall
from l2c_app.services.pool import vault
from l2c_app.setup import custom_fields
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase

PHONE, MAIL = "+8613800444001", "scope.buyer@vault.example.com"
TWIN_PHONE = "+8613855555501"  # its mask is the same: three digits in front, two behind
STREET = "9 Scope Street"


@bench_only("contacts and versions of the host")
class ScopeCase(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.set_pool(mask_mode=vault.FOR_EVER)
		self.sealed = factories.pooled_lead(
			"Scope Company", first_name="Vera", mobile_no=PHONE, email_id=MAIL
		)

	def stored(self, lead: str) -> tuple[str, str]:
		"""Return phone and mail address as the lead's row shows them."""
		return frappe.db.get_value("Lead", lead, ["mobile_no", "email_id"])

	def contact_of(self, lead: str):
		"""Return the contact that the host made of the lead, freshly read."""
		filters = {"link_doctype": "Lead", "link_name": lead, "parenttype": "Contact"}
		return frappe.get_doc("Contact", frappe.db.get_value("Dynamic Link", filters, "parent"))

	def assert_open(self, lead: str, phone: str = PHONE, mail: str = MAIL) -> None:
		"""Fail unless the lead and its contact carry these values and no vault is left."""
		self.assertEqual(self.stored(lead), (phone, mail))
		contact = self.contact_of(lead)
		self.assertEqual((contact.mobile_no, contact.email_id), (phone, mail))
		self.assertEqual([row.phone for row in contact.phone_nos], [phone])
		self.assertEqual([row.email_id for row in contact.email_ids], [mail])
		self.assertFalse(vault.is_sealed(lead))

	def assert_sealed(self, lead: str) -> None:
		"""Fail unless the lead and its contact show masks and the vault has the values."""
		contact = self.contact_of(lead)
		for text in (*self.stored(lead), contact.mobile_no, contact.email_id):
			self.assertIn("*", text)
		self.assertTrue(vault.is_sealed(lead))


class TestUninstall(ScopeCase):
	def test_pain_contact_data_are_back_before_the_vault_goes(self):
		twin = factories.pooled_lead(
			"Scope Twin", first_name="Tom", mobile_no=TWIN_PHONE, email_id="twin@vault.example.com"
		)
		self.assertEqual(self.stored(twin.name)[0], self.stored(self.sealed.name)[0])
		links = [{"link_doctype": "Lead", "link_name": self.sealed.name}]
		place = {"address_line1": STREET, "city": "Town", "country": "China", "phone": PHONE}
		address = factories.make("Address", address_title="Scope", links=links, **place)
		with patch.object(custom_fields, "delete") as fields, patch.object(frappe.db, "commit"):
			fields.side_effect = lambda: self.assertEqual(frappe.db.count("Lead Vault"), 0)
			uninstall.before_uninstall()
		self.assertTrue(fields.called)
		self.assert_open(self.sealed.name)
		self.assert_open(twin.name, TWIN_PHONE, "twin@vault.example.com")
		self.assertEqual(
			frappe.db.get_value("Address", address.name, ["address_line1", "phone"]), (STREET, PHONE)
		)
