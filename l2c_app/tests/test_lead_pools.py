"""How leads come into pools and how members claim them."""

import json

import frappe
from frappe.utils import add_days, now_datetime, nowdate

from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.pool import seat_log, visibility
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase


class TestIntake(PoolCase):
	def test_pain_cannot_create_a_lead_straight_into_the_pool(self):
		lead = self.lead()
		seat = self.seat(lead)
		self.assertEqual((seat.state, seat.holder, seat.is_primary, seat.version), ("Available", None, 1, 1))
		stored = frappe.db.get_value("Lead", lead.name, ["lead_owner", "l2c_pooled"], as_dict=True)
		self.assertEqual((stored.lead_owner or None, stored.l2c_pooled), (None, 1))
		self.assertEqual(self.logged(seat.name), ["Admit"])

	def test_a_lead_that_no_filter_admits_keeps_its_owner(self):
		lead = factories.lead("Elsewhere")
		stored = frappe.db.get_value("Lead", lead.name, ["lead_owner", "l2c_pooled"], as_dict=True)
		self.assertEqual((stored.lead_owner, stored.l2c_pooled), ("Administrator", 0))

	def test_an_empty_filter_admits_nobody(self):
		self.set_pool(admission_filters="")
		self.assertEqual(self.lead().l2c_pooled or 0, 0)

	def test_a_member_who_types_a_lead_holds_it_and_it_costs_no_quota(self):
		with self.as_user(self.rep):
			lead = self.typed_lead()
			seat = self.seat(lead)
			self.assertEqual((seat.state, seat.holder), ("Held", self.rep))
			self.assertEqual(frappe.db.get_value("Lead", lead.name, "lead_owner"), self.rep)
		self.assertEqual(seat_log.claimed_today(POOL, self.rep), 0)

	def test_an_own_lead_over_the_cap_is_refused_with_the_numbers(self):
		self.set_pool(holding_cap=1)
		with self.as_user(self.rep):
			self.typed_lead()
			with self.assertRaises(errors.HoldingCapReached) as refusal:
				self.typed_lead(2)
		self.assertIn("1 of 1", str(refusal.exception))

	def typed_lead(self, number: int = 1):
		"""Insert a lead as the Desk does."""
		lead = frappe.get_doc(
			{
				"doctype": "Lead",
				"first_name": "Typed",
				"company_name": f"Typed {number}",
				"request_type": "Product Enquiry",
			}
		)
		lead.flags.l2c_origin = "desk"
		return lead.insert()

	def test_an_import_with_an_owner_column_is_held_by_that_member_only(self):
		rows = [
			{"company_name": "Own", "mobile_no": "+8613900000001", "lead_owner": self.mate},
			{"company_name": "Stranger", "mobile_no": "+8613900000002", "lead_owner": self.outsider},
			{"company_name": "Nobody", "mobile_no": "+8613900000003"},
		]
		results = api.import_leads([{**row, "request_type": "Product Enquiry"} for row in rows])
		holders = [factories.seat_of(result["lead"]).holder for result in results]
		self.assertEqual(holders, [self.mate, None, None])

	@bench_only("the host's own import flag and defaults")
	def test_a_native_import_leaves_the_lead_free_though_the_host_fills_in_an_owner(self):
		with self.as_user(self.rep):
			frappe.flags.in_import = True
			try:
				lead = self.lead()
			finally:
				frappe.flags.in_import = False
		self.assertEqual(self.seat(lead).holder, None)
		self.assertFalse(frappe.db.get_value("Lead", lead.name, "lead_owner"))

	def test_a_pool_without_reachable_members_cannot_be_enabled(self):
		person = factories.sales_person("L2C Person Without User")
		with self.assertRaises(errors.PoolHasNoMembers) as refusal:
			factories.make(
				"Lead Pool",
				pool_name="Empty",
				enabled=1,
				members=[{"member_type": "Sales Person", "sales_person": person}],
			)
		self.assertIn(person, str(refusal.exception))

	def test_members_come_by_role_and_by_sales_person_subtree(self):
		group = factories.sales_person("L2C Team East", is_group=True)
		factories.sales_person("L2C East Rep", for_user=self.outsider, parent=group)
		factories.sales_person("L2C East Ghost", parent=group)
		members = [{"member_type": "Sales Person", "sales_person": group, "is_manager": 1}]
		pool = factories.make("Lead Pool", pool_name="East", enabled=1, members=members)
		self.assertEqual(self.members("East"), [self.outsider])
		self.assertEqual(pool.unreachable_members, "L2C East Ghost")
		pool.update({"members": [{"member_type": "Role", "role": "Sales Manager"}]})
		pool.save()
		self.assertIn(self.chief, self.members("East"))
		self.assertNotIn(self.outsider, self.members("East"))

	def test_pain_leads_are_handed_to_administrator_because_he_has_every_role(self):
		role = {"parent": "Administrator", "parenttype": "User", "parentfield": "roles", "role": "Sales User"}
		if not frappe.db.exists("Has Role", role):  # a fresh host has given it to him
			factories.make("Has Role", **role)
		members = [{"member_type": "Role", "role": "Sales User", "is_manager": 1}]
		pool = factories.make("Lead Pool", pool_name="By Role", enabled=1, members=members)
		self.assertIn(self.outsider, self.members("By Role"))
		self.assertNotIn("Administrator", self.members("By Role"))
		pool.append("members", {"member_type": "User", "user": "Administrator"})
		pool.save()
		self.assertIn("Administrator", self.members("By Role"))

	@bench_only("the tree of departments")
	def test_members_come_by_department_with_all_below_it(self):
		upper = self.department("L2C Sales East", is_group=1)
		lower = self.department("L2C Phone East", parent_department=upper)
		for user, department in ((self.outsider, lower), (self.mate, upper), (self.rep, None)):
			frappe.db.set_value("Employee", factories.employee(user), "department", department)
		factories.make("Department", department_name="L2C Sales West", company=factories.company())
		ghost = frappe.copy_doc(frappe.get_doc("Employee", factories.employee(self.rep)))
		ghost.update({"first_name": "Phoneless", "user_id": None, "department": lower})
		ghost.insert()
		members = [{"member_type": "Department", "department": upper, "is_manager": 1}]
		pool = factories.make("Lead Pool", pool_name="By Department", enabled=1, members=members)
		self.assertEqual(self.members("By Department"), sorted([self.outsider, self.mate]))
		self.assertEqual(pool.unreachable_members, ghost.employee_name)
		left = frappe.get_doc("Employee", factories.employee(self.mate))
		left.update({"status": "Left", "relieving_date": frappe.utils.nowdate()})
		left.save()
		self.refresh_pools()
		self.assertEqual(self.members("By Department"), [self.outsider])

	def department(self, name: str, **values: object) -> str:
		values.setdefault("parent_department", factories.root_of("Department"))
		return factories.make("Department", department_name=name, company=factories.company(), **values).name

	def test_a_pool_needs_a_manager_to_be_enabled(self):
		rows = [{"member_type": "User", "user": self.rep}]
		pool = factories.make("Lead Pool", pool_name="Headless", members=rows)
		pool.enabled = 1
		with self.assertRaises(errors.PoolHasNoManager):
			pool.save()
		pool.reload()
		pool.enabled = 1
		pool.append("members", {"member_type": "User", "user": self.chief})  # has the role Sales Manager
		pool.save()
		self.assertTrue(visibility.manages("Headless", self.chief))

	def test_pain_switching_the_last_pool_off_would_open_every_lead(self):
		lead = self.lead()
		with self.assertRaises(errors.PoolHoldsSeats):
			self.set_pool(enabled=0)
		with self.as_user(self.chief):
			api.close(self.seat(lead).name, "no business")
		with self.assertRaises(errors.PoolHoldsSeats) as refused:
			self.set_pool(enabled=0)
		self.assertIn("1", str(refused.exception))
		second = factories.lead_pool("L2C Second", members=(self.rep,))
		self.set_pool(enabled=0)
		with self.assertRaises(errors.PoolHoldsSeats):
			second.delete()
		second.reload()
		second.enabled = 0
		with self.assertRaises(errors.PoolHoldsSeats):
			second.save()
		self.pool.delete()
		second.reload()
		second.delete()
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "l2c_pooled"), 0)

	def members(self, pool: str) -> list[str]:
		"""Return the users of a pool's membership rows."""
		return frappe.get_all("Lead Pool Membership", filters={"pool": pool}, pluck="user", order_by="user")

	def test_bad_filters_are_refused(self):
		for filters in (
			'[["no_such_field","=","x"]]',
			'[["territory","regexp","x"]]',
			"{broken",
			'"text"',
			"[[1]]",
		):
			with self.subTest(filters=filters), self.assertRaises(errors.BadAdmissionFilter):
				self.set_pool(admission_filters=filters)

	def test_a_pool_with_held_seats_can_be_neither_disabled_nor_deleted(self):
		self.claimed(self.lead())
		with self.assertRaises(errors.PoolHoldsSeats):
			self.set_pool(enabled=0)
		with self.assertRaises(errors.PoolHoldsSeats):
			frappe.delete_doc("Lead Pool", POOL)

	def test_deleting_a_pool_opens_its_leads_again(self):
		lead = self.lead()
		with self.assertRaises(errors.PoolHoldsSeats):
			frappe.delete_doc("Lead Pool", POOL, ignore_permissions=True)
		api.close(self.seat(lead).name, "not for us")
		frappe.delete_doc("Lead Pool", POOL, ignore_permissions=True)
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "l2c_pooled"), 0)


class TestClaims(PoolCase):
	def test_a_claim_writes_seat_owner_and_log(self):
		lead = self.lead()
		before = frappe.db.get_value("Lead", lead.name, "modified")
		seat = self.claimed(lead)
		self.assertEqual((seat.state, seat.holder, seat.version), ("Held", self.rep, 2))
		self.assertTrue(seat.claimed_on)
		owner, modified, editor = frappe.db.get_value(
			"Lead", lead.name, ["lead_owner", "modified", "modified_by"]
		)
		self.assertEqual((owner, editor), (self.rep, self.rep))
		self.assertGreater(modified, before)
		self.assertEqual(self.logged(seat.name), ["Admit", "Claim"])

	def test_a_taken_seat_is_refused(self):
		lead = self.lead()
		self.claimed(lead)
		with self.as_user(self.mate), self.assertRaises(errors.SeatTaken):
			api.claim(self.seat(lead).name)

	def test_a_stranger_is_refused(self):
		lead = self.lead()
		with self.as_user(self.outsider), self.assertRaises(errors.NotAPoolMember):
			api.claim(self.seat(lead).name)

	def test_nothing_moves_in_a_disabled_pool(self):
		seat = self.seat(self.lead()).name
		factories.lead_pool("L2C Second", members=(self.rep,))
		self.set_pool(enabled=0)
		with self.as_user(self.rep), self.assertRaises(errors.PoolDisabled):
			api.claim(seat)

	def test_the_cap_over_all_pools_counts_what_is_held_in_each(self):
		factories.lead_pool("L2C Second", members=(self.rep,))
		leads = [self.lead(number) for number in range(1, 4)]
		second = factories.seat_of(leads[0].name, "L2C Second").name
		with self.settings("L2C Settings", holding_cap_over_all=2), self.as_user(self.rep):
			api.claim(second)
			rows = api.claim_batch(json.dumps([self.seat(lead).name for lead in leads[1:]]))
			self.assertEqual([row["ok"] for row in rows], [True, False])
			self.assertEqual(rows[1]["compared"], {"held_in_all": 2, "cap_in_all": 2})
			with self.assertRaises(errors.HoldingCapReached):
				api.claim(self.seat(leads[2]).name)
			api.release(second, "room for another")
			api.claim(self.seat(leads[2]).name)
		self.assertEqual(self.seat(leads[2]).holder, self.rep)

	def test_a_batch_in_two_pools_takes_no_more_than_the_cap_over_all(self):
		factories.lead_pool("L2C Second", members=(self.rep,))
		lead = self.lead()
		seats = [factories.seat_of(lead.name, pool).name for pool in (POOL, "L2C Second")]
		with self.settings("L2C Settings", holding_cap_over_all=1), self.as_user(self.rep):
			rows = api.claim_batch(json.dumps(seats))
		self.assertEqual([row["ok"] for row in rows], [True, False])

	def test_a_batch_over_quota_takes_the_first_ones_and_explains_the_rest(self):
		self.set_pool(daily_quota=2)
		seats = [self.seat(self.lead(number)).name for number in range(1, 5)]
		with self.as_user(self.rep):
			rows = api.claim_batch(json.dumps(seats))
		self.assertEqual([row["ok"] for row in rows], [True, True, False, False])
		self.assertEqual(rows[2]["compared"], {"claimed_today": 2, "daily_quota": 2})
		self.assertEqual(rows[2]["allowed_on"], add_days(nowdate(), 1))
		self.assertTrue(rows[2]["override_by"])

	def test_a_release_gives_no_quota_back(self):
		self.set_pool(daily_quota=1, cool_down_days=0)
		lead = self.lead()
		seat = self.claimed(lead)
		with self.as_user(self.rep):
			api.release(seat.name, "no interest")
			with self.assertRaises(errors.QuotaReached) as refusal:
				api.claim(seat.name)
		self.assertIn("1 of 1", str(refusal.exception))

	def test_the_holding_cap_of_the_member_beats_the_pool(self):
		self.set_pool(holding_cap=5)
		self.pool.members[0].holding_cap = 1
		self.pool.save()
		first, second = self.lead(1), self.lead(2)
		self.claimed(first)
		with self.as_user(self.rep), self.assertRaises(errors.HoldingCapReached) as refusal:
			api.claim(self.seat(second).name)
		self.assertIn("1 of 1", str(refusal.exception))

	def test_pain_harassed_contact_the_former_holder_waits_and_others_do_not(self):
		lead = self.lead()
		seat = self.claimed(lead)
		with self.as_user(self.rep):
			api.release(seat.name, "no interest")
			rows = api.claim_batch([seat.name])
		self.assertEqual(rows[0]["rule"], "cool_down")
		self.assertEqual(rows[0]["compared"], {"days_since_release": 0, "cool_down_days": 7})
		self.assertEqual(rows[0]["allowed_on"], add_days(nowdate(), 7))
		self.assertEqual(self.claimed(lead, self.mate).holder, self.mate)

	def test_the_cool_down_ends(self):
		lead = self.lead()
		seat = self.claimed(lead)
		with self.as_user(self.rep):
			api.release(seat.name, "no interest")
		log = frappe.get_all(
			"Lead Pool Log", filters={"seat": seat.name, "event": "Release"}, pluck="name", order_by="name"
		)
		frappe.db.set_value("Lead Pool Log", log[0], "at", add_days(now_datetime(), -7))
		self.assertEqual(self.claimed(lead).holder, self.rep)

	def test_a_lead_that_must_not_be_contacted_is_blocked(self):
		lead = self.lead()
		frappe.db.set_value("Lead", lead.name, "status", "Do Not Contact")
		with self.as_user(self.rep), self.assertRaises(errors.PartyBlocked):
			api.claim(self.seat(lead).name)

	def test_a_seat_that_is_gone_is_a_row_not_a_crash(self):
		with self.as_user(self.rep):
			rows = api.claim_batch(["no-such-seat", self.seat(self.lead()).name])
		self.assertEqual([row["ok"] for row in rows], [False, True])

	def test_the_log_is_append_only(self):
		seat = self.seat(self.lead())
		log = frappe.get_doc("Lead Pool Log", {"seat": seat.name})
		log.reason = "rewritten"
		with self.assertRaises(errors.LogIsAppendOnly):
			log.save(ignore_permissions=True)
