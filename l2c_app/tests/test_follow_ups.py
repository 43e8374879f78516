from datetime import datetime, timedelta

import frappe
from frappe.utils import get_datetime, now_datetime

from l2c_app.services.errors import (
	FollowUpAssigneeError,
	FollowUpDateError,
	FollowUpIncompleteError,
	FollowUpStateError,
)
from l2c_app.services.follow_up import follow_up_party, follow_ups, reminders
from l2c_app.services.pool import seat_events, visibility
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase, bench_only

CLOSING = {"outcome": "Lost", "note": "They bought elsewhere", "closes": 1, "close_reason": "No budget"}


def in_days(days: float) -> datetime:
	return (now_datetime() + timedelta(days=days)).replace(microsecond=0)


def going_on(days: float = 2) -> dict:
	return {
		"outcome": "Reached",
		"note": "Spoke to the buyer",
		"next_action": "Visit",
		"next_action_on": in_days(days),
	}


class FollowUpTestCase(L2CTestCase):
	def setUp(self):
		super().setUp()
		self.rep = factories.sales_user("follow.rep")
		self.colleague = factories.sales_user("follow.colleague")
		self.lead = factories.lead("Follow Up Prospect", lead_owner=self.rep)

	def plan(self, days: float = 1, assigned_to: str = "", about: tuple[str, str] | None = None):
		doctype, name = about or ("Lead", self.lead.name)
		return follow_ups.plan(
			doctype,
			name,
			follow_up_type="Call",
			planned_for=in_days(days),
			assigned_to=assigned_to or self.rep,
		)

	def make_overdue(self, follow_up, days: float = 1) -> None:
		frappe.db.set_value("Follow Up", follow_up.name, "planned_for", in_days(-days), update_modified=False)

	def todos(self, follow_up) -> list:
		return frappe.get_all(
			"ToDo",
			filters={"reference_type": "Follow Up", "reference_name": follow_up.name},
			fields=["name", "status", "allocated_to"],
			order_by="creation asc",
		)

	def lead_dates(self) -> tuple:
		return frappe.db.get_value("Lead", self.lead.name, follow_up_party.DATES)


class TestSteps(FollowUpTestCase):
	def test_completing_plans_the_next_action(self):
		planned = self.plan()
		done = follow_ups.complete(planned.name, result=going_on(3))
		following = frappe.get_doc("Follow Up", done.next_follow_up)
		self.assertEqual((done.status, following.status), ("Done", "Planned"))
		self.assertEqual(following.follow_up_type, "Visit")
		self.assertEqual(following.assigned_to, self.rep)
		self.assertEqual(following.previous_follow_up, planned.name)
		self.assertEqual(get_datetime(following.planned_for), get_datetime(done.next_action_on))

	def test_done_without_a_next_action_is_refused_until_closed(self):
		with self.assertRaises(FollowUpIncompleteError):
			follow_ups.log(
				"Lead", self.lead.name, result={"outcome": "Reached", "note": "Spoke to the buyer"}
			)
		done = follow_ups.log("Lead", self.lead.name, result=CLOSING)
		self.assertEqual(done.status, "Done")
		self.assertFalse(done.next_follow_up)

	def test_closing_calls_off_what_the_same_person_still_planned_there(self):
		mine, other = self.plan(5), self.plan(5, assigned_to="Administrator")
		first = self.plan(1)
		follow_ups.close(first.name, outcome="Lost", note="They bought elsewhere", reason="No budget")
		status = {name: frappe.db.get_value("Follow Up", name, "status") for name in (mine.name, other.name)}
		self.assertEqual(status, {mine.name: "Cancelled", other.name: "Planned"})

	def test_done_and_cancelled_never_open_again(self):
		done = follow_ups.log("Lead", self.lead.name, result=CLOSING)
		with self.assertRaises(FollowUpStateError):
			follow_ups.complete(done.name, result=going_on())
		cancelled = follow_ups.cancel(self.plan().name, reason="Holiday")
		cancelled.status = "Planned"
		with self.assertRaises(FollowUpStateError):
			cancelled.save()

	def test_the_form_keeps_the_same_rules_as_the_service(self):
		planned = self.plan()
		planned.status = "Done"
		with self.assertRaises(FollowUpIncompleteError):
			planned.save()

	def test_what_only_we_set_cannot_be_typed_in(self):
		planned = self.plan()
		planned.update({"done_on": in_days(-9), "lead": "CRM-LEAD-FORGED", "party_name": "Forged"})
		planned.save()
		self.assertEqual((planned.lead, planned.party_name), (self.lead.name, "Follow Up Prospect"))
		self.assertFalse(planned.done_on)


class TestDates(FollowUpTestCase):
	def test_a_date_in_the_past_is_refused(self):
		with self.assertRaises(FollowUpDateError):
			self.plan(-1)
		with self.assertRaises(FollowUpDateError):
			follow_ups.log("Lead", self.lead.name, result=going_on(-1))

	def test_an_overdue_follow_up_and_its_lead_can_still_be_edited(self):
		planned = self.plan()
		self.make_overdue(planned)
		planned.reload()
		planned.note = "Ask for the purchasing department"
		planned.save()
		lead = frappe.get_doc("Lead", self.lead.name)
		lead.phone = "+86 10 6555 1234"
		lead.save()
		self.assertEqual(planned.reload().note, "Ask for the purchasing department")

	def test_last_and_next_dates_reach_the_lead_without_touching_it(self):
		modified = frappe.db.get_value("Lead", self.lead.name, "modified")
		later, sooner = self.plan(9), self.plan(4)
		self.assertEqual(self.lead_dates(), (None, get_datetime(sooner.planned_for)))
		done = follow_ups.complete(sooner.name, result=going_on(20))
		done.reload()
		self.assertEqual(self.lead_dates(), (get_datetime(done.done_on), get_datetime(later.planned_for)))
		follow_ups.cancel(later.name)
		follow_ups.cancel(done.next_follow_up)
		self.assertIsNone(self.lead_dates()[1])
		self.assertEqual(frappe.db.get_value("Lead", self.lead.name, "modified"), modified)

	def test_a_lead_form_opened_before_a_follow_up_does_not_write_old_dates_back(self):
		opened_before = frappe.get_doc("Lead", self.lead.name)
		planned = self.plan(4)
		opened_before.phone = "+86 10 6555 1234"
		opened_before.save()
		self.assertEqual(self.lead_dates()[1], get_datetime(planned.planned_for))

	def test_deleting_a_follow_up_takes_it_out_of_the_dates(self):
		planned = self.plan(4)
		planned.delete()
		self.assertEqual(self.lead_dates(), (None, None))


class TestToDos(FollowUpTestCase):
	def test_pain_duplicate_todo_one_per_planned_one_closed_with_it(self):
		planned = self.plan()
		planned.note = "Bring the samples"
		planned.save()
		self.assertEqual([(t.status, t.allocated_to) for t in self.todos(planned)], [("Open", self.rep)])
		done = follow_ups.complete(planned.name, result=going_on())
		self.assertEqual([t.status for t in self.todos(done)], ["Closed"])
		done.note = "Spoke to the buyer and her assistant"
		done.save()
		self.assertEqual([t.status for t in self.todos(done)], ["Closed"])

	def test_cancelling_cancels_the_todo(self):
		planned = self.plan()
		follow_ups.cancel(planned.name)
		self.assertEqual([t.status for t in self.todos(planned)], ["Cancelled"])

	def test_a_todo_closed_by_hand_stays_closed(self):
		planned = self.plan()
		todo = frappe.get_doc("ToDo", self.todos(planned)[0].name)
		todo.status = "Closed"
		todo.save()
		planned.reload()
		planned.note = "Bring the samples"
		planned.save()
		self.assertEqual([t.status for t in self.todos(planned)], ["Closed"])

	def test_a_follow_up_given_to_a_colleague_takes_its_todo_along(self):
		planned = self.plan()
		planned.assigned_to = self.colleague
		planned.save()
		self.assertEqual(
			[(t.status, t.allocated_to) for t in self.todos(planned)], [("Open", self.colleague)]
		)

	@bench_only("mail queue")
	def test_planning_for_a_colleague_sends_no_mail(self):
		before = frappe.db.count("Email Queue")
		self.plan(assigned_to=self.colleague)
		self.assertEqual(frappe.db.count("Email Queue"), before)


class TestParty(FollowUpTestCase):
	def test_party_of_customer_opportunity_quotation_and_unknown(self):
		customer = factories.customer("Follow Up Customer")
		self.assertEqual(follow_up_party.resolve("Customer", customer).customer, customer)
		self.assertEqual(follow_up_party.resolve("Lead", self.lead.name).lead, self.lead.name)
		strange = follow_up_party.resolve("User", self.rep)
		self.assertEqual((strange.lead, strange.customer), ("", ""))

	@bench_only("native Opportunity and Quotation")
	def test_party_of_documents_made_from_a_lead(self):
		opportunity = factories.make(
			"Opportunity", opportunity_from="Lead", party_name=self.lead.name, status="Open"
		)
		quotation = factories.make(
			"Quotation",
			quotation_to="Lead",
			party_name=self.lead.name,
			company=factories.company(),
			items=[{"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 10}],
		)
		for document in (opportunity, quotation):
			self.assertEqual(follow_up_party.resolve(document.doctype, document.name).lead, self.lead.name)

	def test_conversion_names_the_customer_on_earlier_follow_ups(self):
		planned = self.plan()
		customer = factories.customer("Follow Up Converted", lead_name=self.lead.name)
		self.assertEqual(frappe.db.get_value("Follow Up", planned.name, "customer"), customer)
		on_customer = self.plan(about=("Customer", customer), assigned_to="Administrator")
		self.assertEqual(on_customer.lead, self.lead.name)

	@bench_only("renaming moves every link")
	def test_a_renamed_customer_keeps_its_follow_ups(self):
		customer = factories.customer("Follow Up Old Name")
		planned = self.plan(about=("Customer", customer), assigned_to="Administrator")
		frappe.rename_doc("Customer", customer, "Follow Up New Name", force=True)
		planned.reload()
		self.assertEqual(
			(planned.customer, planned.reference_name), ("Follow Up New Name", "Follow Up New Name")
		)

	@bench_only("merging moves every link")
	def test_the_dates_of_two_merged_leads_are_those_of_both(self):
		other = factories.lead("Follow Up Kept", lead_owner=self.rep)
		planned = self.plan()
		frappe.rename_doc("Lead", self.lead.name, other.name, merge=True, force=True)
		self.assertEqual(frappe.db.get_value("Follow Up", planned.name, "lead"), other.name)
		self.assertEqual(
			frappe.db.get_value("Lead", other.name, "l2c_next_follow_up_on"), planned.planned_for
		)

	def test_deleting_the_lead_calls_off_its_plans_and_keeps_the_history(self):
		done = follow_ups.log("Lead", self.lead.name, result=going_on())
		frappe.delete_doc("Lead", self.lead.name)
		self.assertEqual(frappe.db.get_value("Follow Up", done.next_follow_up, "status"), "Cancelled")
		self.assertEqual(
			[t.status for t in self.todos(frappe._dict(name=done.next_follow_up))], ["Cancelled"]
		)
		self.assertEqual(frappe.db.get_value("Follow Up", done.name, "status"), "Done")

	def test_deleting_what_a_plan_is_about_calls_it_off_and_the_lead_shows_no_next_date(self):
		opportunity = factories.make(
			"Opportunity", opportunity_from="Lead", party_name=self.lead.name, company=factories.company()
		)
		planned = self.plan(about=("Opportunity", opportunity.name))
		self.assertTrue(frappe.db.get_value("Lead", self.lead.name, "l2c_next_follow_up_on"))
		frappe.delete_doc("Opportunity", opportunity.name)
		self.assertEqual(frappe.db.get_value("Follow Up", planned.name, "status"), "Cancelled")
		self.assertEqual([todo.status for todo in self.todos(planned)], ["Cancelled"])
		self.assertIsNone(frappe.db.get_value("Lead", self.lead.name, "l2c_next_follow_up_on"))

	def test_markup_in_a_name_stays_text(self):
		lead = factories.lead('"><img src=x onerror=alert(1)>', lead_owner=self.rep)
		planned = self.plan(about=("Lead", lead.name))
		todo = frappe.get_doc("ToDo", self.todos(planned)[0].name)
		self.assertNotIn("<img", todo.description)


@bench_only("notification settings and bitwise conditions")
class TestOverdue(FollowUpTestCase):
	def notices(self, follow_up) -> list[str]:
		filters = {"document_type": "Follow Up", "document_name": follow_up.name}
		return frappe.get_all("Notification Log", filters=filters, pluck="for_user", order_by="creation asc")

	def test_each_overdue_one_is_told_exactly_once_also_long_after(self):
		yesterday, ancient, future = self.plan(), self.plan(), self.plan()
		self.make_overdue(yesterday)
		self.make_overdue(ancient, days=400)
		for _hour in range(3):
			reminders.run()
		self.assertEqual(self.notices(yesterday), [self.rep])
		self.assertEqual(self.notices(ancient), [self.rep])
		self.assertEqual(self.notices(future), [])

	def test_a_new_date_that_passes_again_is_told_again(self):
		planned = self.plan()
		self.make_overdue(planned)
		reminders.run()
		planned.reload()
		planned.planned_for = in_days(2)
		planned.save()
		self.make_overdue(planned, days=0.5)
		reminders.run()
		self.assertEqual(self.notices(planned), [self.rep, self.rep])

	def test_a_disabled_user_is_told_nothing(self):
		planned = self.plan()
		self.make_overdue(planned)
		frappe.db.set_value("User", self.rep, "enabled", 0)
		reminders.run()
		self.assertEqual(self.notices(planned), [])

	@bench_only("mail queue")
	def test_notices_are_not_mailed(self):
		self.make_overdue(self.plan())
		before = frappe.db.count("Email Queue")
		reminders.run()
		self.assertEqual(frappe.db.count("Email Queue"), before)


class TestRights(FollowUpTestCase):
	def visible(self, user: str) -> list[str]:
		with self.as_user(user):
			return frappe.get_list("Follow Up", pluck="name", order_by="name asc", limit=0)

	def test_own_and_those_on_own_documents_are_seen_others_not(self):
		stranger = factories.sales_user("follow.stranger")
		planned = self.plan(assigned_to=self.colleague)
		self.assertIn(planned.name, self.visible(self.colleague))
		self.assertIn(planned.name, self.visible(self.rep))
		self.assertNotIn(planned.name, self.visible(stranger))
		with self.as_user(stranger), self.assertRaises(frappe.PermissionError):
			follow_ups.cancel(planned.name)
		self.assertFalse(frappe.has_permission("Follow Up", "read", doc=planned.name, user=stranger))

	def test_managers_see_all_and_accounts_those_on_receivables(self):
		on_lead = self.plan()
		customer = factories.customer("Follow Up Customer")
		order = factories.sales_order(customer)
		on_order = self.plan(about=("Sales Order", order.name), assigned_to="Administrator")
		self.assertIn(on_lead.name, self.visible(factories.sales_manager("follow.manager")))
		accountant = self.visible(factories.accounts_user("follow.accountant"))
		self.assertIn(on_order.name, accountant)
		self.assertNotIn(on_lead.name, accountant)

	def test_a_disabled_colleague_cannot_be_given_work(self):
		frappe.db.set_value("User", self.colleague, "enabled", 0)
		with self.assertRaises(FollowUpAssigneeError):
			self.plan(assigned_to=self.colleague)

	def test_somebody_without_sight_of_the_document_cannot_be_given_work(self):
		accountant = factories.user("follow.nobody", "Purchase User")
		with self.assertRaises(FollowUpAssigneeError):
			self.plan(assigned_to=accountant)

	def test_a_follow_up_of_a_document_one_may_not_read_cannot_be_logged(self):
		with self.as_user(factories.user("follow.nobody", "Purchase User")):
			with self.assertRaises(frappe.PermissionError):
				follow_ups.log("Lead", self.lead.name, result=CLOSING)

	def test_a_pooled_lead_held_by_somebody_else_closes_its_follow_ups(self):
		planned = self.plan()
		self.hold_in_a_pool(self.colleague)
		self.assertNotIn(planned.name, self.visible(self.rep))
		self.assertFalse(frappe.has_permission("Follow Up", "read", doc=planned.name, user=self.rep))
		self.assertIn(planned.name, self.visible(factories.sales_user("follow.colleague")))
		self.make_overdue(planned)
		self.assertGreaterEqual(reminders.run()["hidden"], 1)
		self.assertEqual(reminders.run()["hidden"], 0)

	def test_a_released_lead_takes_its_plans_from_the_former_holder(self):
		planned = self.plan(assigned_to=self.colleague)
		seat = self.hold_in_a_pool(self.colleague)
		with self.as_user(self.colleague):
			seat_events.release(seat, "No budget this year")
		self.assertEqual(frappe.db.get_value("Follow Up", planned.name, "status"), "Cancelled")
		self.assertEqual([t.status for t in self.todos(planned)], ["Cancelled"])
		self.assertIsNone(self.lead_dates()[1])

	def test_a_transferred_lead_brings_its_plans_to_the_new_holder(self):
		planned = self.plan(assigned_to=self.colleague)
		seat = self.hold_in_a_pool(self.colleague)
		with self.as_user(self.colleague):
			seat_events.transfer(seat, self.rep)
		self.assertEqual(frappe.db.get_value("Follow Up", planned.name, "assigned_to"), self.rep)
		self.assertEqual([(t.status, t.allocated_to) for t in self.todos(planned)], [("Open", self.rep)])
		self.assertEqual(self.visible(self.rep), [planned.name])

	def hold_in_a_pool(self, holder: str) -> str:
		members = [{"member_type": "User", "user": user} for user in (self.rep, self.colleague)]
		members.append({"member_type": "User", "user": "Administrator", "is_manager": 1, "weight": 0})
		pool = factories.make(
			"Lead Pool", pool_name="Follow Up Pool", enabled=1, party_type="Lead", members=members
		)
		seat = {"party_type": "Lead", "party": self.lead.name, "pool": pool.name, "state": "Held"}
		held = factories.make(
			"Lead Pool Seat", **seat, holder=holder, claimed_on=now_datetime(), is_primary=1
		)
		frappe.db.set_value("Lead", self.lead.name, {"l2c_pooled": 1, "lead_owner": holder})
		visibility.pools_changed()
		return held.name
