"""What people of other systems complain about around recycling, one test each, named after the complaint."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, get_datetime, getdate, now_datetime, nowdate

from l2c_app.core.recycling import Exemption
from l2c_app.core.seats import Event
from l2c_app.services.pool import recycle_dates, recycle_facts, recycle_nights, run_work, runs, seat_admission
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests import doors_off, factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL
from l2c_app.tests.test_recycling import IDLE_7, NO_DEAL_30, RecycleCase

CUSTOMERS = "L2C Customer Pool"


class TestRecycleByLastFollowUpOnlyIsTooCoarse(RecycleCase):
	"""Customers with live contracts are recycled, non-buyers are held for ever: each exemption keeps, its end frees."""

	RULES = (IDLE_7, NO_DEAL_30)

	def setUp(self) -> None:
		super().setUp()
		self.buyer = factories.customer("L2C Recycled Customer", account_manager=self.rep)
		frappe.db.set_value("Customer", self.buyer, "account_manager", self.rep)
		rules = [dict(row) for row in self.RULES]
		people = {"members": (self.rep, self.mate), "managers": (self.chief,)}
		factories.lead_pool(
			CUSTOMERS, party_type="Customer", admission_filters="", recycle_rules=rules, **people
		)
		self.customer_seat = seat_admission.admit_existing(CUSTOMERS, [self.buyer])[0]
		held_long = {"claimed_on": add_to_date(now_datetime(), days=-40)}
		frappe.db.set_value("Lead Pool Seat", self.customer_seat, held_long)
		recycle_dates.recompute([self.customer_seat])

	def tonight(self) -> tuple[str, str]:
		"""Do tonight's run of the customers' pool; returns status and reason of the one row."""
		name = runs.start_by_system(runs.RECYCLE, CUSTOMERS)
		while run_work.step(name):
			pass
		return frappe.db.get_value("Pool Run Row", {"run": name}, ["status", "reason"])

	def assert_free(self) -> None:
		self.assertEqual(self.tonight()[0], "Done")
		self.assertIsNone(frappe.db.get_value("Customer", self.buyer, "account_manager"))

	def test_a_customer_without_business_goes_back_for_a_second_sale(self):
		self.assertEqual(self.tonight(), ("Done", "No Follow Up 7 d"))

	def test_open_order_keeps_it(self):
		order = factories.sales_order(self.buyer)
		self.assertEqual(self.tonight(), ("Skipped", "Open Order"))
		frappe.db.set_value("Sales Order", order.name, "status", "Completed")
		self.assert_free()

	def test_unpaid_invoice_keeps_it_until_the_ledger_is_even_whatever_the_invoice_says(self):
		invoice = factories.sales_invoice(self.buyer)
		frappe.db.set_value("Sales Invoice", invoice.name, "outstanding_amount", 0)
		self.assertEqual(self.tonight(), ("Skipped", "Unpaid Invoice"))
		frappe.db.set_value("Sales Invoice", invoice.name, "outstanding_amount", 1000)
		factories.payment(self.buyer, 1000, against=[("Sales Invoice", invoice.name, 1000)])
		self.assert_free()

	def test_live_contract_keeps_it(self):
		contract = frappe.new_doc("Sales Contract")
		contract.update({"status": "Active", "docstatus": 1, "customer": self.buyer, "name": "L2C-LIVE"})
		contract.update({"company": factories.COMPANY})
		contract.db_insert()
		self.assertEqual(self.tonight(), ("Skipped", "Live Contract"))
		frappe.db.set_value("Sales Contract", contract.name, "status", "Completed")
		self.assert_free()

	def test_what_is_open_on_the_lead_that_the_customer_came_from_keeps_it(self):
		pool = frappe.get_doc("Lead Pool", CUSTOMERS)
		pool.update({"recycle_rules": [row for row in pool.recycle_rules if row.kind == IDLE_7["kind"]]})
		pool.save()
		recycle_dates.recompute([self.customer_seat])
		lead = self.lead(8).name
		twin = factories.customer("L2C Recycled Twin")
		for customer in (self.buyer, twin):
			frappe.db.set_value("Customer", customer, "lead_name", lead)
		values = {"opportunity_from": "Lead", "party_name": lead, "company": factories.COMPANY}
		opportunity = factories.make("Opportunity", **values)
		self.assertEqual(self.tonight(), ("Skipped", "Open Opportunity"))
		found = {name: {Exemption.OPPORTUNITY} for name in (self.buyer, twin)}
		self.assertEqual(recycle_facts.find("Customer", [self.buyer, twin]), found)
		everybody = recycle_facts.find("Customer")
		self.assertEqual({name: everybody[name] for name in found}, found)
		frappe.db.set_value("Opportunity", opportunity.name, "status", "Lost")
		offer = frappe.new_doc("Quotation")
		offer.update({"quotation_to": "Lead", "party_name": lead, "status": "Open", "docstatus": 1})
		offer.update({"name": "L2C-LEAD-OFFER", "company": factories.COMPANY})
		offer.db_insert()
		self.assertEqual(self.tonight(), ("Skipped", "Valid Quotation"))
		frappe.db.set_value("Quotation", offer.name, "status", "Expired")
		self.assert_free()

	def test_won_before_keeps_it_where_the_rule_says_so(self):
		order = factories.sales_order(self.buyer)
		frappe.db.set_value("Sales Order", order.name, "status", "Completed")
		pool = frappe.get_doc("Lead Pool", CUSTOMERS)
		for row in pool.recycle_rules:
			row.exempt_won = 1
		pool.save()
		self.assertEqual(self.tonight(), ("Skipped", "Won Before"))

	@bench_only("percent signs in statements")
	def test_names_with_percent_signs_and_quotes_are_found_by_every_statement(self):
		odd = factories.customer("L2C 100% O'Hara & 张")
		factories.sales_invoice(odd)
		factories.sales_order(odd)
		facts = recycle_facts.find("Customer", [odd])
		self.assertEqual(facts, {odd: {Exemption.WON, Exemption.ORDER, Exemption.INVOICE}})
		lead = self.lead(7).name
		frappe.db.set_value("Customer", odd, "lead_name", lead)
		self.assertEqual(recycle_facts.find("Lead", [lead]), {lead: facts[odd]})

	def test_valid_quotation_keeps_a_lead_until_it_expires(self):
		seat = self.held(days=8)
		frappe.db.delete("Quotation", {"name": "L2C-OFFER"})
		offer = frappe.new_doc("Quotation")
		offer.update({"quotation_to": "Lead", "party_name": seat.party, "status": "Open", "docstatus": 1})
		offer.update({"company": factories.COMPANY, "valid_till": nowdate(), "name": "L2C-OFFER"})
		offer.db_insert()
		self.assert_kept(seat, "Valid Quotation")
		frappe.db.set_value("Quotation", offer.name, "valid_till", add_days(nowdate(), -1))
		self.assert_taken(seat, "No Follow Up 7 d")


class TestPains(RecycleCase):
	def test_many_pools_a_record_returns_to_the_pool_that_was_chosen(self):
		"""Elsewhere it returns to the last or the first pool, and nobody can choose."""
		no_filter = '[["request_type", "=", "none such"]]'
		factories.lead_pool("L2C Second Chance", admission_filters=no_filter, members=(self.mate,))
		self.set_pool(return_pool="L2C Second Chance")
		seat = self.held(days=8)
		self.run_recycling()
		after = self.fresh(seat)
		self.assertEqual((after.pool, after.state), ("L2C Second Chance", "Available"))

	@bench_only("row locks")
	def test_a_run_that_sends_seats_on_locks_the_members_of_both_pools_before_the_seats(self):
		no_filter = '[["request_type", "=", "none such"]]'
		factories.lead_pool("L2C Second Chance", admission_filters=no_filter, members=(self.mate,))
		self.set_pool(return_pool="L2C Second Chance")
		self.held(days=8)
		name = runs.start_by_system(runs.RECYCLE, POOL)
		self.assertTrue(run_work.step(name))
		locks = doors_off.first_locks(lambda: run_work.step(name))
		self.assertEqual(list(locks)[:3], ["Pool Run", "Lead Pool Membership", "Lead Pool Seat"])
		self.assertRegex(locks["Lead Pool Membership"], doors_off.TWO_POOLS)

	@bench_only("mail queue")
	def test_disabled_users_still_get_mail_not_here(self):
		seat = self.held(days=7, user=self.mate)
		frappe.db.set_value("User", self.mate, "enabled", 0)
		before = frappe.db.count("Email Queue")
		name = runs.start_by_system(runs.WARN, POOL)
		while run_work.step(name):
			pass
		self.assertEqual(frappe.db.count("Email Queue"), before)
		self.assertEqual(
			frappe.db.count("Notification Log", {"for_user": self.mate, "document_name": POOL}), 0
		)
		self.assertEqual(self.fresh(seat).holder, self.mate)

	def test_cron_job_killed_at_300_seconds_ours_hands_over_before(self):
		for number in (1, 2, 3):
			self.held(number, days=8)
		name = runs.start_by_system(runs.RECYCLE, POOL)
		with patch.object(run_work, "CHUNK", 1):
			runs.queue.reset_mock()
			run_work.work(name, commit=lambda: None, seconds=-1)
			runs.queue.assert_called_once_with(name)
			self.assertEqual(frappe.db.get_value("Pool Run", name, ["state", "done_rows"]), ("Running", 0))
			run_work.work(name, commit=lambda: None)
		self.assertEqual(frappe.db.get_value("Pool Run", name, ["state", "done_rows"]), ("Done", 3))
		self.assertLess(run_work.SECONDS_PER_JOB, 300)

	def test_the_job_run_ten_times_a_day_recycles_once(self):
		seat = self.held(days=8)
		at_noon = get_datetime(f"{nowdate()} 12:00:00")
		started = []
		with patch.object(recycle_nights, "now_datetime", return_value=at_noon):
			for _time in range(10):
				for name in recycle_nights.start_due():
					if frappe.db.get_value("Pool Run", name, "pool") == POOL:
						started.append(name)
						while run_work.step(name):
							pass
		self.assertEqual(len(started), 1)
		self.assertEqual(self.logged(seat.name).count("Recycle"), 1)

	def test_a_claim_a_second_before_midnight_counts_as_that_day(self):
		seat = self.held()
		for moment, day in (("2026-06-01 23:59:59", "2026-06-09"), ("2026-06-02 00:00:00", "2026-06-10")):
			frappe.db.set_value("Lead Pool Seat", seat.name, "claimed_on", moment)
			recycle_dates.recompute([seat.name])
			self.assertEqual(self.fresh(seat).recycle_on, getdate(day))

	def test_recycled_leads_can_be_claimed_by_others_but_not_at_once_by_who_let_them_lie(self):
		from l2c_app.api import pool as api
		from l2c_app.services.errors import CoolingDown

		seat = self.held(days=8)
		self.run_recycling()
		self.set_pool(cool_down_days=7)
		with self.as_user(self.rep):
			self.assertRaises(CoolingDown, api.claim, seat.name)
		with self.as_user(self.mate):
			self.assertTrue(api.claim(seat.name)["ok"])

	def test_a_party_that_vanished_is_a_reason_in_the_result_and_nothing_else_is_lost(self):
		gone, good = self.held(1, days=8), self.held(2, days=8)
		preview = self.run_recycling(runs.PREVIEW)
		frappe.delete_doc("Lead", gone.party, force=True)
		with self.as_user(self.chief):
			from l2c_app.api import pool_run as api

			api.commit_preview(preview.name)
		while run_work.step(preview.name):
			pass
		rows = dict(
			frappe.get_all(
				"Pool Run Row",
				filters={"run": preview.name},
				fields=["seat", "status"],
				as_list=True,
				order_by="name",
			)
		)
		self.assertEqual(rows, {gone.name: "Skipped", good.name: "Done"})

	def test_a_transfer_starts_the_clock_again_for_the_new_holder(self):
		seat = self.held(days=8)
		move([Move(seat.name, Event.TRANSFER, self.mate)])
		self.assertNotIn(seat.name, self.run_recycling().by_seat)
