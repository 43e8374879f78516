from frappe.utils import add_days, nowdate

from l2c_app.core.seats import Event
from l2c_app.l2c_app.report.pool_fairness import pool_fairness as report
from l2c_app.services import errors
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests.pool_case import POOL, PoolCase


class TestPoolFairness(PoolCase):
	def rows(self, user: str, *, days_ago: int = 0) -> dict[str, dict]:
		"""Return the report of one day by member."""
		day = add_days(nowdate(), -days_ago)
		with self.as_user(user):
			found = report.execute({"pool": POOL, "from_date": day, "to_date": day})[1]
		return {row["user"]: row for row in found}

	def test_what_each_got_kept_and_lost_against_his_weight(self):
		seats = [self.seat(self.lead(number)).name for number in (1, 2, 3)]
		move([Move(seat, Event.CLAIM, self.rep) for seat in seats[:2]])
		move([Move(seats[2], Event.ASSIGN, self.mate)])
		move([Move(seats[0], Event.RECYCLE)])
		rows = self.rows(self.chief)
		self.assertEqual(sorted(rows), sorted([self.rep, self.mate]))
		counted = ("received", "claimed", "kept", "recycled")
		self.assertEqual([rows[self.rep][name] for name in counted], [2, 2, 1, 1])
		self.assertEqual([rows[self.mate][name] for name in counted], [1, 0, 1, 0])
		self.assertAlmostEqual(rows[self.rep]["share"], 200 / 3)
		self.assertEqual((rows[self.rep]["due_share"], rows[self.mate]["due_share"]), (50, 50))
		quiet = self.rows(self.chief, days_ago=1)[self.rep]
		self.assertEqual((quiet["received"], quiet["kept"], quiet["share"]), (0, 0, None))

	def test_members_and_strangers_are_refused(self):
		for user in (self.rep, self.outsider):
			with self.assertRaises(errors.NotAPoolManager):
				self.rows(user)
