"""Parties that were there before get their seats: by a run with a preview, or when an edit lets a filter admit them."""

from unittest.mock import patch

import frappe

from l2c_app.api import pool_run as run_api
from l2c_app.services.errors import BadAdmissionFilter, NotAPoolManager
from l2c_app.services.pool import admission, run_work, runs
from l2c_app.tests import factories
from l2c_app.tests.pool_case import POOL, PoolCase

CITY = '[["city", "=", "Shanghai"]]'


class AdmitCase(PoolCase):
	"""A pool for leads of Shanghai; the others are outside."""

	def setUp(self) -> None:
		super().setUp()
		patcher = patch.object(runs, "queue")
		patcher.start()
		self.addCleanup(patcher.stop)
		self.set_pool(admission_filters=CITY)

	def outside(self, number: int, city: str = "Shanghai", owner: str = "", **values: object) -> str:
		"""Return a lead that no pool saw: its city was written past every hook."""
		lead = self.lead(number, city="Elsewhere")
		frappe.db.set_value("Lead", lead.name, {"city": city, "lead_owner": owner or None, **values})
		self.assertEqual(self.seats(lead.name), [])
		return lead.name

	def seats(self, lead: str) -> list[tuple]:
		rows = frappe.get_all(
			"Lead Pool Seat", filters={"party": lead}, fields=["pool", "state", "holder", "is_primary"]
		)
		return [(row.pool, row.state, row.holder, row.is_primary) for row in rows]

	def work(self, name: str) -> object:
		while run_work.step(name):
			pass
		return frappe.get_doc("Pool Run", name)

	def rows(self, name: str) -> dict[str, tuple]:
		fields = ["party", "status", "to_user", "reason"]
		rows = frappe.get_all("Pool Run Row", filters={"run": name}, fields=fields, order_by="name")
		return {row.party: (row.status, row.to_user, row.reason or "") for row in rows}


class TestAdmitRun(AdmitCase):
	def start(self, mode: str = runs.PREVIEW, **options: object) -> str:
		with self.as_user(self.chief):
			return run_api.start(runs.ADMIT, POOL, mode=mode, options=options)

	def test_a_preview_shows_who_gets_a_seat_and_the_commit_seats_them(self):
		free, owned = self.outside(1), self.outside(2, owner=self.rep)
		theirs, other = self.outside(3, owner=self.outsider), self.outside(4, city="Beijing")
		never = self.outside(5, status="Do Not Contact")
		name = self.start()
		run = self.work(name)
		self.assertEqual((run.state, run.total_rows, run.skipped_rows), ("Done", 4, 1))
		shown = self.rows(name)
		self.assertEqual(shown[free], ("Planned", None, ""))
		self.assertEqual(shown[owned], ("Planned", self.rep, ""))
		self.assertEqual(shown[theirs], ("Planned", None, ""))
		self.assertEqual(shown[never][0], "Skipped")
		self.assertIn("Do Not Contact", shown[never][2])
		self.assertEqual([self.seats(lead) for lead in (free, owned, theirs, other)], [[], [], [], []])
		with self.as_user(self.chief):
			run_api.commit_preview(name)
		run = self.work(name)
		self.assertEqual((run.state, run.done_rows, run.failed_rows), ("Done", 3, 0))
		self.assertEqual(self.seats(free), [(POOL, "Available", None, 1)])
		self.assertEqual(self.seats(owned), [(POOL, "Held", self.rep, 1)])
		self.assertEqual(self.seats(theirs), [(POOL, "Available", None, 1)])
		self.assertEqual((self.seats(other), self.seats(never)), ([], []))
		stored = frappe.get_all(
			"Lead", filters={"name": ("in", [free, owned, theirs])}, fields=["l2c_pooled", "lead_owner"]
		)
		self.assertEqual({row.l2c_pooled for row in stored}, {1})
		self.assertEqual({row.lead_owner for row in stored}, {None, self.rep})

	def test_pain_bulk_put_to_pool_gives_each_row_its_result(self):
		moved, seated, fine = (self.outside(number) for number in (1, 2, 3))
		name = self.start()
		self.work(name)
		frappe.db.set_value("Lead", moved, "city", "Beijing")
		admission.admit([admission.Admission(seated, POOL)])
		with self.as_user(self.chief):
			run_api.commit_preview(name)
		run = self.work(name)
		self.assertEqual((run.done_rows, run.skipped_rows), (1, 2))
		rows = self.rows(name)
		self.assertEqual([rows[lead][0] for lead in (moved, seated, fine)], ["Skipped", "Skipped", "Done"])
		self.assertIn("does not admit it any more", rows[moved][2])

	def test_a_run_has_a_filter_of_its_own_and_goes_on_after_a_page(self):
		leads = [self.outside(number, city="Beijing") for number in (1, 2, 3)]
		with patch("l2c_app.services.pool.admit_run.PAGE", 1), patch.object(run_work, "CHUNK", 2):
			run = self.work(self.start(runs.COMMIT, filters=[["city", "=", "Beijing"]]))
		self.assertEqual((run.done_rows, run.total_rows), (3, 3))
		self.assertEqual([len(self.seats(lead)) for lead in leads], [1, 1, 1])

	def test_refused_to_reps_and_without_a_filter_that_can_be_read(self):
		with self.as_user(self.rep):
			self.assertRaises(NotAPoolManager, run_api.start, runs.ADMIT, POOL)
		with self.assertRaises(BadAdmissionFilter):
			self.start(filters=[["no_such_field", "=", "x"]])
		frappe.db.set_value("Lead Pool", POOL, "admission_filters", "")
		frappe.clear_document_cache("Lead Pool", POOL)
		self.assertRaises(BadAdmissionFilter, self.start)


class TestEditedIntoAPool(AdmitCase):
	def edit(self, name: str, user: str = "Administrator", **values: object):
		lead = frappe.get_doc("Lead", name)
		lead.update(values)
		with self.as_user(user):
			lead.save()
		return lead

	def test_a_lead_that_matches_now_is_seated_and_closed(self):
		name = self.outside(1, city="Beijing", owner=self.outsider)
		lead = self.edit(name, city="Shanghai")
		self.assertEqual(self.seats(name), [(POOL, "Available", None, 1)])
		self.assertEqual((lead.l2c_pooled, lead.lead_owner), (1, None))
		stored = frappe.db.get_value("Lead", name, ["l2c_pooled", "lead_owner"])
		self.assertEqual(stored, (1, None))
		lead.save()  # the document in hand is as stored
		self.assertEqual(len(self.seats(name)), 1)
		with self.as_user(self.outsider):
			self.assertFalse(frappe.has_permission("Lead", "read", doc=name))

	def test_an_owner_who_is_a_member_holds_it(self):
		name = self.outside(1, city="Beijing", owner=self.rep)
		lead = self.edit(name, self.rep, city="Shanghai")
		self.assertEqual(self.seats(name), [(POOL, "Held", self.rep, 1)])
		self.assertEqual(lead.lead_owner, self.rep)

	def test_a_second_pool_leaves_owner_and_primary_seat_as_they_are(self):
		lead = self.lead(1, city="Shanghai")
		self.claimed(lead)
		factories.lead_pool(
			"L2C Second", members=(self.mate,), admission_filters='[["job_title", "=", "CEO"]]'
		)
		self.edit(lead.name, job_title="CEO")
		self.assertEqual(
			sorted(self.seats(lead.name)), [(POOL, "Held", self.rep, 1), ("L2C Second", "Available", None, 0)]
		)
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "lead_owner"), self.rep)

	def test_an_edit_of_anything_else_admits_nobody_and_asks_for_no_seat(self):
		name = self.outside(1)
		with patch.object(admission, "admitting_pools", side_effect=AssertionError("asked")):
			self.edit(name, job_title="CEO")
		self.assertEqual(self.seats(name), [])

	def test_one_that_may_be_contacted_again_is_admitted(self):
		name = self.outside(1, status="Do Not Contact")
		self.edit(name, status="Open")
		self.assertEqual(self.seats(name), [(POOL, "Available", None, 1)])
