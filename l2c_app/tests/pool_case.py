"""What tests of pools begin with: one pool, two members, a manager, an outsider."""

from collections import Counter

import frappe

from l2c_app.api import pool as api
from l2c_app.services.pool import pool_members
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase

POOL = "L2C Pool"


class PoolCase(L2CTestCase):
	"""A pool of two members and a manager; an outsider with the same role."""

	def setUp(self) -> None:
		super().setUp()
		self.rep = factories.sales_user("pool.rep")
		self.mate = factories.sales_user("pool.mate")
		self.outsider = factories.sales_user("pool.outsider")
		self.chief = factories.sales_manager("pool.chief")
		self.pool = factories.lead_pool(POOL, members=(self.rep, self.mate), managers=(self.chief,))

	def lead(self, number: int = 1, **values: object):
		"""Insert a pooled lead with its own phone and mail address."""
		values.setdefault("mobile_no", f"+8613800138{number:03d}")
		values.setdefault("email_id", f"buyer{number}@pooled.example.com")
		return factories.pooled_lead(f"Pooled Company {number} Ltd", **values)

	def set_pool(self, **values: object) -> None:
		"""Change the pool's settings."""
		self.pool.reload()
		self.pool.update(values)
		self.pool.save()

	def seat(self, lead):
		"""Return the lead's seat, freshly read."""
		return factories.seat_of(lead.name)

	def claimed(self, lead, user: str | None = None):
		"""Let a member claim the lead and return its seat."""
		with self.as_user(user or self.rep):
			api.claim(self.seat(lead).name)
		return self.seat(lead)

	def refresh_pools(self) -> Counter:
		"""Do what the nightly job does, without its commits; returns the counts."""
		total: Counter = Counter()
		for counts in pool_members.refresh_each():
			total.update(counts)
		return total

	def logged(self, seat: str) -> list[str]:
		"""Return the events of a seat, oldest first."""
		rows = frappe.get_all(
			"Lead Pool Log", filters={"seat": seat}, fields=["event", "at"], order_by="creation, name"
		)
		return sorted(row.event for row in rows)
