"""Cadences on leads masked for ever: the mail reaches the buyer, its address reaches nobody else."""

import json

import frappe

from l2c_app.core.cadence import Exit
from l2c_app.services.follow_up import cadence_run, do_not_contact
from l2c_app.services.pool import vault
from l2c_app.tests import factories, test_cadences
from l2c_app.tests.base import bench_only

MAIL = "sealed.buyer@sealed.example.com"


class TestSealedMail(test_cadences.CadenceCase):
	def setUp(self) -> None:
		super().setUp()
		self.outgoing()
		self.set_pool(mask_mode=vault.FOR_EVER)
		self.one = self.lead(9, email_id=MAIL)
		self.claimed(self.one)
		self.mailing = self.make_cadence(list(test_cadences.TestMails.STEPS), "L2C Mailing")
		self.shown = frappe.db.get_value("Lead", self.one.name, "email_id")
		self.assertIn("*", self.shown)

	def queued(self) -> list[str]:
		"""Return the addresses of the mails about the lead in the host's queue."""
		mails = {"reference_name": self.one.name, "reference_doctype": "Lead"}
		queue = frappe.get_all("Email Queue", filters=mails, pluck="name", order_by="name")
		filters = {"parent": ("in", queue)}
		return frappe.get_all(
			"Email Queue Recipient", filters=filters, pluck="recipient", order_by="recipient"
		)

	def assert_unseen(self) -> None:
		"""Fail when what the holder may read about the lead carries the address."""
		for doctype in ("Communication", "Comment", "Sales Cadence Enrolment", "Follow Up Reminder", "Lead"):
			text = json.dumps(frappe.get_all(doctype, fields=["*"], order_by="name"), default=str)
			self.assertNotIn("sealed.buyer", text.casefold(), doctype)

	def test_the_mail_goes_to_the_real_address_and_the_timeline_shows_the_mask(self):
		self.enrol(cadence=self.mailing)
		self.run_at()
		self.assertEqual(self.queued(), [MAIL])
		[mail] = self.mails()
		self.assertEqual(frappe.db.get_value("Communication", mail, "recipients"), self.shown)
		self.assert_unseen()

	@bench_only("the host makes contacts of who writes")
	def test_an_answer_from_the_buyer_shows_his_mask_and_makes_no_contact_with_his_address(self):
		account = frappe.get_all("Email Account", filters={"enable_outgoing": 1}, pluck="name", limit=1)[0]
		frappe.db.set_value("Email Account", account, "create_contact", 1)
		values = {"communication_medium": "Email", "sent_or_received": "Received", "email_account": account}
		values |= {"reference_doctype": "Lead", "reference_name": self.one.name, "subject": "Re: offer"}
		values |= {"sender": f"A Buyer <{MAIL.title()}>", "content": f"<p>Write to {MAIL.upper()}.</p>"}
		mail = frappe.get_doc({"doctype": "Communication", **values}).insert(ignore_permissions=True)
		self.assertIn(self.shown, frappe.db.get_value("Communication", mail.name, "sender"))
		self.assert_unseen()
		for doctype in ("Contact", "Contact Email", "Communication Link"):
			text = json.dumps(frappe.get_all(doctype, fields=["*"], order_by="name"), default=str)
			self.assertNotIn("sealed.buyer", text.casefold(), doctype)
		with self.as_user(self.outsider):
			self.assertNotIn(mail.name, frappe.get_list("Communication", pluck="name", limit=0))
			self.assertFalse(frappe.has_permission("Communication", "read", doc=mail.name))

	def test_an_address_nobody_knows_is_skipped_with_the_reason_and_not_marked_as_sent(self):
		frappe.db.delete("Lead Vault", {"lead": self.one.name})
		self.enrol(cadence=self.mailing)
		self.run_at()
		enrolment = self.enrolment()
		self.assertEqual((self.queued(), self.mails(), enrolment.last_mail), ([], [], None))
		self.assertIn("no mail address", enrolment.problem)
		self.assertFalse(frappe.db.exists("Follow Up Reminder", {"document_name": enrolment.name}))

	def test_an_unsubscribed_real_address_ends_the_cadence_and_is_not_shown(self):
		self.enrol(cadence=self.mailing)
		factories.make(
			"Email Unsubscribe", email=MAIL, reference_doctype="Lead", reference_name=self.one.name
		)
		cadence_run.run()
		self.assertEqual(self.enrolment().exit_reason, Exit.UNSUBSCRIBED.value)
		self.assertEqual(self.queued(), [])
		self.assert_unseen()

	def test_two_leads_of_one_unsubscribed_address_are_both_unsubscribed(self):
		self.set_pool(mask_mode="Masked until Claimed")
		names = sorted([self.lead(21, email_id="twin@sealed.example.com").name, self.lead(22).name])
		frappe.db.set_value("Lead", names[1], "email_id", "twin@sealed.example.com")
		factories.make("Email Unsubscribe", email="twin@sealed.example.com", global_unsubscribe=1)
		self.assertEqual(do_not_contact.blocked("Lead", names), {name: {Exit.UNSUBSCRIBED} for name in names})
