"""Before a signing link expires: its signatory by mail with a link that works, the owner by his bell, once per link each."""

from collections import Counter
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

import l2c_app.jobs.contracts as contract_jobs
from l2c_app import hooks
from l2c_app.services.contract import activation, contract_changes
from l2c_app.services.signing import expiry_reminders, links, provider, requests, signing_pdf
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.signing_case import ADA, BOB, approved, request_of, send
from l2c_app.tests.test_signing import SigningTestCase

CAROL = {**ADA, "full_name": "Carol Cho", "email": "carol@l2c.example.com"}


class Silent:
	"""An outside provider that reminds by itself."""

	def invite(self, request: object, link: str) -> bool:
		return True


@bench_only("files on disk and the mail queue")
class TestSigningReminders(SigningTestCase):
	def setUp(self) -> None:
		super().setUp()
		provider.can_mail.return_value = True
		self.post = self.enter(patch("frappe.sendmail"))
		self.owner = factories.sales_user("signing.reminded")
		others = {"status": ("in", requests.OPEN), "expires_on": (">", now_datetime())}
		frappe.db.set_value(requests.REQUEST, others, "expires_on", add_to_date(now_datetime(), years=1))

	def sent(self, *people: dict[str, Any], days: float = 2) -> tuple[Any, str]:
		"""Return a contract whose links expire in some days and were sent 14 days before that, and the first token."""
		contract = approved(*people, contract_owner=self.owner)
		token = send(contract)[0]
		self.expire_in(contract, days)
		self.post.reset_mock()
		return contract, token

	def expire_in(self, contract: Any, days: float) -> None:
		expires = add_to_date(now_datetime(), hours=days * 24)
		values = {"expires_on": expires, "sent_on": add_to_date(expires, days=-14)}
		frappe.db.set_value(requests.REQUEST, {"contract": contract.name}, values)

	def night(self) -> dict[str, int]:
		total: Counter = Counter()
		for counts in expiry_reminders.remind():
			total.update(counts)
		return {key: count for key, count in total.items() if count}

	def mailed(self) -> list[tuple[str, str]]:
		"""Return address and token of each mail."""
		calls = [call.kwargs for call in self.post.call_args_list]
		return [
			(call["recipients"][0], call["message"].split("token=")[1].split('"')[0].split("<")[0])
			for call in calls
		]

	def bells(self, contract: Any) -> list[str]:
		filters = {"for_user": self.owner, "document_name": contract.name}
		return frappe.get_all("Notification Log", filters=filters, pluck="subject", order_by="creation, name")

	def test_the_signatory_gets_a_link_that_works_and_the_owner_a_line_once(self) -> None:
		contract, old = self.sent(days=2.9)
		until = request_of(contract).expires_on
		self.assertEqual(self.night(), {"mailed": 1, "told": 1})
		((address, new),) = self.mailed()
		self.assertEqual(address, ADA["email"])
		self.assertIn("still waits", self.post.call_args.kwargs["subject"])
		(line,) = self.bells(contract)
		self.assertIn(f"Ada Lovelace has not signed contract {contract.name} yet", line)
		self.assertNotIn("No reminder", line)
		self.assertEqual(self.events(contract), ["Sent", "Reminded"])
		event = {"contract": contract.name, "event": "Reminded"}
		self.assertEqual(frappe.db.get_value("Contract Signing Event", event, "actor"), "By Schedule")
		request = request_of(contract)
		self.assertIn("By Schedule", signing_pdf.trail_html(contract, [request]))
		request.language = "zh"
		self.assertIn("系统定时", signing_pdf.trail_html(contract, [request]))
		self.assertEqual(request_of(contract).expires_on, until)
		self.assertIn("not valid", self.refused(old))
		self.assertEqual((self.night(), len(self.mailed()), len(self.bells(contract))), ({}, 1, 1))
		self.assertTrue(self.sign(new))

	def test_the_day_is_that_of_the_settings_and_a_missed_night_is_made_up(self) -> None:
		contract, _token = self.sent(days=3.1)
		self.assertEqual(self.night(), {})
		with self.settings("L2C Settings", signing_reminder_days=0):
			self.expire_in(contract, 0.1)
			self.assertEqual(self.night(), {})
		with self.settings("L2C Settings", signing_reminder_days=5):
			self.expire_in(contract, 4.9)
			self.assertEqual(self.night(), {"mailed": 1, "told": 1})
		self.expire_in(contract, -0.1)
		self.assertEqual(self.night(), {})  # that link is dead: nothing to remind of
		self.expire_in(contract, 0.1)  # the scheduler was down until the last hours
		self.assertEqual(self.night(), {"mailed": 1, "told": 1})

	def test_a_link_sent_again_is_another_one_and_not_reminded_of_on_its_first_day(self) -> None:
		contract, _token = self.sent()
		self.night()
		requests.resend(request_of(contract).name, valid_days=2)
		self.post.reset_mock()
		self.assertEqual(self.night(), {})
		self.expire_in(contract, 1)
		self.assertEqual(self.night(), {"mailed": 1, "told": 1})
		self.assertEqual(len(self.bells(contract)), 2)

	def test_only_those_whose_turn_it_is_and_who_have_not_answered(self) -> None:
		contract, token = self.sent(ADA, CAROL, BOB)
		with patch.object(links, "_tell"):
			self.sign(token)
		self.assertEqual(self.night(), {"mailed": 1, "told": 1})
		self.assertEqual([address for address, _token in self.mailed()], [CAROL["email"]])
		self.assertIn("Carol Cho", self.bells(contract)[0])

	def test_nobody_where_the_contract_does_not_wait_any_more(self) -> None:
		contract, token = self.sent()
		request = request_of(contract).name
		ends = (
			lambda: links.decline(token, reason="Too dear"),
			lambda: requests.withdraw(request, reason="New price"),
			lambda: activation.sign(contract.name, signed_by="On paper"),
			lambda: contract_changes.terminate(contract.name, reason="Lost"),
			lambda: frappe.get_doc("Sales Contract", contract.name).cancel(),
			# changed behind our back: the link opens no more, so nothing may say that it waits
			lambda: frappe.db.set_value("Sales Contract", contract.name, "terms", "You owe us more"),
			lambda: frappe.db.set_value(
				"Sales Contract", contract.name, "signed_on", contract.transaction_date
			),
		)
		for index, end in enumerate(ends):
			with self.subTest(end=index):
				frappe.db.savepoint("l2c_before")
				end()
				self.assertEqual((self.night(), self.mailed()), ({}, []))
				frappe.db.rollback(save_point="l2c_before")
				frappe.clear_document_cache("Sales Contract", contract.name)
		self.assertEqual(self.night(), {"mailed": 1, "told": 1})

	def test_without_mail_the_old_link_lives_and_the_owner_is_asked_to_remind(self) -> None:
		contract, token = self.sent()
		provider.can_mail.return_value = False
		self.assertEqual(self.night(), {"told": 1})
		self.assertTrue(links.page(token)["opens"])
		self.assertIn("remind the signatory yourself", self.bells(contract)[0])
		self.assertEqual(self.events(contract), ["Sent"])
		self.assertEqual(self.night(), {})
		provider.can_mail.return_value = (
			True  # the account was set up: the mail is made up, the owner knows already
		)
		self.assertEqual(self.night(), {"mailed": 1})
		with patch.object(provider, "current", lambda: Silent()):
			self.expire_in(contract, 1)
			self.assertEqual(self.night(), {"told": 1})

	def test_one_that_fails_keeps_its_link_and_does_not_stop_the_others(self) -> None:
		_contract, token = self.sent(ADA, CAROL)

		def post(**mail: Any) -> None:
			if mail["recipients"] == [ADA["email"]]:
				raise frappe.ValidationError("the queue is full")

		self.post.side_effect = post
		with patch.object(frappe, "log_error") as log:
			self.assertEqual(self.night(), {"failed": 1, "mailed": 1, "told": 1})
		log.assert_called_once()
		self.assertTrue(links.page(token)["opens"])
		self.post.side_effect = None
		self.assertEqual(self.night(), {"mailed": 1, "told": 1})

	def test_an_owner_who_left_is_replaced_and_who_signs_himself_gets_both(self) -> None:
		email = frappe.db.get_value("User", self.owner, "email")
		contract, _token = self.sent({**ADA, "email": email})
		self.assertEqual(self.night(), {"mailed": 1, "told": 1})
		self.assertEqual([address for address, _token in self.mailed()], [email])
		frappe.db.set_value("User", self.owner, "enabled", 0)
		self.expire_in(contract, 1)
		with patch.object(expiry_reminders.contract_end_reminders, "owner_or_above", return_value=None):
			self.assertEqual(self.night(), {"mailed": 1})

	def test_the_job_is_scheduled(self) -> None:
		self.assertIn("l2c_app.jobs.contracts.remind_of_signing_links", hooks.scheduler_events["daily_long"])
		self.assertTrue(callable(contract_jobs.remind_of_signing_links))
