"""Several people work on one party: each holder sees all follow ups of it, and so does who manages one of its pools."""

from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from l2c_app.api import pool as api
from l2c_app.permissions import follow_up
from l2c_app.services.follow_up import follow_ups, reminders
from l2c_app.services.pool import visibility
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase


@bench_only("list conditions in SQL and bitwise conditions")
class TestSharedTimeline(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.head = factories.sales_user("pool.head")
		self.second = factories.lead_pool("L2C Zone Two", members=(self.mate,), managers=(self.head,))
		self.one = self.lead(1)
		self.claimed(self.one, self.rep)

	def plan(self, user: str, *, overdue_hours: int = 0):
		"""Plan a call of a user about the lead; overdue by so many hours if asked."""
		moment = add_to_date(now_datetime(), days=1)
		planned = follow_ups.plan(
			"Lead", self.one.name, follow_up_type="Call", planned_for=moment, assigned_to=user
		)
		if overdue_hours:
			late = add_to_date(now_datetime(), hours=-overdue_hours)
			frappe.db.set_value("Follow Up", planned.name, "planned_for", late, update_modified=False)
		return planned

	def sees(self, user: str, planned) -> tuple[bool, bool]:
		"""Return (is in the user's list, may be read by him)."""
		with self.as_user(user):
			listed = frappe.get_list("Follow Up", pluck="name", order_by="name asc", limit=0)
			return planned.name in listed, bool(frappe.has_permission("Follow Up", "read", doc=planned.name))

	def claim_second(self) -> None:
		"""Let the mate hold the lead as well, in the second pool."""
		with self.as_user(self.mate):
			api.claim(factories.seat_of(self.one.name, "L2C Zone Two").name)

	def test_the_second_holder_sees_what_the_first_one_planned_and_the_other_way_round(self):
		mine = self.plan(self.rep)
		self.assertEqual(self.sees(self.mate, mine), (False, False))
		self.claim_second()
		his = self.plan(self.mate)
		self.assertEqual(self.sees(self.mate, mine), (True, True))
		self.assertEqual(self.sees(self.rep, his), (True, True))
		self.assertEqual(self.sees(self.outsider, mine), (False, False))

	def test_a_party_is_named_once_among_what_is_open_and_once_among_what_is_ones_own(self):
		"""Each list of names is gone through for every row: a holder's lead is his by owner and by seat, yet stands there once."""
		text = follow_up.conditions(self.rep)
		self.assertEqual(text.count(f"'{self.one.name}'"), 2)
		closed = text.index("l2c_pooled")
		self.assertLess(text.rindex(f"'{self.one.name}'"), closed)  # asked before the lead is looked at

	def test_who_gave_his_seat_back_sees_it_no_more(self):
		self.claim_second()
		mine = self.plan(self.rep)
		with self.as_user(self.mate):
			api.release(factories.seat_of(self.one.name, "L2C Zone Two").name, "No budget")
		self.assertEqual(self.sees(self.mate, mine), (False, False))

	def test_list_and_document_agree_where_the_names_are_too_many(self):
		mine = self.plan(self.rep)
		self.claim_second()
		with patch.object(visibility, "MANY", 0):
			visibility.forget()
			self.assertEqual(self.sees(self.mate, mine), (True, True))
			self.assertEqual(self.sees(self.head, mine), (True, True))
			self.assertEqual(self.sees(self.outsider, mine), (False, False))

	def test_a_pool_manager_without_the_manager_s_role_sees_it_and_is_told_when_it_is_late(self):
		late = self.plan(self.rep, overdue_hours=100)
		self.assertEqual(self.sees(self.head, late), (True, True))
		reminders.run()
		told = frappe.db.count("Notification Log", {"for_user": self.head, "document_name": late.name})
		self.assertEqual(told, 1)
