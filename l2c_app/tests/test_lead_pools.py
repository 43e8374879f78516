"""Leads in pools: intake, claim, release, transfer, distribution, native edits, people who leave, names that change."""

import json

import frappe
from frappe.utils import add_days, now_datetime, nowdate

from l2c_app.api import pool as api
from l2c_app.services import errors, lead_owner, pool_members, seat_events
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase, bench_only

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

	def logged(self, seat: str) -> list[str]:
		"""Return the events of a seat, oldest first."""
		rows = frappe.get_all(
			"Lead Pool Log", filters={"seat": seat}, fields=["event", "at"], order_by="creation, name"
		)
		return sorted(row.event for row in rows)


class TestIntake(PoolCase):
	def test_a_lead_by_api_is_free_without_owner_and_logged(self):
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
		from l2c_app.services import seat_log

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
		members = [{"member_type": "Sales Person", "sales_person": group}]
		pool = factories.make("Lead Pool", pool_name="East", enabled=1, members=members)
		self.assertEqual(self.members("East"), [self.outsider])
		self.assertEqual(pool.unreachable_members, "L2C East Ghost")
		pool.update({"members": [{"member_type": "Role", "role": "Sales Manager"}]})
		pool.save()
		self.assertIn(self.chief, self.members("East"))
		self.assertNotIn(self.outsider, self.members("East"))

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
		self.set_pool(enabled=0)
		with self.as_user(self.rep), self.assertRaises(errors.PoolDisabled):
			api.claim(seat)

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

	def test_a_former_holder_waits_and_others_do_not(self):
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


class TestHolderChanges(PoolCase):
	def test_release_needs_a_reason_and_the_holder(self):
		seat = self.claimed(self.lead())
		with self.as_user(self.rep), self.assertRaises(errors.ReasonMissing):
			api.release(seat.name, "  ")
		with self.as_user(self.mate), self.assertRaises(errors.NotTheHolder):
			api.release(seat.name, "mine now")

	def test_transfer_by_the_holder_and_by_nobody_else(self):
		seat = self.claimed(self.lead())
		with self.as_user(self.mate), self.assertRaises(errors.NotTheHolder):
			api.transfer(seat.name, self.mate)
		with self.as_user(self.rep), self.assertRaises(errors.NotAPoolMember):
			api.transfer(seat.name, self.outsider)
		with self.as_user(self.rep):
			api.transfer(seat.name, self.mate, "holiday")
		self.assertEqual(factories.seat_of(seat.party).holder, self.mate)
		self.assertEqual(frappe.db.get_value("Lead", seat.party, "lead_owner"), self.mate)

	def test_transfer_by_holders_can_be_switched_off(self):
		self.set_pool(allow_holder_transfer=0)
		seat = self.claimed(self.lead())
		with self.as_user(self.rep), self.assertRaises(errors.NotAPoolManager):
			api.transfer(seat.name, self.mate)
		with self.as_user(self.chief):
			api.transfer(seat.name, self.mate)
		self.assertEqual(factories.seat_of(seat.party).holder, self.mate)

	def test_the_receivers_cap_binds_a_transfer(self):
		self.set_pool(holding_cap=1)
		first, second = self.claimed(self.lead(1)), self.claimed(self.lead(2), self.mate)
		self.assertNotEqual(first.name, second.name)
		with self.as_user(self.rep), self.assertRaises(errors.HoldingCapReached):
			api.transfer(first.name, self.mate)

	def test_a_native_edit_of_the_owner_moves_the_seat(self):
		lead = self.lead()
		seat = self.claimed(lead)
		with self.as_user(self.chief):
			document = frappe.get_doc("Lead", lead.name)
			document.lead_owner = self.mate
			document.save()
		self.assertEqual((self.seat(lead).holder, self.seat(lead).version), (self.mate, seat.version + 1))
		with self.as_user(self.chief):
			document.reload()
			document.lead_owner = None
			document.save()
		self.assertEqual((self.seat(lead).state, self.seat(lead).holder), ("Available", None))

	def test_a_native_edit_obeys_the_pool(self):
		lead = self.lead()
		self.claimed(lead)
		with self.as_user(self.rep):
			document = frappe.get_doc("Lead", lead.name)
			document.lead_owner = self.outsider
			with self.assertRaises(errors.NotAPoolMember):
				document.save()

	def test_a_form_opened_before_the_seat_moved_is_refused(self):
		lead = self.lead()
		seat = self.claimed(lead)
		stale = frappe.get_doc("Lead", lead.name)
		stale.set("__onload", frappe._dict({lead_owner.FORM_VERSION: seat.version}))
		with self.as_user(self.chief):
			api.transfer(seat.name, self.mate)
		stale.modified = frappe.db.get_value("Lead", lead.name, "modified")
		with self.assertRaises(errors.StaleSeat):
			stale.save()

	def test_a_move_makes_older_forms_stale_natively_too(self):
		lead = self.lead()
		old = frappe.get_doc("Lead", lead.name)
		self.claimed(lead)
		with self.assertRaises(frappe.TimestampMismatchError):
			old.save()

	def test_the_pool_mark_cannot_be_forged(self):
		lead = self.lead()
		document = frappe.get_doc("Lead", lead.name)
		document.l2c_pooled = 0
		document.save()
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "l2c_pooled"), 1)

	def test_a_disabled_user_gives_his_seats_back(self):
		seat = self.claimed(self.lead())
		user = frappe.get_doc("User", self.rep)
		user.enabled = 0
		user.save()
		after = factories.seat_of(seat.party)
		self.assertEqual((after.state, after.holder), ("Available", None))
		rule = frappe.get_all(
			"Lead Pool Log", filters={"seat": seat.name, "event": "Recycle"}, pluck="rule", order_by="name"
		)
		self.assertEqual(rule, ["holder disabled"])

	def test_a_member_who_leaves_the_pool_gives_his_seats_back(self):
		seat = self.claimed(self.lead())
		self.pool.reload()
		self.pool.members = [row for row in self.pool.members if row.user != self.rep]
		self.pool.save()
		self.assertEqual(factories.seat_of(seat.party).state, "Available")

	def test_two_pools_have_two_holders_and_one_owner(self):
		factories.lead_pool("L2C Second", members=(self.mate,))
		lead = self.lead()
		self.claimed(lead)
		second = factories.seat_of(lead.name, "L2C Second")
		with self.as_user(self.mate):
			api.claim(second.name)
		self.assertEqual(self.seat(lead).holder, self.rep)
		self.assertEqual(factories.seat_of(lead.name, "L2C Second").holder, self.mate)
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "lead_owner"), self.rep)

	def test_at_night_the_seat_wins_over_an_owner_written_past_the_hooks(self):
		held, free = self.lead(1), self.lead(2)
		self.claimed(held)
		frappe.db.set_value("Lead", held.name, "lead_owner", self.outsider)
		frappe.db.set_value("Lead", free.name, "lead_owner", self.mate)
		counts = pool_members.refresh_all()
		self.assertEqual(counts["repaired"], 2)
		self.assertEqual(frappe.db.get_value("Lead", held.name, "lead_owner"), self.rep)
		self.assertFalse(frappe.db.get_value("Lead", free.name, "lead_owner"))
		self.assertIn("Repair", self.logged(self.seat(held).name))
		self.assertEqual(pool_members.refresh_all()["repaired"], 0)

	def test_close_and_reopen(self):
		seat = self.claimed(self.lead())
		with self.as_user(self.rep):
			api.close(seat.name, "competitor")
		self.assertEqual(factories.seat_of(seat.party).state, "Closed")
		with self.as_user(self.rep), self.assertRaises(errors.NotAPoolManager):
			api.reopen(seat.name, "again")
		with self.as_user(self.chief):
			api.reopen(seat.name, "again")
		self.assertEqual(factories.seat_of(seat.party).state, "Available")

	def test_conversion_opens_the_lead_and_keeps_its_owner(self):
		lead = self.lead()
		self.claimed(lead)
		customer = factories.customer("Converted Company", lead_name=lead.name)
		seat = self.seat(lead)
		self.assertEqual((seat.state, seat.holder), ("Converted", None))
		stored = frappe.db.get_value("Lead", lead.name, ["lead_owner", "l2c_pooled"], as_dict=True)
		self.assertEqual((stored.lead_owner, stored.l2c_pooled), (self.rep, 0))
		seat_events.customer_vanished(lead.name, customer=customer)
		self.assertEqual(self.seat(lead).state, "Available")
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "l2c_pooled"), 1)

	def test_a_customer_pool_writes_the_account_manager(self):
		factories.lead_pool(
			"L2C Customers",
			members=(self.rep,),
			party_type="Customer",
			admission_filters='[["customer_type", "=", "Company"]]',
		)
		customer = factories.customer("Pooled Customer")
		seat = factories.seat_of(customer, "L2C Customers", "Customer")
		with self.as_user(self.rep):
			api.claim(seat.name)
		self.assertEqual(frappe.db.get_value("Customer", customer, "account_manager"), self.rep)


class TestNativeTraces(PoolCase):
	@bench_only("assignments and shares as the host makes them")
	def test_a_holder_change_cleans_assignments_and_shares(self):
		from frappe.desk.form import assign_to

		lead = self.lead()
		seat = self.claimed(lead)
		assign_to.add({"assign_to": [self.rep], "doctype": "Lead", "name": lead.name})
		frappe.share.add("Lead", lead.name, self.rep, read=1)
		frappe.share.add("Lead", lead.name, everyone=1, read=1)
		with self.as_user(self.rep):
			api.transfer(seat.name, self.mate)
		self.assertFalse(frappe.db.exists("ToDo", {"reference_name": lead.name, "status": "Open"}))
		self.assertFalse(frappe.parse_json(frappe.db.get_value("Lead", lead.name, "_assign") or "[]"))
		self.assertFalse(frappe.db.exists("DocShare", {"share_name": lead.name}))
		with self.as_user(self.rep):
			self.assertFalse(frappe.has_permission("Lead", "read", doc=lead.name))

	@bench_only("rename, merge and delete of the host")
	def test_seat_log_and_keys_follow_a_rename(self):
		lead = self.lead()
		seat = self.seat(lead).name
		new = frappe.rename_doc("Lead", lead.name, "L2C-RENAMED")
		self.assertEqual(frappe.db.get_value("Lead Pool Seat", seat, "party"), new)
		self.assertEqual(frappe.db.get_value("Lead Pool Log", {"seat": seat}, "party"), new)
		self.assertTrue(frappe.db.exists("L2C Party Key", {"party": new}))

	@bench_only("rename, merge and delete of the host")
	def test_a_merge_unites_seats_and_history(self):
		kept, gone = self.lead(1), self.lead(2)
		held = self.claimed(gone)
		frappe.rename_doc("Lead", gone.name, kept.name, merge=True)
		seats = frappe.get_all(
			"Lead Pool Seat", filters={"party": kept.name}, fields=["name", "holder"], order_by="name"
		)
		self.assertEqual([(seat.name, seat.holder) for seat in seats], [(held.name, self.rep)])
		self.assertEqual(frappe.db.get_value("Lead", kept.name, "lead_owner"), self.rep)
		self.assertFalse(frappe.db.exists("Lead Pool Seat", {"party": gone.name}))

	@bench_only("rename, merge and delete of the host")
	def test_a_deleted_lead_takes_its_seat_and_leaves_the_log(self):
		lead = self.lead()
		seat = self.seat(lead).name
		frappe.delete_doc("Lead", lead.name)
		self.assertFalse(frappe.db.exists("Lead Pool Seat", seat))
		self.assertFalse(frappe.db.exists("L2C Party Key", {"party": lead.name}))
		self.assertTrue(frappe.db.exists("Lead Pool Log", {"party": lead.name}))


class TestDistribution(PoolCase):
	def test_even_with_preview(self):
		for number in range(1, 6):
			self.lead(number)
		with self.as_user(self.chief):
			preview = api.distribute_preview(POOL)
			self.assertEqual(sorted(preview["by_user"].values()), [2, 3])
			self.assertEqual(frappe.db.count("Lead Pool Seat", {"pool": POOL, "state": "Held"}), 0)
			result = api.distribute(POOL)
		self.assertEqual(result["by_user"], preview["by_user"])
		for row in result["rows"]:
			self.assertEqual(frappe.db.get_value("Lead Pool Seat", row["seat"], "holder"), row["user"])

	def test_weighted(self):
		self.pool.members[0].weight = 3
		self.pool.save()
		for number in range(1, 9):
			self.lead(number)
		with self.as_user(self.chief):
			result = api.distribute(POOL, method="Weighted")
		self.assertEqual(result["by_user"], {self.rep: 6, self.mate: 2})

	def test_caps_bind_and_a_reason_overrides(self):
		self.set_pool(holding_cap=1)
		for number in range(1, 5):
			self.lead(number)
		with self.as_user(self.chief):
			result = api.distribute(POOL)
			self.assertEqual(sorted(result["by_user"].values()), [1, 1])
			self.assertEqual(len([row for row in result["rows"] if row["reason"]]), 2)
			result = api.distribute(POOL, override_reason="trade fair")
		self.assertEqual(sorted(result["by_user"].values()), [1, 1])
		reasons = frappe.get_all(
			"Lead Pool Log", filters={"pool": POOL, "reason": "trade fair"}, order_by="name"
		)
		self.assertEqual(len(reasons), 2)

	def test_only_managers_distribute(self):
		self.lead()
		with self.as_user(self.rep):
			with self.assertRaises(errors.NotAPoolManager):
				api.distribute_preview(POOL)
			with self.assertRaises(errors.NotAPoolManager):
				api.distribute(POOL)

	def test_a_seat_that_is_not_free_has_a_reason(self):
		held = self.claimed(self.lead())
		with self.as_user(self.chief):
			result = api.distribute(POOL, seats=[held.name, "no-such-seat"])
		self.assertEqual([bool(row["reason"]) for row in result["rows"]], [True, True])

	def test_existing_leads_enter_by_a_managers_hand(self):
		mine = factories.lead("Old Hand", lead_owner=self.rep)
		free = factories.lead("Old Free")
		with self.as_user(self.rep), self.assertRaises(errors.NotAPoolManager):
			api.admit(POOL, [mine.name])
		with self.as_user(self.chief):
			self.assertEqual(len(api.admit(POOL, [mine.name, free.name, "gone"])), 2)
			self.assertEqual(api.admit(POOL, [mine.name]), [])
		self.assertEqual(factories.seat_of(mine.name).holder, self.rep)
		self.assertEqual(factories.seat_of(free.name).holder, None)
		self.assertFalse(frappe.db.get_value("Lead", free.name, "lead_owner"))
