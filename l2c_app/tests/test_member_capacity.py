"""What a single member is given: by his capacity, while he is not paused, and only what he takes; and what he sees of it."""

import json

import frappe

from l2c_app.api import pool as api
from l2c_app.services.errors import BadAdmissionFilter, HoldingCapReached, NotAPoolMember
from l2c_app.services.pool import pool_members, run_work
from l2c_app.tests import factories
from l2c_app.tests.pool_case import POOL, PoolCase


class TestMemberCapacity(PoolCase):
	def member(self, user: str, **values: object) -> None:
		self.pool.reload()
		row = next(row for row in self.pool.members if row.user == user)
		row.update(values)
		self.pool.save()

	def hand_out(self, count: int = 10, **options: object) -> dict:
		with self.as_user(self.chief):
			return api.distribute(POOL, count=count, **options)

	def leads(self, count: int, **values: object) -> list:
		return [self.lead(number, **values) for number in range(1, count + 1)]

	def test_a_member_gets_his_share_of_the_day_and_the_others_the_rest(self):
		self.member(self.rep, capacity=45)  # 1.5 a day: 2
		self.leads(6)
		self.assertEqual(self.hand_out()["by_user"], {self.mate: 4, self.rep: 2})
		self.leads_again()
		self.assertEqual(self.hand_out()["by_user"], {self.mate: 2})

	def leads_again(self) -> None:
		for number in (11, 12):
			self.lead(number)

	def test_what_he_claimed_himself_counts_and_a_reason_overrides(self):
		self.member(self.rep, capacity=30)
		self.member(self.mate, paused=1)
		self.claimed(self.lead(1))
		self.lead(2)
		self.assertEqual(self.hand_out()["by_user"], {})
		self.assertEqual(self.hand_out(override_reason="trade fair")["by_user"], {self.rep: 1})

	def test_the_preview_under_a_reason_shows_what_the_run_under_it_does(self):
		self.member(self.rep, capacity=30)
		self.member(self.mate, paused=1)
		self.claimed(self.lead(1))
		seat = self.seat(self.lead(2))
		with self.as_user(self.chief):
			shown = api.distribute_preview(POOL, override_reason="trade fair")
			self.assertEqual(api.distribute_preview(POOL)["by_user"], {})
		self.assertEqual((shown["by_user"], list(shown["skipped_members"])), ({self.rep: 1}, [self.mate]))
		self.assertEqual(self.seat(frappe._dict(name=seat.party)).state, "Available")
		with self.as_user(self.chief):
			done = api.distribute(POOL, override_reason="trade fair")
		self.assertEqual((done["by_user"], done["rows"]), (shown["by_user"], shown["rows"]))

	def test_a_paused_member_is_passed_over_with_the_reason(self):
		self.member(self.rep, paused=1)
		self.leads(2)
		with self.as_user(self.chief):
			drawn = api.distribute_preview(POOL)
		self.assertEqual((list(drawn["skipped_members"]), drawn["by_user"]), ([self.rep], {self.mate: 2}))

	def test_a_member_gets_only_what_he_takes(self):
		self.member(self.rep, filters='[["city", "=", "Bonn"]]')
		self.member(self.mate, filters='[["city", "in", ["Trier", "Mainz"]]]')
		there = {
			city: self.seat(self.lead(number, city=city)).name
			for number, city in enumerate(("Bonn", "Trier", "Ulm"))
		}
		self.hand_out()
		holders = {
			city: frappe.db.get_value("Lead Pool Seat", seat, "holder") for city, seat in there.items()
		}
		self.assertEqual(holders, {"Bonn": self.rep, "Trier": self.mate, "Ulm": None})

	def test_several_rows_admit_what_any_of_them_admits(self):
		self.member(self.rep, filters='[["city", "=", "Bonn"]]')
		self.pool.append(
			"members", {"member_type": "User", "user": self.rep, "filters": '[["city", "=", "Ulm"]]'}
		)
		self.pool.save()
		self.member(self.mate, paused=1)
		for number, city in enumerate(("Bonn", "Trier", "Ulm")):
			self.lead(number, city=city)
		self.assertEqual(self.hand_out()["by_user"], {self.rep: 2})
		self.pool.append("members", {"member_type": "User", "user": self.rep})
		self.pool.save()
		self.assertEqual(pool_members.resolve(self.pool)[0][self.rep].filters, "")

	def test_a_filter_that_cannot_be_read_is_refused_when_it_is_saved(self):
		with self.assertRaises(BadAdmissionFilter):
			self.member(self.rep, filters='[["no_such_field", "=", "x"]]')

	def test_pain_leads_stay_unassigned_nobody_knows_why_cap_and_used_count_are_shown(self):
		self.set_pool(daily_quota=2, holding_cap=5, backlog_cap=0, cool_down_days=7)
		self.member(self.rep, capacity=60)
		self.claimed(self.lead(1))
		with self.as_user(self.rep):
			told = api.my_standing(POOL)
		self.assertEqual(
			told["rows"],
			[
				{"name": "quota", "used": 1, "limit": 2, "left": 1},
				{"name": "holding", "used": 1, "limit": 5, "left": 4},
			],
		)
		self.assertEqual((told["may_be_given"], told["cool_down_days"], told["refusal"]), (1, 7, ""))
		self.claimed(self.lead(2))
		with self.as_user(self.rep):
			self.assertIn("2", api.my_standing(POOL)["refusal"])
		with self.as_user(self.outsider), self.assertRaises(NotAPoolMember):
			api.my_standing(POOL)

	def test_a_user_of_the_pool_by_role_has_the_rows_of_his_role(self):
		factories.find_or_make("Role", "L2C Capacity Role", role_name="L2C Capacity Role")
		frappe.get_doc("User", self.rep).add_roles("L2C Capacity Role")
		self.pool.reload()
		self.pool.append("members", {"member_type": "Role", "role": "L2C Capacity Role", "capacity": 90})
		self.pool.save()
		stored = frappe.db.get_value("Lead Pool Membership", {"pool": POOL, "user": self.rep}, "capacity")
		self.assertEqual(stored, 90)


class TestCapOverAllPools(PoolCase):
	"""The rep holds one seat in a second pool; two seats of all pools together are allowed."""

	def setUp(self) -> None:
		super().setUp()
		factories.lead_pool("L2C Second", members=(self.rep,))
		self.first = self.lead(1)
		with self.as_user(self.rep):
			api.claim(factories.seat_of(self.first.name, "L2C Second").name)

	def test_a_distribution_gives_no_more_than_the_cap_leaves_even_with_a_reason_to_override(self):
		for number in range(2, 6):
			self.lead(number)
		with self.settings("L2C Settings", holding_cap_over_all=2), self.as_user(self.chief):
			# five free seats: the rep has room for one more, and the mate for two
			drawn = api.distribute(POOL, count=10, override_reason="trade fair")
			self.assertEqual(drawn["by_user"], {self.mate: 2, self.rep: 1})
			again = api.distribute_preview(POOL)
		self.assertEqual(set(again["skipped_members"]), {self.rep, self.mate})
		self.assertIn("2 of 2", again["skipped_members"][self.rep])

	def test_a_recorded_run_names_who_is_full(self):
		self.lead(2)
		with self.settings("L2C Settings", holding_cap_over_all=1), self.as_user(self.chief):
			name = api.start_distribution(POOL, count=2, commit=True)
			while run_work.step(name):
				pass
		options = json.loads(frappe.db.get_value("Pool Run", name, "options"))
		self.assertEqual(list(options["skipped_members"]), [self.rep])
		given = frappe.get_all("Pool Run Row", filters={"run": name, "status": "Done"}, pluck="to_user")
		self.assertEqual(given, [self.mate])

	def test_nobody_is_handed_a_seat_over_it(self):
		second = self.lead(2)
		with self.settings("L2C Settings", holding_cap_over_all=1), self.as_user(self.chief):
			with self.assertRaises(HoldingCapReached) as refused:
				api.transfer(self.seat(second).name, self.rep)
			self.assertIn("all pools", str(refused.exception))
			api.transfer(self.seat(second).name, self.mate)
		self.assertEqual(self.seat(second).holder, self.mate)

	def test_a_member_sees_what_it_leaves_him(self):
		with self.settings("L2C Settings", holding_cap_over_all=1), self.as_user(self.rep):
			shown = api.my_standing(POOL)
		row = {"name": "holding_in_all", "used": 1, "limit": 1, "left": 0}
		self.assertIn(row, shown["rows"])
		self.assertIn("all pools", shown["refusal"])
