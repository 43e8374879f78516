"""Masks for ever end with the pool that wanted them: uninstalling, deleting, moving; and begin where a lead comes under one."""

from unittest.mock import patch

import frappe

from l2c_app import uninstall
from l2c_app.api import pool as api
from l2c_app.services.pool import pool_moves, run_work, runs, seat_events, vault
from l2c_app.setup import custom_fields
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

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


class TestDeletedPool(ScopeCase):
	def test_pain_deleting_the_pool_brings_the_data_of_its_closed_leads_back(self):
		with self.as_user(self.chief):
			api.close(self.seat(self.sealed).name, "no business")
		self.assert_sealed(self.sealed.name)
		frappe.delete_doc("Lead Pool", POOL)
		self.assert_open(self.sealed.name)
		self.assertEqual(frappe.db.get_value("Lead", self.sealed.name, "l2c_pooled"), 0)

	def test_a_lead_that_another_pool_seals_stays_sealed(self):
		factories.lead_pool("Second Vault", managers=(self.chief,), mask_mode=vault.FOR_EVER)
		api.admit("Second Vault", [self.sealed.name])
		with self.as_user(self.chief):
			api.close(self.seat(self.sealed).name, "no business")
		frappe.delete_doc("Lead Pool", POOL)
		self.assert_sealed(self.sealed.name)

	def test_deleting_a_lead_leaves_no_mask_on_a_contact_that_stays(self):
		contact = self.contact_of(self.sealed.name)
		other = factories.lead("Other Owner", first_name="Olga")
		contact.append("links", {"link_doctype": "Lead", "link_name": other.name})
		contact.save()
		frappe.delete_doc("Lead", self.sealed.name)
		contact.reload()
		self.assertEqual((contact.mobile_no, contact.email_id), (PHONE, MAIL))
		self.assertFalse(vault.is_sealed(self.sealed.name))


class TestMovedSeats(ScopeCase):
	"""L2C Pool masks for ever, the open pool does not."""

	def setUp(self) -> None:
		super().setUp()
		no_filter = '[["request_type", "=", "none such"]]'
		people = {"members": (self.rep, self.mate), "managers": (self.chief,)}
		self.open_pool = factories.lead_pool("Open Pool", admission_filters=no_filter, **people)
		self.plain = factories.lead(
			"Plain Company", first_name="Paula", mobile_no=PHONE, email_id="p@x.example.com"
		)
		self.plain_seat = api.admit("Open Pool", [self.plain.name])[0]

	def test_pain_a_release_to_the_pool_that_masks_seals(self):
		with self.as_user(self.rep):
			api.claim(self.plain_seat)
			api.release(self.plain_seat, "not mine", target=POOL)
		self.assert_sealed(self.plain.name)

	def test_a_release_out_of_it_restores(self):
		self.claimed(self.sealed)
		with self.as_user(self.rep):
			api.release(self.seat(self.sealed).name, "not mine", target="Open Pool")
		self.assert_open(self.sealed.name)

	def test_a_pool_that_returns_its_seats_there_seals(self):
		self.open_pool.return_pool = POOL
		self.open_pool.save()
		with self.as_user(self.rep):
			api.claim(self.plain_seat)
			api.release(self.plain_seat, "not mine")
		self.assert_sealed(self.plain.name)

	def test_move_to_pool_seals_and_restores(self):
		with self.as_user(self.chief):
			seat_events.move_to_pool([self.plain_seat], POOL, "belongs there")
			self.assert_sealed(self.plain.name)
			seat_events.move_to_pool([self.plain_seat], "Open Pool", "belongs here")
		self.assert_open(self.plain.name, mail="p@x.example.com")

	def test_moving_all_restores_what_no_other_pool_seals(self):
		factories.lead_pool("Second Vault", managers=(self.chief,), mask_mode=vault.FOR_EVER)
		both = factories.pooled_lead(
			"Both Company", first_name="Bea", mobile_no=TWIN_PHONE, email_id="both@vault.example.com"
		)
		with patch.object(runs, "queue"), self.as_user(self.chief):
			run = runs.start(runs.MOVE, POOL, mode=runs.COMMIT, options={"target": "Open Pool"})
			while run_work.step(run):
				pass
		self.assert_open(self.sealed.name)
		self.assert_sealed(both.name)

	def test_a_seat_that_is_there_already_restores_as_well(self):
		api.admit("Open Pool", [self.sealed.name])
		self.assert_sealed(self.sealed.name)
		pool_moves.to_pool([self.seat(self.sealed).name], "Open Pool")
		self.assert_open(self.sealed.name)

	def test_a_won_lead_whose_customer_vanished_is_sealed_again(self):
		customer = factories.customer("Scope Customer", lead_name=self.sealed.name)
		self.assertEqual(self.stored(self.sealed.name), (PHONE, MAIL))
		frappe.delete_doc("Customer", customer, force=True)
		self.assert_sealed(self.sealed.name)
