"""Receivers of a distribution are told how many seats they were given, and nothing is told twice."""

import json
from collections import Counter
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import frappe

from l2c_app.api import pool as api
from l2c_app.services.follow_up import reminders
from l2c_app.services.pool import distribution_run, handout_notice, run_work, runs
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL
from l2c_app.tests.test_distribution import DistributionCase


class TestTheNotice(DistributionCase):
	def told(self) -> dict[str, list[str]]:
		"""Return {user: what his bell says about the pool}, oldest first."""
		filters = {"document_type": "Lead Pool", "document_name": POOL}
		rows = frappe.get_all(
			"Notification Log", filters=filters, fields=["for_user", "subject"], order_by="creation, name"
		)
		told: dict[str, list[str]] = {}
		for row in rows:
			told.setdefault(row.for_user, []).append(row.subject)
		return told

	def test_each_receiver_is_told_once_per_run_how_many_and_where(self):
		self.distribute(seats=self.seats[:3])
		self.assertEqual(
			self.told(),
			{
				user: [f"{count} new seats in {POOL} were given to you."]
				for user, count in Counter(self.holders()[:3]).items()
			},
		)
		self.assertEqual(set(self.told()), {self.rep, self.mate})
		link = urlsplit(frappe.get_all("Notification Log", filters={"for_user": self.rep}, pluck="link")[0])
		wanted = {name: values[0] for name, values in parse_qs(link.query).items()}
		self.assertEqual((link.netloc, link.path.rsplit("/", 1)[-1]), ("", "lead-pool-seat"))
		since = json.loads(wanted.pop("claimed_on"))
		self.assertNotIn(".", since[1])  # the desk's list would drop the filter without a word
		listed = frappe.get_all(
			"Lead Pool Seat", filters={**wanted, "claimed_on": since}, pluck="name", order_by="name"
		)
		held = {seat for seat, user in zip(self.seats, self.holders(), strict=True) if user == self.rep}
		self.assertEqual(set(listed), held)

	def test_a_preview_and_a_pool_that_tells_nobody_say_nothing(self):
		with self.as_user(self.chief), patch.object(runs, "queue"):
			run_work.step(api.start_distribution(POOL))
		self.set_pool(tell_receivers=handout_notice.SILENT)
		self.distribute()
		self.assertEqual(self.told(), {})

	def test_who_gives_himself_seats_and_who_is_disabled_meanwhile_are_not_told(self):
		with self.as_user(self.chief), patch.object(runs, "queue"):
			run = distribution_run.start(POOL, distribution_run.Wish(), mode=runs.COMMIT)
			run_work.step(run)
			run_work.step(run)
		frappe.db.set_value("User", self.rep, "enabled", 0)
		frappe.db.set_value("Pool Run", run, "started_by", self.mate)
		run_work.step(run)
		self.assertEqual((frappe.db.get_value("Pool Run", run, "state"), self.told()), ("Done", {}))

	def test_a_stopped_run_tells_what_was_given_and_after_it_goes_on_only_the_rest(self):
		with (
			patch.object(runs, "queue"),
			patch.object(distribution_run, "CHUNK", 2),
			self.as_user(self.chief),
		):
			run = distribution_run.start(POOL, distribution_run.Wish(), mode=runs.COMMIT)
			run_work.step(run)
			run_work.step(run)
			runs.stop(run)
			run_work.step(run)
			first = {
				user: [f"{n} new seats in {POOL} were given to you."] for user, n in self.counts().items()
			}
			self.assertEqual((sum(self.counts().values()), self.told()), (2, first))
			before = self.counts()
			runs.resume(run)
			while run_work.step(run):
				pass
		for user, count in (self.counts() - before).items():
			first.setdefault(user, []).append(f"{count} new seats in {POOL} were given to you.")
		self.assertEqual((sum(self.counts().values()), self.told()), (4, first))

	def counts(self) -> Counter:
		"""Return how many seats each user holds."""
		return Counter(filter(None, self.holders()))

	def test_a_notice_that_fails_stops_neither_the_others_nor_the_run(self):
		original = reminders.bell

		def bell(user: str, text: str, **rest: object) -> None:
			if user == self.mate:
				raise ValueError("no bell")
			original(user, text, **rest)

		with patch.object(reminders, "bell", bell):
			self.distribute()
		self.assertEqual(set(self.told()), {self.rep})
		self.assertEqual(self.counts(), {self.rep: 2, self.mate: 2})

	@bench_only("the mail queue")
	def test_by_mail_goes_what_a_receiver_takes_by_mail(self):
		self.set_pool(tell_receivers=handout_notice.BY_MAIL)
		with (
			patch.object(reminders, "wants_mail", lambda user: user.name == self.rep),
			patch.object(frappe, "sendmail") as sent,
		):
			self.distribute()
		self.assertEqual(set(self.told()), {self.mate})
		self.assertEqual(sent.call_count, 1)
		mail = sent.call_args.kwargs
		self.assertEqual(
			(mail["recipients"], mail["subject"]), ([self.rep], f"2 new seats in {POOL} were given to you.")
		)
		self.assertIn("lead-pool-seat?", mail["message"])
		self.assertIn("http", mail["message"])
