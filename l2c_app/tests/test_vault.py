"""A pool that masks for ever: the lead never stores the real data, its holder reveals them, counted and logged."""

import json
from unittest.mock import patch

import frappe

from l2c_app.api import lead as lead_api
from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.pool import mask_mode, vault
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

PHONE, OTHER_PHONE, MAIL = "+8613800444001", "+8613800444002", "vault.buyer@vault.example.com"
SECRETS = ("13800444001", "13800444002", "vault.buyer", "9 Vault Street")


@bench_only("contacts, versions and mail checks of the host")
class VaultCase(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.set_pool(mask_mode=vault.FOR_EVER, reveal_cap=2)
		self.sealed = factories.pooled_lead(
			"Vault Company", first_name="Vera", mobile_no=PHONE, email_id=MAIL
		)

	def contact_of(self, lead: str) -> str:
		"""Return the contact that the host made of the lead."""
		filters = {"link_doctype": "Lead", "link_name": lead, "parenttype": "Contact"}
		return frappe.db.get_value("Dynamic Link", filters, "parent")

	def assert_nowhere(self, *doctypes: str) -> None:
		"""Fail when a stored row of these tables, or of the usual ones, shows a secret."""
		for doctype in (
			"Lead",
			"Contact",
			"Contact Phone",
			"Contact Email",
			"Address",
			"Version",
			"Comment",
			"Lead Pool Seat",
			"Lead Pool Log",
			"Lead Contact Reveal",
			*doctypes,
		):
			text = json.dumps(frappe.get_all(doctype, fields=["*"], order_by="name"), default=str)
			self.assertEqual([secret for secret in SECRETS if secret in text], [], doctype)


class TestSealing(VaultCase):
	def test_pain_masked_for_ever_means_the_lead_never_stores_the_data(self):
		self.assertIn("*", self.sealed.mobile_no)
		self.assertTrue(frappe.utils.validate_email_address(self.sealed.email_id))
		self.assert_nowhere()
		self.assertTrue(self.contact_of(self.sealed.name))

	def test_duplicates_are_found_by_the_real_values(self):
		with self.as_user(self.rep):
			self.assertEqual(api.check_duplicates(phone=PHONE)["state"], "In Pool")
			self.assertEqual(api.check_duplicates(email=MAIL)["state"], "In Pool")
		vault_lead = factories.pooled_lead("Vault Twin", first_name="Tom", mobile_no=PHONE)
		self.assertEqual([row.party for row in vault_lead.flags.l2c_duplicates], [self.sealed.name] * 1)

	def test_saving_the_form_keeps_the_vault_and_a_new_number_goes_into_it(self):
		self.claimed(self.sealed)
		with self.as_user(self.rep):
			lead = frappe.get_doc("Lead", self.sealed.name)
			lead.city = "Shenzhen"
			lead.save()
			self.assertEqual(self.revealed(), {PHONE, MAIL})
			lead = frappe.get_doc("Lead", self.sealed.name)
			lead.mobile_no = OTHER_PHONE
			lead.save()
			self.assertNotIn("13800444002", str(lead.mobile_no))
			self.assertIn(OTHER_PHONE, self.revealed())
			self.assertEqual(api.check_duplicates(phone=OTHER_PHONE)["state"], "Held")
		self.assert_nowhere()

	def revealed(self) -> set[str]:
		"""Return the distinct values that a reveal shows."""
		return {row["value"] for row in lead_api.reveal_contact(self.sealed.name, "call back")}

	def test_contacts_and_addresses_typed_later_are_sealed_too(self):
		contact = frappe.get_doc("Contact", self.contact_of(self.sealed.name))
		contact.append("phone_nos", {"phone": OTHER_PHONE, "is_primary_phone": 1})
		contact.save()
		place = {"address_line1": "9 Vault Street", "city": "Town", "country": "China", "phone": OTHER_PHONE}
		links = [{"link_doctype": "Lead", "link_name": self.sealed.name}]
		factories.make("Address", address_title="Vault", links=links, **place)
		self.assert_nowhere()
		values = {entry.real for entry in vault.kept_of(self.sealed.name)}
		self.assertEqual(values, {PHONE, MAIL, OTHER_PHONE, "9 Vault Street"})

	def test_what_is_made_of_the_lead_carries_the_mask(self):
		from erpnext.crm.doctype.lead.lead import make_opportunity

		opportunity = make_opportunity(self.sealed.name)
		opportunity.company = factories.company()
		opportunity.insert()
		self.assert_nowhere("Opportunity")

	def test_winning_the_lead_puts_everything_back(self):
		customer = factories.customer(
			"Vault Customer",
			lead_name=self.sealed.name,
			mobile_no=self.sealed.mobile_no,
			email_id=self.sealed.email_id,
		)
		lead = frappe.db.get_value("Lead", self.sealed.name, ["mobile_no", "email_id"], as_dict=True)
		self.assertEqual((lead.mobile_no, lead.email_id), (PHONE, MAIL))
		contact = frappe.get_doc("Contact", self.contact_of(self.sealed.name))
		self.assertIn(PHONE, [row.phone for row in contact.phone_nos])
		self.assertIn(MAIL, [row.email_id for row in contact.email_ids])
		self.assertEqual(frappe.db.get_value("Customer", customer, "mobile_no"), PHONE)
		self.assertFalse(vault.is_sealed(self.sealed.name))

	def test_changing_the_mode_seals_and_opens_stored_leads(self):
		self.set_pool(mask_mode="Masked until Claimed")
		self.assertIsNone(mask_mode.follow(POOL))
		self.assertEqual(frappe.db.get_value("Lead", self.sealed.name, "mobile_no"), PHONE)
		self.set_pool(mask_mode=vault.FOR_EVER)
		mask_mode.follow(POOL)
		self.assert_nowhere()
		self.set_pool(mask_mode="Open to Members")
		mask_mode.follow(POOL)
		self.assertEqual(frappe.db.get_value("Lead", self.sealed.name, "email_id"), MAIL)
		self.assertEqual(self.seat(self.sealed).party_name, "Vault Company")

	def test_a_lead_admitted_by_hand_is_sealed_as_well(self):
		lead = factories.lead("Admitted", first_name="Old", mobile_no=OTHER_PHONE)
		api.admit(POOL, [lead.name])
		self.assert_nowhere()
		self.assertEqual([entry.real for entry in vault.kept_of(lead.name)][:1], [OTHER_PHONE])

	def test_nobody_reads_the_vault_itself(self):
		for user in (self.rep, self.chief, factories.user("vault.admin", "System Manager")):
			with self.subTest(user=user):
				self.assertFalse(frappe.has_permission("Lead Vault", "read", user=user))


class TestReveal(VaultCase):
	def test_pain_each_reveal_is_logged_with_who_what_why(self):
		self.claimed(self.sealed)
		with self.as_user(self.rep):
			self.assertTrue(lead_api.reveal_contact(self.sealed.name, "  first   call "))
		row = frappe.get_last_doc("Lead Contact Reveal")
		self.assertEqual(
			(row.lead, row.pool, row.user, row.reason), (self.sealed.name, POOL, self.rep, "first call")
		)
		self.assertIn("Lead: mobile_no", row.shown)
		self.assertEqual((row.used, row.cap), (1, 2))
		with self.assertRaises(errors.LogIsAppendOnly):
			row.save()
		with self.assertRaises(errors.LogIsAppendOnly):
			row.delete()

	def test_pain_hoarding_views_are_capped_by_the_day_and_managers_are_told(self):
		self.claimed(self.sealed)
		with self.as_user(self.rep):
			for reason in ("one", "two"):
				lead_api.reveal_contact(self.sealed.name, reason)
			with self.assertRaises(errors.RevealCapReached) as refused:
				lead_api.reveal_contact(self.sealed.name, "three")
		self.assertIn("2", str(refused.exception))
		filters = {"for_user": self.chief, "document_type": "Lead Pool", "document_name": POOL}
		self.assertEqual(frappe.db.count("Notification Log", filters), 1)
		self.assertEqual(frappe.db.count("Lead Contact Reveal", {"user": self.rep, "pool": POOL}), 2)
		with self.as_user(self.chief):
			self.assertTrue(lead_api.reveal_contact(self.sealed.name, "help"))

	@bench_only("translated texts")
	def test_each_manager_is_alarmed_in_his_language(self):
		self.claimed(self.sealed)
		second = factories.sales_manager("vault.second.chief")
		self.pool.append("members", {"member_type": "User", "user": second, "is_manager": 1})
		self.pool.save()
		frappe.db.set_value("User", second, "language", "zh")
		with self.as_user(self.rep), patch.object(frappe.local, "lang", "zh"):
			for reason in ("one", "two"):
				lead_api.reveal_contact(self.sealed.name, reason)
		for user, text in (
			(self.chief, "%has revealed contact data 2 times%"),
			(second, "%查看联系方式已达 2 次%"),
		):
			told = {"for_user": user, "document_name": POOL, "subject": ("like", text)}
			self.assertEqual(frappe.db.count("Notification Log", told), 1, user)

	def test_who_neither_holds_nor_manages_reveals_nothing(self):
		self.claimed(self.sealed)
		for user in (self.mate, self.outsider, factories.accounts_user("vault.accountant")):
			with self.subTest(user=user), self.as_user(user), self.assertRaises(errors.NotTheHolder):
				lead_api.reveal_contact(self.sealed.name, "curious")
		with self.as_user(self.rep):
			with self.assertRaises(errors.ReasonMissing):
				lead_api.reveal_contact(self.sealed.name, "  ")
			api.release(self.seat(self.sealed).name, "done")
			with self.assertRaises(errors.NotTheHolder):
				lead_api.reveal_contact(self.sealed.name, "once more")
		self.assertEqual(frappe.db.count("Lead Contact Reveal", {"lead": self.sealed.name}), 0)

	def test_nothing_is_revealed_where_nothing_is_masked(self):
		self.set_pool(mask_mode="Masked until Claimed")
		mask_mode.follow(POOL)
		self.claimed(self.sealed)
		with self.as_user(self.rep), self.assertRaises(errors.NothingToReveal):
			lead_api.reveal_contact(self.sealed.name, "call")


class TestVaultAndMerge(VaultCase):
	def test_a_merge_takes_the_vault_along_and_undoing_brings_it_back(self):
		other = factories.pooled_lead("Other Company", first_name="Olga", mobile_no=OTHER_PHONE)
		for lead in (self.sealed, other):
			self.claimed(lead)
		with self.as_user(self.rep):
			name = lead_api.merge(self.sealed.name, other.name, take=["mobile_no"])["name"]
		kept = frappe.get_doc("Lead", self.sealed.name)
		self.assertEqual(vault.real_values(kept).mobile_no, OTHER_PHONE)
		self.assert_nowhere()
		with self.as_user(self.rep):
			lead_api.undo_merge(name)
		self.assertEqual(vault.real_values(frappe.get_doc("Lead", other.name)).mobile_no, OTHER_PHONE)
		self.assertEqual(vault.real_values(frappe.get_doc("Lead", self.sealed.name)).mobile_no, PHONE)
		self.assert_nowhere()
