"""Signing by a link: sent, read, signed by all in their order, declined, withdrawn, and refused in every other state."""

import hashlib
from io import BytesIO
from unittest.mock import patch

import frappe
from frappe.utils import add_days, now_datetime

from l2c_app.services.contract import activation, contract_changes
from l2c_app.services.errors import (
	LinkRefused,
	SignatoryMissing,
	SignatureRefused,
	SigningIsRecorded,
	SigningStateError,
)
from l2c_app.services.printing import print_renderer
from l2c_app.services.signing import links, provider, requests, signing_pdf, trail
from l2c_app.tests import factories, signing_case
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.signing_case import ADA, BOB, approved, request_of, send

TO_PDF = print_renderer.to_pdf


class Carrier:
	"""An outside provider as another app would bring it."""

	invited: list = []

	def invite(self, request: object, link: str) -> bool:
		self.invited.append((request.full_name, link))
		return True

	def withdraw(self, request: object) -> None:
		self.invited.append((request.full_name, "withdrawn"))


@bench_only("files on disk and the mail queue")
class SigningTestCase(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.enter(patch.object(provider, "can_mail", return_value=False))
		self.paper = self.enter(patch.object(print_renderer, "to_pdf", side_effect=signing_case.quick_pdf))

	def enter(self, patcher: object) -> object:
		self.addCleanup(patcher.stop)
		return patcher.start()

	def sign(self, token: str, name: str = "Ada Lovelace", **answer: object) -> bool:
		"""Sign as whoever has the token, without an account."""
		found = links.found(token)
		shown = found.request.document_hash if found else ""
		with self.as_user("Guest"):
			return links.sign(
				token, typed_name=name, **{"agreed": True, "document_hash": shown, "drawn": "", **answer}
			)

	def events(self, contract: object) -> list[str]:
		return frappe.get_all(
			trail.EVENT, filters={"contract": contract.name}, pluck="event", order_by="at, creation, name"
		)

	def refused(self, token: str) -> str:
		"""Expect that a token neither signs, nor declines, nor shows the PDF; return what it says."""
		with self.assertRaises(LinkRefused) as caught:
			self.sign(token)
		for step in (lambda: links.decline(token, reason="no"), lambda: links.pdf(token)):
			with self.as_user("Guest"), self.assertRaises(LinkRefused):
				step()
		self.assertFalse(links.page(token)["opens"])
		return str(caught.exception)


class TestSigning(SigningTestCase):
	def test_one_signatory_signs_and_the_contract_is_signed_by_the_service_of_the_desk(self):
		contract = approved()
		(token,) = send(contract)
		request = request_of(contract)
		sent = links.pdf(token)[1]
		self.assertEqual(sent[:5], b"%PDF-")
		self.assertEqual(request.document_hash, hashlib.sha256(sent).hexdigest())
		with self.as_user("Guest"):
			links.viewed(token)
			links.viewed(token)
		self.assertEqual(contract.reload().signatories[0].status, "Viewed")
		with patch.object(activation, "record_signature", wraps=activation.record_signature) as service:
			self.assertTrue(self.sign(token, drawn=signing_case.drawing()))
		service.assert_called_once()
		contract.reload()
		self.assertEqual((contract.status, contract.signed_by), ("Signed", "Ada Lovelace"))
		self.assertEqual(contract.signatories[0].status, "Signed")
		self.assertTrue(contract.signatories[0].signed_on)
		self.assertEqual(self.events(contract), ["Sent", "Viewed", "Signed", "Completed"])
		activation.activate(contract.name)

	def test_the_token_is_stored_nowhere(self):
		contract = approved()
		(token,) = send(contract)
		request = request_of(contract)
		self.assertNotIn(token, frappe.as_json(request.as_dict()))
		self.assertEqual(request.token_hash, hashlib.sha256(token.encode()).hexdigest())
		self.assertNotIn(token, frappe.as_json(trail.of_round([request])))

	def test_the_completed_pdf_has_the_pages_the_trail_and_the_exact_file(self):
		from pypdf import PdfReader

		self.paper.side_effect = TO_PDF
		contract = approved()
		(token,) = send(contract)
		sent = links.pdf(token)[1]
		self.sign(token, drawn=signing_case.drawing())
		request = request_of(contract)
		final = signing_pdf.content(request.signed_document)
		self.assertEqual(request.signed_document_hash, hashlib.sha256(final).hexdigest())
		book, before = PdfReader(BytesIO(final)), PdfReader(BytesIO(sent))
		self.assertGreater(len(book.pages), len(before.pages))
		self.assertEqual(book.attachments[f"{contract.name}.pdf"][0], sent)
		last = "".join(page.extract_text() for page in book.pages[len(before.pages) :])
		for said in ("Ada Lovelace", "ada@l2c.example.com", "Signed", "Sent"):
			self.assertIn(said, last)
		self.assertIn(request.document_hash, last.replace("\n", ""))
		file = frappe.get_doc("File", request.signed_document)
		self.assertEqual((file.is_private, file.attached_to_name), (1, contract.name))
		self.assertNotIn("DRAFT", before.pages[0].extract_text())

	def test_signatories_sign_in_their_order_and_the_last_one_makes_it_signed(self):
		eve = {**BOB, "full_name": "Eve Ito", "email": "eve@l2c.example.com"}
		contract = approved(BOB, ADA, eve)
		tokens = send(contract)
		self.assertEqual(len(tokens), 1)
		self.assertEqual([row.status for row in contract.reload().signatories], ["Open", "Sent", "Open"])
		with patch.object(requests, "get_url", lambda path: path):
			Carrier.invited = []
			with patch.object(provider, "current", lambda: Carrier()):
				self.assertFalse(self.sign(tokens[0]))
		self.assertEqual([name for name, _link in Carrier.invited], ["Bob Brown", "Eve Ito"])
		self.assertEqual(contract.reload().status, "Approved")
		others = [signing_case.token_of(link) for _name, link in Carrier.invited]
		self.assertFalse(self.sign(others[1], "Eve Ito"))
		self.assertTrue(self.sign(others[0], "Bob Brown"))
		contract.reload()
		self.assertEqual(contract.status, "Signed")
		self.assertEqual(contract.signed_by, "Ada Lovelace")  # who signed for the customer
		self.assertEqual({row.status for row in contract.signatories}, {"Signed"})

	def test_declining_needs_a_reason_ends_the_round_and_tells_the_owner(self):
		owner = factories.sales_user("signing.owner")
		contract = approved(ADA, BOB, contract_owner=owner)
		(token,) = send(contract)
		with self.as_user("Guest"), self.assertRaises(SignatureRefused):
			links.decline(token, reason="  ")
		with self.as_user("Guest"), patch.object(frappe.local, "lang", "zh"):  # the signatory's language
			links.decline(token, reason="The price is <b>wrong</b>")
		self.assertEqual(request_of(contract).status, "Declined")
		self.assertEqual(request_of(contract, BOB["email"]).status, "Withdrawn")
		row = contract.reload().signatories[0]
		self.assertEqual((row.status, row.decline_reason), ("Declined", "The price is <b>wrong</b>"))
		told = frappe.get_all(
			"Notification Log", filters={"for_user": owner, "document_name": contract.name}, pluck="subject"
		)
		self.assertEqual(len(told), 1)
		self.assertIn("declined to sign: The price is &lt;b&gt;wrong", told[0])
		self.assertIn("declined", self.refused(token))
		self.assertEqual(contract.reload().status, "Approved")


class TestDeadLinks(SigningTestCase):
	def test_used_twice(self):
		contract = approved()
		(token,) = send(contract)
		self.sign(token)
		with self.assertRaises(LinkRefused):
			self.sign(token)
		self.assertEqual(self.events(contract).count("Signed"), 1)
		self.assertEqual(links.page(token)["download"], True)
		self.assertEqual(links.pdf(token)[1][:5], b"%PDF-")

	def test_expired_by_the_clock_before_any_job_and_marked_by_the_job(self):
		contract = approved()
		(token,) = send(contract)
		request = request_of(contract)
		frappe.db.set_value(request.doctype, request.name, "expires_on", add_days(now_datetime(), -1))
		self.assertIn("expired", self.refused(token))
		self.assertEqual(requests.expire_due(), 1)
		self.assertEqual(request_of(contract).status, "Expired")
		event = {"request": request.name, "event": "Expired"}
		self.assertEqual(frappe.db.get_value("Contract Signing Event", event, "actor"), "By Schedule")
		self.assertEqual(requests.expire_due(), 0)
		fresh = signing_case.token_of(requests.resend(request.name))
		self.assertTrue(self.sign(fresh))

	def test_one_request_that_cannot_expire_stops_no_other(self):
		names = []
		for _count in range(2):
			contract = approved()
			send(contract)
			names.append(request_of(contract).name)
			frappe.db.set_value(
				"Contract Signing Request", names[-1], "expires_on", add_days(now_datetime(), -1)
			)
		failing = min(names)
		end = requests.end

		def fails(request, state, reason, **more):
			if request.name == failing:
				raise ValueError("broken")
			end(request, state, reason, **more)

		with patch.object(requests, "end", fails):
			self.assertEqual(requests.expire_due(), 1)
		states = {name: frappe.db.get_value("Contract Signing Request", name, "status") for name in names}
		self.assertEqual([states.pop(failing), *states.values()], ["Sent", "Expired"])

	def test_sent_again_kills_the_old_link(self):
		contract = approved()
		(old,) = send(contract)
		new = signing_case.token_of(requests.resend(request_of(contract).name))
		self.assertIn("not valid", self.refused(old))
		self.assertTrue(self.sign(new))
		self.assertEqual(self.events(contract), ["Sent", "Sent Again", "Signed", "Completed"])

	def test_sending_the_contract_again_withdraws_the_first_round(self):
		contract = approved(ADA, BOB)
		(old,) = send(contract)
		(new,) = send(contract)
		self.assertIn("withdrawn", self.refused(old))
		self.assertFalse(self.sign(new))

	def test_withdrawn_with_a_reason(self):
		contract = approved()
		(token,) = send(contract)
		name = request_of(contract).name
		with self.assertRaises(SigningStateError):
			requests.withdraw(name, reason=" ")
		requests.withdraw(name, reason="New price")
		self.assertIn("withdrawn", self.refused(token))
		self.assertEqual(contract.reload().signatories[0].status, "Open")
		for again in (lambda: requests.withdraw(name, reason="x"), lambda: requests.resend(name)):
			with self.assertRaises(SigningStateError):
				again()

	def test_tampered_or_invented(self):
		contract = approved()
		(token,) = send(contract)
		digest = request_of(contract).token_hash
		swapped = token[:-1] + ("A" if token[-1] != "A" else "B")
		for bad in (swapped, token.swapcase(), token + "x", digest, "", "%", "x" * 5000, "' or 1=1 --"):
			with self.subTest(bad=bad[:20]):
				self.assertIn("not valid", self.refused(bad))
		shown = frappe.as_json(links.page(swapped))
		for secret in (contract.name, "Ada", "1,000"):
			self.assertNotIn(secret, shown)

	def test_a_contract_that_changed_after_sending(self):
		contract = approved()
		(token,) = send(contract)
		for change in (
			lambda row: frappe.db.set_value("Sales Contract", row.name, "terms", "You owe us more"),
			lambda row: frappe.db.set_value("Sales Contract Item", row.get("items")[0].name, "rate", 999),
			lambda row: frappe.db.set_value("Sales Contract", row.name, "revision", 1),
			lambda row: frappe.db.set_value(
				"Sales Contract Signatory", row.signatories[0].name, "full_name", "Mallory"
			),
		):
			frappe.db.savepoint("l2c_before")
			change(contract)
			self.assertIn("changed", self.refused(token))
			self.assertEqual(request_of(contract).status, "Sent")
			frappe.db.rollback(save_point="l2c_before")
		self.assertTrue(links.page(token)["opens"])

	def test_what_may_change_on_an_approved_contract_leaves_the_link_alive(self):
		contract = approved()
		(token,) = send(contract)
		contract.reload()
		contract.contract_owner = factories.sales_user("signing.heir")
		contract.save()
		self.assertTrue(links.page(token)["opens"])

	def test_a_pdf_that_was_changed_on_the_disk(self):
		contract = approved()
		(token,) = send(contract)
		path = frappe.get_doc("File", request_of(contract).document).get_full_path()
		with open(path, "ab") as file:
			file.write(b" ")
		self.assertIn("changed", self.refused(token))

	def test_a_contract_that_was_signed_at_the_desk_cancelled_or_terminated(self):
		contract = approved()
		(token,) = send(contract)
		for end in (
			lambda name: activation.sign(name, signed_by="On paper"),
			lambda name: contract_changes.terminate(name, reason="Lost"),
			lambda name: frappe.get_doc("Sales Contract", name).cancel(),
		):
			frappe.db.savepoint("l2c_before")
			end(contract.name)
			self.assertIn("withdrawn", self.refused(token))
			self.assertEqual(request_of(contract).status, "Withdrawn")
			frappe.db.rollback(save_point="l2c_before")
			frappe.clear_document_cache("Sales Contract", contract.name)


class TestSending(SigningTestCase):
	def test_only_an_approved_unsigned_contract_with_signatories_is_sent(self):
		from l2c_app.services.errors import ContractStateError
		from l2c_app.tests import contracts

		with self.assertRaises(ContractStateError):
			send(contracts.draft(signatories=[dict(ADA)]))
		nobody = contracts.draft()
		nobody.submit()
		with self.assertRaises(SignatoryMissing):
			send(nobody)
		with self.assertRaises(SignatoryMissing):
			send(approved({**ADA, "email": ""}))
		signed = approved()
		activation.sign(signed.name)
		with self.assertRaises(SigningStateError):
			send(signed)
		for days in (0, 181):
			with self.assertRaises(SigningStateError):
				send(approved(), valid_days=days)

	def test_who_may_write_the_contract_sends_it_and_nobody_else(self):
		owner, other = factories.sales_user("signing.owner"), factories.sales_user("signing.other")
		contract = approved(contract_owner=owner)
		with self.as_user(other), self.assertRaises(frappe.PermissionError):
			send(contract)
		with self.as_user(factories.accounts_user()), self.assertRaises(frappe.PermissionError):
			send(contract)
		with self.as_user(owner), self.assertRaises(SigningStateError):
			send(contract)  # no mail, and a salesperson does not see links
		with self.as_user(owner), patch.object(provider, "delivers", return_value=True):
			send(contract)
		with self.as_user(other), self.assertRaises(frappe.PermissionError):
			requests.resend(request_of(contract).name)
		with self.as_user(other), self.assertRaises(frappe.PermissionError):
			requests.withdraw(request_of(contract).name, reason="mine")

	def test_the_link_is_answered_to_managers_only(self):
		from l2c_app.api import signing as api

		owner = factories.sales_user("signing.owner")
		contract = approved(contract_owner=owner)
		with patch.object(provider, "delivers", return_value=True), self.as_user(owner):
			self.assertEqual(api.send(contract.name), {"invited": 1, "links": []})
		with self.as_user(factories.sales_manager()):
			shown = api.resend(request_of(contract).name)["links"]
		self.assertEqual([row["full_name"] for row in shown], ["Ada Lovelace"])
		self.assertTrue(self.sign(signing_case.token_of(shown[0]["link"])))

	def test_the_mail_carries_the_link_to_the_signatory_alone(self):
		contract = approved()
		with patch.object(provider, "can_mail", return_value=True), patch("frappe.sendmail") as mail:
			(token,) = send(contract)
		self.assertEqual(mail.call_args.kwargs["recipients"], ["ada@l2c.example.com"])
		self.assertIn(token, mail.call_args.kwargs["message"])
		self.assertNotIn(token, mail.call_args.kwargs["subject"])

	def test_an_outside_provider_takes_the_place_of_the_mail(self):
		Carrier.invited = []
		contract = approved()
		with patch.object(provider, "current", lambda: Carrier()):
			send(contract)
			requests.withdraw(request_of(contract).name, reason="New price")
		self.assertEqual([name for name, _link in Carrier.invited], ["Ada Lovelace", "Ada Lovelace"])

	def test_an_answer_without_name_consent_or_of_another_document_changes_nothing(self):
		contract = approved()
		(token,) = send(contract)
		for answer in (
			{"name": " "},
			{"agreed": False},
			{"document_hash": "0" * 64},
			{"drawn": "data:image/svg+xml;base64,PHN2Zz4="},
		):
			with self.assertRaises(SignatureRefused):
				self.sign(token, **answer)
		self.assertEqual((request_of(contract).status, contract.reload().status), ("Sent", "Approved"))


class TestTrail(SigningTestCase):
	def test_nobody_writes_requests_or_the_trail_by_hand(self):
		contract = approved()
		send(contract)
		request = request_of(contract)
		event = frappe.get_last_doc(trail.EVENT)
		for document in (request, event):
			document.set("status" if document is request else "detail", "Signed")
			with self.assertRaises(SigningIsRecorded):
				document.save()
			with self.assertRaises(SigningIsRecorded):
				frappe.delete_doc(document.doctype, document.name)
			for user in (factories.sales_manager(), factories.accounts_manager()):
				for right in ("write", "create", "delete"):
					self.assertFalse(frappe.has_permission(document.doctype, right, user=user))
		with self.assertRaises(SigningIsRecorded):
			frappe.get_doc(
				{"doctype": trail.EVENT, "request": "x", "contract": "y", "event": "Signed"}
			).insert()

	def test_the_sender_may_neither_change_nor_delete_the_frozen_pdf(self):
		owner = factories.sales_user("signing.owner")
		contract = approved(contract_owner=owner)
		with self.as_user(owner), patch.object(provider, "delivers", return_value=True):
			send(contract)
		file = frappe.get_doc("File", request_of(contract).document)
		self.assertEqual(file.is_private, 1)
		for right, may in (("read", True), ("write", False), ("delete", False)):
			self.assertEqual(bool(file.has_permission(right, user=owner)), may, right)
		self.assertFalse(file.has_permission("read", user="Guest"))
		with self.assertRaises(frappe.LinkExistsError):
			frappe.delete_doc("File", file.name)
