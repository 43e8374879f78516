"""The seat shows what its pool shows; its holder and whoever may see the party read the real name, nobody else."""

import frappe

from l2c_app.api import pool as api
from l2c_app.services.pool import party_names
from l2c_app.tests.base import bench_only
from l2c_app.tests.test_customer_pools import CustomerCase


@bench_only("the host's list conditions")
class TestPartyNames(CustomerCase):
	def test_holders_and_managers_read_the_names_of_leads_and_members_do_not(self):
		mine, other, free = self.lead(1), self.lead(2), self.lead(3)
		self.claimed(mine)
		self.claimed(other, self.mate)
		seats = {lead.name: self.seat(lead) for lead in (mine, other, free)}
		title = {lead: frappe.db.get_value("Lead", lead, "title") for lead in seats}
		self.assertNotIn(title[mine.name], [seat.party_name for seat in seats.values()])
		wanted = [seat.name for seat in seats.values()]
		for user, leads in (
			(self.rep, [mine]),
			(self.mate, [other]),
			(self.chief, [mine, other, free]),
			(self.outsider, []),
		):
			with self.subTest(user), self.as_user(user):
				expected = {seats[lead.name].name: title[lead.name] for lead in leads}
				self.assertEqual(api.names_of_seats(wanted), expected)

	def test_names_of_customers_are_for_the_holder_and_the_managers_though_sales_reads_customers(self):
		held, free = self.customer("Named Held", account_manager=self.rep), self.customer("Named Free")
		seats = [self.seat_of(name).name for name in (held, free)]
		for user, expected in (
			(self.rep, {seats[0]: held}),
			(self.mate, {}),
			(self.chief, {seats[0]: held, seats[1]: free}),
		):
			with self.subTest(user), self.as_user(user):
				self.assertEqual(api.names_of_seats(seats), expected)

	def test_the_form_shows_the_real_name_and_the_seat_keeps_its_own(self):
		lead = self.lead()
		stored, title = self.claimed(lead).party_name, frappe.db.get_value("Lead", lead.name, "title")
		for user, shown in ((self.rep, title), (self.mate, stored), (self.chief, title)):
			with self.subTest(user), self.as_user(user):
				seat = self.seat(lead)
				seat.run_method("onload")
				self.assertEqual(seat.party_name, shown)
		self.assertEqual(self.seat(lead).party_name, stored)

	def test_a_page_of_a_list_costs_the_same_queries_however_many_rows(self):
		seats = [self.claimed(self.lead(number)).name for number in (1, 2, 3)]
		with self.as_user(self.rep):
			party_names.of_seats(seats)
			# 16 asks once more for shares than 15; a query a row would be two more for three rows than for one
			with self.assertQueryCount(5):
				self.assertEqual(len(party_names.of_seats(seats)), 3)
			with self.assertQueryCount(5):
				self.assertEqual(len(party_names.of_seats(seats[:1])), 1)
