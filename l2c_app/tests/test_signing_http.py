"""The signing page as it comes over the wire: for somebody without an account, used twice at once, and brute forced."""

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import frappe

from l2c_app.services.printing import print_renderer
from l2c_app.services.signing import provider
from l2c_app.tests import factories, signing_case
from l2c_app.tests.base import IN_SANDBOX, bench_only
from l2c_app.tests.http_case import HttpCase

if not IN_SANDBOX:
	import requests as http  # comes with the host

EVIL = '"><script>alert(1)</script>'


@bench_only("a web server, files, Redis")
class TestSigningPage(HttpCase):
	contracts: list
	tokens: list

	@classmethod
	def build(cls) -> None:
		cls.contracts, cls.tokens = [], []
		with (
			patch.object(provider, "can_mail", return_value=False),
			patch.object(print_renderer, "to_pdf", side_effect=signing_case.quick_pdf),
		):
			evil = {**signing_case.ADA, "full_name": f"Ada {EVIL}"}
			for _each in range(2):
				contract = signing_case.approved(evil, customer=factories.customer("L2C Web Signer"))
				# past the forms, which would clean it
				frappe.db.set_value("Sales Contract", contract.name, "title", EVIL)
				cls.contracts.append(contract)
				cls.tokens += signing_case.send(contract)

	@classmethod
	def take_away(cls) -> None:
		for contract in cls.contracts:
			requests = frappe.get_all(
				"Contract Signing Request", filters={"contract": contract.name}, pluck="name", order_by="name"
			)
			attached = {"attached_to_name": ("in", [contract.name, *requests])}
			for doctype, filters in (
				("Contract Signing Event", {"contract": contract.name}),
				("Contract Signing Request", {"contract": contract.name}),
				("File", attached),
			):
				frappe.db.delete(doctype, filters)
			stored = frappe.get_doc("Sales Contract", contract.name)
			if stored.docstatus == 1:
				stored.cancel()
			frappe.delete_doc("Sales Contract", contract.name, force=True)
		frappe.cache.delete_keys("rl:")

	def setUp(self) -> None:
		super().setUp()
		frappe.cache.delete_keys("rl:")

	def page(self, token: str) -> "http.Response":
		return http.get(f"{self.address}/sign-contract", params={"token": token}, timeout=60)

	def post(self, method: str, **form: object) -> "http.Response":
		return http.post(f"{self.address}/api/method/l2c_app.api.signing.{method}", json=form, timeout=120)

	def test_the_page_shows_the_document_escapes_everything_and_tells_nobody(self):
		answer = self.page(self.tokens[0])
		self.assertEqual(answer.status_code, 200, answer.text[-800:])
		for shown in (self.contracts[0].name, "1,000.00", "SHA-256", "l2c-pad"):
			self.assertIn(shown, answer.text)
		self.assertNotIn(EVIL, answer.text)
		self.assertIn('name="referrer" content="no-referrer"', answer.text)
		paper = http.get(
			f"{self.address}/api/method/l2c_app.api.signing.document",
			params={"token": self.tokens[0]},
			timeout=60,
		)
		self.assertEqual((paper.status_code, paper.content[:5]), (200, b"%PDF-"))

	def test_a_wrong_link_says_nothing(self):
		for token in ("", "x" * 43, "' or 1=1 --", EVIL):
			answer = self.page(token)
			self.assertEqual(answer.status_code, 200)
			self.assertIn("This link is not valid.", answer.text)
			self.assertNotIn(self.contracts[0].name, answer.text)
			self.assertNotIn(EVIL, answer.text)
			refused = self.post("sign", token=token, typed_name="A B", document_hash="x", agreed=1)
			self.assertEqual(refused.status_code, 410, refused.text[:300])
			self.assertNotIn("Traceback", refused.json().get("exception", ""))
		paper = http.get(
			f"{self.address}/api/method/l2c_app.api.signing.document", params={"token": "x"}, timeout=60
		)
		self.assertEqual(paper.status_code, 410)

	def test_reading_never_signs(self):
		answer = http.get(
			f"{self.address}/api/method/l2c_app.api.signing.sign",
			params={"token": self.tokens[0], "typed_name": "A B", "document_hash": "x", "agreed": 1},
			timeout=60,
		)
		self.assertEqual(answer.status_code, 403)

	def test_two_at_once_sign_once(self):
		token, contract = self.tokens[1], self.contracts[1]
		shown = frappe.db.get_value("Contract Signing Request", {"contract": contract.name}, "document_hash")
		answer = {"token": token, "typed_name": "Ada L", "document_hash": shown, "agreed": 1}
		with ThreadPoolExecutor(2) as pool:
			codes = sorted(
				result.status_code for result in pool.map(lambda _each: self.post("sign", **answer), range(2))
			)
		self.assertEqual(codes, [200, 410])
		frappe.db.rollback()
		signed = {"contract": contract.name, "event": "Signed"}
		self.assertEqual(frappe.db.count("Contract Signing Event", signed), 1)
		self.assertEqual(frappe.db.get_value("Sales Contract", contract.name, "status"), "Signed")
		trail = frappe.get_last_doc("Contract Signing Event", filters=signed)
		self.assertEqual(trail.ip_address, "127.0.0.1")
		self.assertIn("python-requests", trail.user_agent)

	def test_guessing_is_counted_and_stopped(self):
		for _attempt in range(20):
			self.assertEqual(self.post("decline", token="guess", reason="x").status_code, 410)
		self.assertEqual(self.post("decline", token="guess", reason="x").status_code, 429)
		self.assertEqual(self.post("decline", token=self.tokens[0], reason="x").status_code, 429)
		frappe.db.rollback()
		open_ones = {"contract": self.contracts[0].name, "status": ("in", ["Sent", "Viewed"])}
		self.assertEqual(frappe.db.count("Contract Signing Request", open_ones), 1)
