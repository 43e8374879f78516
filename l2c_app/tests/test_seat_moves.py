"""How seats change hands: release, transfer, native edits, people who leave, names that change, distribution."""

import frappe

from l2c_app.api import pool as api
from l2c_app.core.seats import Event
from l2c_app.services import errors
from l2c_app.services.lead import lead_owner
from l2c_app.services.pool import seat_events, visibility
from l2c_app.services.pool.seats import Move, move, move_one
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase


class TestHolderChanges(PoolCase):
	def test_release_needs_a_reason_and_the_holder(self):
		seat = self.claimed(self.lead())
		with self.as_user(self.rep), self.assertRaises(errors.ReasonMissing):
			api.release(seat.name, "  ")
		with self.as_user(self.mate), self.assertRaises(errors.NotTheHolder):
			api.release(seat.name, "mine now")

	def test_in_a_disabled_pool_nothing_moves_but_a_managers_move_out(self):
		factories.lead_pool("L2C Second", members=(self.rep,), managers=(self.chief,))
		lead = self.lead()
		seat = self.claimed(lead).name
		frappe.db.set_value("Lead Pool", POOL, "enabled", 0)
		frappe.clear_document_cache("Lead Pool", POOL)
		visibility.pools_changed()
		for user in (self.rep, self.chief):
			with self.subTest(user=user), self.as_user(user):
				may = api.party_state("Lead", lead.name)["seats"][0]["may"]
				self.assertEqual([name for name, wanted in may.items() if wanted], ["leave_alone"])
				with self.assertRaises(errors.PoolDisabled):
					api.release(seat, "out")
				with self.assertRaises(errors.PoolDisabled):
					api.close(seat, "out")
		with self.as_user(self.rep), self.assertRaises(errors.PoolDisabled):
			api.release(seat, "out", target="L2C Second")
		self.assertEqual(self.seat(lead).state, "Held")
		with self.as_user(self.chief):
			api.release(seat, "out", target="L2C Second")
		moved = factories.seat_of(lead.name, "L2C Second")
		self.assertEqual((moved.state, moved.holder), ("Available", None))

	def test_an_owner_cannot_be_cleared_in_a_disabled_pool(self):
		lead = self.lead()
		self.claimed(lead)
		factories.lead_pool("L2C Second", members=(self.rep,))
		frappe.db.set_value("Lead Pool", POOL, "enabled", 0)
		frappe.clear_document_cache("Lead Pool", POOL)
		visibility.pools_changed()
		document = frappe.get_doc("Lead", lead.name)
		document.lead_owner = None
		with self.assertRaises(errors.PoolDisabled):
			document.save()

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

	def test_a_manager_lets_another_seat_drive_the_owner(self):
		both = {"members": (self.mate,), "managers": (self.chief,)}
		factories.lead_pool("L2C Second", **both)
		lead = self.lead()
		first = self.claimed(lead)
		second = factories.seat_of(lead.name, "L2C Second").name
		with self.as_user(self.mate):
			api.claim(second)
			with self.assertRaises(errors.NotAPoolManager):
				api.make_primary(second, "closer to the deal")
		with self.as_user(self.chief):
			may = {
				row["name"]: row["may"]["make_primary"] for row in api.party_state("Lead", lead.name)["seats"]
			}
			self.assertEqual(may, {first.name: False, second: True})
			with self.assertRaises(errors.SeatNotMovable):
				api.make_primary(first.name, "is it already")
			api.make_primary(second, "closer to the deal")
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "lead_owner"), self.mate)
		rows = frappe.get_all(
			"Lead Pool Seat",
			filters={"party": lead.name},
			fields=["name", "is_primary", "holder", "version"],
		)
		after = {row.name: (row.is_primary, row.holder, row.version) for row in rows}
		self.assertEqual(after, {first.name: (0, self.rep, 3), second: (1, self.mate, 3)})
		self.assertIn("Make Primary", self.logged(second))
		with self.as_user(self.rep):
			api.release(first.name, "not the owner any more")
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "lead_owner"), self.mate)

	def test_who_manages_only_one_of_the_pools_cannot_change_the_owner(self):
		other = factories.sales_manager("pool.second.chief")
		factories.lead_pool("L2C Second", members=(self.mate,), managers=(other,))
		lead = self.lead()
		second = factories.seat_of(lead.name, "L2C Second").name
		with self.as_user(other), self.assertRaises(errors.NotAPoolManager):
			api.make_primary(second, "mine now")
		self.assertTrue(self.seat(lead).is_primary)

	def test_at_night_the_seat_wins_over_an_owner_written_past_the_hooks(self):
		held, free = self.lead(1), self.lead(2)
		self.claimed(held)
		frappe.db.set_value("Lead", held.name, "lead_owner", self.outsider)
		frappe.db.set_value("Lead", free.name, "lead_owner", self.mate)
		counts = self.refresh_pools()
		self.assertEqual(counts["repaired"], 2)
		self.assertEqual(frappe.db.get_value("Lead", held.name, "lead_owner"), self.rep)
		self.assertFalse(frappe.db.get_value("Lead", free.name, "lead_owner"))
		self.assertIn("Repair", self.logged(self.seat(held).name))
		self.assertEqual(self.refresh_pools()["repaired"], 0)

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

	def held_in_two_pools(self, second_holder: str) -> tuple[str, list[str]]:
		"""Return a lead whose seats are held by the member and another, or himself, with a share and a ToDo of each."""
		factories.lead_pool("L2C Second", members=(self.rep, self.mate))
		lead = self.lead().name
		seats = [factories.seat_of(lead, pool).name for pool in (POOL, "L2C Second")]
		for seat, user in zip(seats, (self.rep, second_holder), strict=True):
			move_one(Move(seat, Event.ASSIGN, user))
		for user in {self.rep, second_holder}:
			frappe.share.add("Lead", lead, user, read=1, notify=0)
			factories.make(
				"ToDo", reference_type="Lead", reference_name=lead, allocated_to=user, description="Call"
			)
		return lead, seats

	def traces_of(self, lead: str) -> list[tuple[str, str]]:
		"""Return who has open ToDos about a lead and shares of it."""
		todos = {"reference_type": "Lead", "reference_name": lead, "status": "Open"}
		shares = {"share_doctype": "Lead", "share_name": lead}
		return sorted(
			[("ToDo", user) for user in frappe.get_all("ToDo", filters=todos, pluck="allocated_to")]
			+ [("DocShare", user) for user in frappe.get_all("DocShare", filters=shares, pluck="user")]
		)

	@bench_only("shares as the host makes them")
	def test_two_holders_of_one_lead_in_a_batch_both_lose_their_traces(self):
		lead, seats = self.held_in_two_pools(self.mate)
		self.assertEqual(len(self.traces_of(lead)), 4)
		move([Move(seat, Event.RECYCLE) for seat in seats])
		self.assertEqual(self.traces_of(lead), [])

	@bench_only("shares as the host makes them")
	def test_who_holds_the_lead_in_another_pool_keeps_his_traces(self):
		lead, seats = self.held_in_two_pools(self.rep)
		both = [("DocShare", self.rep), ("ToDo", self.rep)]
		with self.as_user(self.rep):
			api.release(seats[0], "one is enough")
			self.assertEqual(self.traces_of(lead), both)
			api.release(seats[1], "none at all")
		self.assertEqual(self.traces_of(lead), [])

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
