"""What users of other systems suffer from when leads are claimed, handed out and taken back, one test for each."""

from datetime import datetime
from unittest.mock import patch

import frappe
from erpnext.crm.doctype.lead.lead import make_customer
from frappe.utils import add_days, nowdate

from l2c_app.api import back_doors
from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.follow_up import follow_ups
from l2c_app.services.pool import distribution_run, run_work, runs, visibility
from l2c_app.tests import factories
from l2c_app.tests.base import IN_SANDBOX, bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

if not IN_SANDBOX:
	from frappe.cache_manager import clear_doctype_map

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TALK = {
	"follow_up_type": "Call",
	"outcome": "Reached",
	"note": "wants to see the machine run",
	"next_action": "Call",
}


class TestHandoutPains(PoolCase):
	@bench_only("the mail queue")
	def test_disabled_users_still_get_assignment_mail(self):
		frappe.db.set_value("User", self.rep, "enabled", 0)
		seats = [self.seat(self.lead(number)).name for number in range(1, 4)]
		before = frappe.db.count("Email Queue")
		with self.as_user(self.chief):
			self.assertEqual(api.distribute(POOL, seats=seats)["by_user"], {self.mate: 3})
		self.assertEqual(frappe.db.count("Email Queue"), before)
		self.assertFalse(frappe.db.exists("ToDo", {"allocated_to": self.rep, "status": "Open"}))

	@bench_only("days off of employees")
	def test_rules_name_people_so_each_hire_and_leaver_means_editing_rules(self):
		person = factories.sales_person("L2C Handout Team", is_group=True)
		factories.sales_person("L2C Handout Rep", for_user=self.outsider, parent=person)
		self.set_pool(
			members=[
				{"member_type": "Sales Person", "sales_person": person},
				{"member_type": "User", "user": self.chief, "is_manager": 1, "weight": 0},
			]
		)
		self.lead(1)
		with self.as_user(self.chief):
			self.assertEqual(api.distribute(POOL, count=1)["by_user"], {self.outsider: 1})
		hired = factories.sales_user("handout.hired")
		factories.sales_person("L2C Handout Hired", for_user=hired, parent=person)
		frappe.get_doc("User", self.outsider).update({"enabled": 0}).save()
		self.refresh_pools()
		self.lead(2)
		with self.as_user(self.chief):
			self.assertEqual(api.distribute(POOL, count=2)["by_user"], {hired: 2})

	def test_assigned_user_gets_403_on_edit(self):
		lead = self.lead()
		self.claimed(lead)
		with self.as_user(self.rep):
			document = frappe.get_doc("Lead", lead.name)
			document.city = "Shanghai"
			document.save()
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "city"), "Shanghai")

	@bench_only("the host's sharing")
	def test_disable_document_sharing_makes_assign_throw(self):
		with self.settings("System Settings", disable_document_sharing=1):
			lead = self.lead()
			seat = self.claimed(lead)
			with self.as_user(self.rep):
				api.transfer(seat.name, self.mate)
		self.assertEqual(self.seat(lead).holder, self.mate)

	@bench_only("the host's assignments")
	def test_after_changing_assignee_the_list_shows_both_users(self):
		from frappe.desk.form import assign_to

		lead = self.lead()
		seat = self.claimed(lead)
		assign_to.add({"doctype": "Lead", "name": lead.name, "assign_to": [self.rep], "description": "call"})
		with self.as_user(self.rep):
			api.transfer(seat.name, self.mate)
		self.assertNotIn(self.rep, frappe.db.get_value("Lead", lead.name, "_assign") or "")
		self.assertFalse(
			frappe.db.exists(
				"ToDo", {"reference_name": lead.name, "allocated_to": self.rep, "status": "Open"}
			)
		)

	def test_frequent_cron_exceeds_daily_quota(self):
		"""The job runs ten times a day, each run to its end, and hands out what one run may."""
		for number in range(1, 7):
			self.lead(number)
		self.set_pool(distribute_by_schedule=1, schedule_hour=8, schedule_limit=2)
		started = []
		with patch.object(runs, "nowdate", lambda: "2026-06-01"), patch.object(runs, "queue"):
			for minute in range(0, 50, 5):
				for name in distribution_run.start_due(datetime(2026, 6, 1, 9, minute)):
					started.append(frappe.db.get_value("Pool Run", name, "pool"))
					while run_work.step(name):
						pass
		self.assertEqual(started.count(POOL), 1)
		self.assertEqual(frappe.db.count("Lead Pool Seat", {"pool": POOL, "state": "Held"}), 2)

	def test_frequent_cron_exceeds_daily_quota_not_the_members_share_of_the_day(self):
		"""Two members take one a day: by ten distributions they are given one each, counted from the log."""
		self.pool.reload()
		for member in self.pool.members:
			member.capacity = 30
		self.pool.save()
		for number in range(1, 7):
			self.lead(number)
		with self.as_user(self.chief):
			given = [sum(api.distribute(POOL, count=6)["by_user"].values()) for _time in range(10)]
		self.assertEqual(given, [2, *[0] * 9])
		held = frappe.get_all("Lead Pool Seat", filters={"pool": POOL, "state": "Held"}, pluck="holder")
		self.assertEqual(sorted(held), sorted([self.rep, self.mate]))

	def test_duplicated_lead_never_gets_assigned(self):
		"""Copied by a program, fields that are not to be copied and all: the copy has no owner, no dates, a free seat."""
		lead = self.lead()
		self.claimed(lead)
		ahead = {"l2c_next_follow_up_on": add_days(nowdate(), 3), "l2c_last_follow_up_on": nowdate()}
		frappe.db.set_value("Lead", lead.name, dict(ahead))
		copy = frappe.copy_doc(frappe.get_doc("Lead", lead.name))
		copy.update(
			{
				"company_name": "Copied Ltd",
				"email_id": "copy@pooled.example.com",
				"mobile_no": "+8613800138999",
			}
		)
		copy.insert()
		seat = self.seat(copy)
		self.assertEqual((seat.state, seat.holder), ("Available", None))
		stored = frappe.get_doc("Lead", copy.name)
		self.assertEqual([stored.get(field) or None for field in ("lead_owner", *ahead)], [None] * 3)
		with self.as_user(self.chief):
			self.assertEqual(sum(api.distribute(POOL, seats=[seat.name])["by_user"].values()), 1)

	def test_moved_to_pool_failed_with_no_reason(self):
		lead = self.lead()
		seat = self.claimed(lead).name
		with self.as_user(self.rep):
			with self.assertRaises(errors.ReasonMissing):
				api.release(seat, "")
			with self.assertRaises(errors.BadDistribution) as refusal:
				api.release(seat, "wrong pool", "No Such Pool")
		self.assertIn("No Such Pool", str(refusal.exception))

	def test_bulk_claim_errors_out(self):
		"""One bad row never takes the others along."""
		leads = [self.lead(number) for number in range(1, 4)]
		frappe.db.set_value("Lead", leads[1].name, "status", "Do Not Contact")
		with self.as_user(self.rep):
			rows = api.claim_batch([*(self.seat(lead).name for lead in leads), "gone"])
		self.assertEqual([row["ok"] for row in rows], [True, False, True, False])
		self.assertEqual([row["rule"] for row in rows if not row["ok"]], ["blocked", "taken"])
		self.assertTrue(all(row["message"] for row in rows if not row["ok"]))

	def test_an_owned_record_is_still_claimable(self):
		lead = self.lead()
		self.claimed(lead)
		with self.as_user(self.mate):
			row = api.claim_batch([self.seat(lead).name])[0]
		self.assertEqual((row["ok"], row["rule"]), (False, "taken"))
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "lead_owner"), self.rep)

	def test_claimed_record_lacks_history(self):
		"""Who claims it sees what was done and offered before, and why it was given back; the others still do not."""
		lead = self.lead()
		seat = self.claimed(lead)
		with self.as_user(self.rep):
			done = follow_ups.log(
				"Lead", lead.name, result={**TALK, "next_action_on": add_days(nowdate(), 1)}
			)
			offer = self.offer(lead.name)
			api.release(seat.name, reason="asked for a colleague who speaks French")
		self.claimed(lead, self.mate)
		with self.as_user(self.mate):
			for doctype, name in (("Follow Up", done.name), ("Quotation", offer)):
				self.assertTrue(frappe.has_permission(doctype, "read", doc=name), doctype)
			told = api.party_state("Lead", lead.name)["seats"][0]["given_back"]
			self.assertEqual(told["reason"], "asked for a colleague who speaks French")
			self.assertEqual(told["by"], frappe.utils.get_fullname(self.rep))
		with self.as_user(self.chief):
			self.assertTrue(api.party_state("Lead", lead.name)["seats"][0]["given_back"])
		with self.as_user(self.rep):
			self.assertIsNone(api.party_state("Lead", lead.name)["seats"][0]["given_back"])
			self.assertFalse(frappe.has_permission("Quotation", "read", doc=offer))

	def offer(self, lead: str) -> str:
		line = {"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 100}
		money = {"currency": "USD", "conversion_rate": 1, "selling_price_list": factories.price_list()}
		about = {"quotation_to": "Lead", "party_name": lead, "company": factories.company()}
		return factories.make("Quotation", items=[line], **about, **money).name

	@bench_only("the host's list and search")
	def test_pool_records_leak_into_team_search(self):
		"""The rep has a team; a record of the pool that neither he nor the team holds is in none of his searches."""
		leader = factories.sales_user("handout.leader")
		group = factories.sales_person("L2C Leak Team", for_user=leader, is_group=True)
		factories.sales_person("L2C Leak Rep", for_user=self.rep, parent=group)
		visibility.forget()
		free, own = self.lead(1), self.lead(2)
		self.claimed(own)
		with self.as_user(leader):
			for found in (
				frappe.get_list("Lead", pluck="name", order_by="name"),
				[row["value"] for row in back_doors.search_link(doctype="Lead", txt="CRM")],
				frappe.get_list("Lead", or_filters={"company_name": ("like", "Pooled%")}, pluck="name"),
			):
				self.assertIn(own.name, found)
				self.assertNotIn(free.name, found)

	@bench_only("the host's assignment rules")
	def test_several_assignment_rules_give_only_one_todo(self):
		"""A native rule is active on leads, for those of no pool: claim, work and transfer leave one open ToDo."""
		factories.make(
			"Assignment Rule",
			name="L2C Native Rule",
			document_type="Lead",
			description="native",
			assign_condition="status == 'Lead' and not l2c_pooled",
			rule="Round Robin",
			assignment_days=[{"day": day} for day in DAYS],
			users=[{"user": self.outsider}],
		)
		# the host keeps the rules of a DocType in Redis, where no rollback reaches them
		self.addCleanup(clear_doctype_map, "Assignment Rule", "Lead")
		self.assertEqual(self.open_todos(factories.lead("Of No Pool").name), [self.outsider])
		lead = self.lead()
		seat = self.claimed(lead)
		with self.as_user(self.rep):
			follow_ups.log("Lead", lead.name, result={**TALK, "next_action_on": add_days(nowdate(), 1)})
			frappe.get_doc("Lead", lead.name).update({"city": "Bonn"}).save()
		self.assertEqual(self.open_todos(lead.name), [self.rep])
		with self.as_user(self.chief):
			api.transfer(seat.name, self.mate)
		self.assertEqual(self.open_todos(lead.name), [self.mate])

	def open_todos(self, lead: str) -> list[str]:
		"""Return who has an open ToDo about the lead or one of its follow ups."""
		about = [lead, *frappe.get_all("Follow Up", filters={"lead": lead}, pluck="name", order_by="name")]
		filters = {"reference_name": ("in", about), "status": "Open"}
		return frappe.get_all("ToDo", filters=filters, pluck="allocated_to", order_by="creation")

	def test_conversion_makes_two_contacts(self):
		"""Lead to customer by the host's own mapper: one contact, linked to both."""
		lead = self.lead(first_name="Conny")
		self.claimed(lead)
		before = frappe.db.count("Contact")
		customer = make_customer(lead.name)
		customer.update(
			{
				"customer_group": factories.leaf_of("Customer Group"),
				"territory": factories.leaf_of("Territory"),
			}
		)
		customer.insert(ignore_permissions=True)
		self.assertEqual(frappe.db.count("Contact"), before)
		links = [
			frappe.db.get_value("Dynamic Link", {"parenttype": "Contact", "link_name": name}, "parent")
			for name in (lead.name, customer.name)
		]
		self.assertEqual((len(set(links)), bool(links[0])), (1, True))
