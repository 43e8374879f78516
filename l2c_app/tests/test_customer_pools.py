"""Customers have pools as leads do: the holder is the account manager, reading is never closed. And joint pursuit."""

import frappe
from frappe.utils import now_datetime

from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.contract import contract_drafts
from l2c_app.services.pool import joint_pursuit, visibility
from l2c_app.tests import factories
from l2c_app.tests.pool_case import POOL, PoolCase

SECOND_SALES = "L2C Second Sales"


class CustomerCase(PoolCase):
	"""A pool that seats every customer whose website says so."""

	def setUp(self) -> None:
		super().setUp()
		self.customers = factories.lead_pool(
			SECOND_SALES,
			party_type="Customer",
			members=(self.rep, self.mate),
			managers=(self.chief,),
			admission_filters='[["website", "=", "second.example.com"]]',
			cool_down_days=7,
		)

	def customer(self, name: str = "Pooled Customer", **values: object) -> str:
		"""Insert a customer the pool admits."""
		return factories.customer(name, website="second.example.com", **values)

	def seat_of(self, customer: str):
		"""Return the customer's seat."""
		return factories.seat_of(customer, SECOND_SALES, "Customer")


class TestCustomerPools(CustomerCase):
	def test_a_new_customer_is_seated_free_or_held_by_its_account_manager(self):
		free, held = self.customer("Free"), self.customer("Held", account_manager=self.rep)
		stranger = self.customer("Stranger", account_manager=self.outsider)
		seats = [self.seat_of(name) for name in (free, held, stranger)]
		self.assertEqual(
			[(seat.state, seat.holder) for seat in seats],
			[("Available", None), ("Held", self.rep), ("Available", None)],
		)

	def test_claim_release_and_cool_down_write_the_account_manager(self):
		customer = self.customer()
		seat = self.seat_of(customer).name
		with self.as_user(self.rep):
			api.claim(seat)
			self.assertEqual(frappe.db.get_value("Customer", customer, "account_manager"), self.rep)
			api.release(seat, "no second sale")
			self.assertFalse(frappe.db.get_value("Customer", customer, "account_manager"))
			with self.assertRaises(errors.CoolingDown):
				api.claim(seat)

	def test_a_manager_hands_customers_out_and_protects_them(self):
		names = [self.customer(f"Customer {number}") for number in range(4)]
		with self.as_user(self.chief):
			given = api.distribute(SECOND_SALES)
			self.assertEqual(given["by_user"], {self.rep: 2, self.mate: 2})
			api.protect(self.seat_of(names[0]).name, "renewal", 5)
		owners = {frappe.db.get_value("Customer", name, "account_manager") for name in names}
		self.assertEqual(owners, {self.rep, self.mate})

	def test_distribution_by_criteria_reads_the_customer(self):
		retail = self.customer("Retail", market_segment=None, customer_details="retail")
		other = self.customer("Other")
		self.customers.update(
			{
				"distribution_method": "Criteria",
				"distribution_fallback": self.mate,
				"distribution_rules": [
					{
						"title": "Retail",
						"filters": '[["customer_details","=","retail"]]',
						"member_type": "User",
						"user": self.rep,
					}
				],
			}
		)
		self.customers.save()
		with self.as_user(self.chief):
			api.distribute(SECOND_SALES)
		self.assertEqual([self.seat_of(name).holder for name in (retail, other)], [self.rep, self.mate])

	def test_a_native_edit_of_the_account_manager_moves_the_seat(self):
		customer = frappe.get_doc("Customer", self.customer())
		customer.account_manager = self.mate
		customer.save()
		seat = self.seat_of(customer.name)
		self.assertEqual((seat.state, seat.holder), ("Held", self.mate))

	def test_reading_customers_is_never_closed(self):
		customer = self.customer(account_manager=self.rep)
		self.assertTrue(visibility.may_access("Lead", "none", user=self.outsider))
		with self.as_user(self.outsider):
			self.assertTrue(frappe.has_permission("Customer", "read", doc=customer))

	def test_disabled_customers_are_neither_admitted_nor_claimed(self):
		customer = self.customer()
		seat = self.seat_of(customer).name
		frappe.db.set_value("Customer", customer, "disabled", 1)
		with self.as_user(self.rep), self.assertRaises(errors.PartyBlocked):
			api.claim(seat)
		with self.as_user(self.chief):
			with self.assertRaises(errors.PartyBlocked):
				api.transfer(seat, self.rep)
			rows = api.distribute(SECOND_SALES)["rows"]
		self.assertEqual(
			[(row["seat"], row["user"], row["reason"]) for row in rows],
			[(seat, None, "The customer is disabled.")],
		)
		free = self.customer("L2C Disabled", disabled=1)
		self.assertEqual(api.admit(SECOND_SALES, [free]), [])

	def test_form_and_stock_show_customers_seats(self):
		customer = self.customer()
		with self.as_user(self.rep):
			state = api.party_state("Customer", customer)
			self.assertTrue(state["seats"][0]["may"]["claim"])
			self.assertEqual(len(api.seats(SECOND_SALES)), 1)
		with self.as_user(self.outsider):
			self.assertEqual(api.party_state("Customer", customer)["seats"], [])


class TestJointPursuit(CustomerCase):
	def setUp(self) -> None:
		super().setUp()
		self.second = factories.lead_pool("L2C Zone Two", members=(self.mate,), managers=(self.chief,))
		self.people = {
			user: factories.sales_person(f"Person of {user}", for_user=user) for user in (self.rep, self.mate)
		}
		self.party = self.lead()
		self.claimed(self.party, self.rep)
		with self.as_user(self.mate):
			api.claim(factories.seat_of(self.party.name, "L2C Zone Two").name)

	def worked(self, user: str, acts: int, party_type: str = "Lead", party: str | None = None) -> None:
		"""Record counted acts of a user, as evidence does."""
		for _number in range(acts):
			factories.make(
				"Follow Up Effort",
				party_type=party_type,
				party=party or self.party.name,
				user=user,
				kind="Call",
				recorded_at=now_datetime(),
				counts=1,
				name=frappe.generate_hash(length=12),
			)

	def shares(self) -> dict[str, float]:
		"""Return the proposed split by Sales Person."""
		with self.as_user(self.rep):
			team = api.propose_sales_team("Lead", self.party.name)["team"]
		return {row["sales_person"]: row["allocated_percentage"] for row in team}

	def test_one_lead_two_zones_two_holders(self):
		holders = {
			(row.pool, row.holder)
			for row in frappe.get_all(
				"Lead Pool Seat",
				filters={"party": self.party.name},
				fields=["pool", "holder"],
				order_by="pool",
			)
		}
		self.assertEqual(holders, {(POOL, self.rep), ("L2C Zone Two", self.mate)})
		for user in (self.rep, self.mate):
			self.assertTrue(visibility.may_access("Lead", self.party.name, user=user, right="write"))

	def test_effort_is_shared_in_hundredths_that_add_up(self):
		self.worked(self.rep, 2)
		self.worked(self.mate, 1)
		self.assertEqual(self.shares(), {self.people[self.rep]: 66.67, self.people[self.mate]: 33.33})

	def test_without_effort_the_holders_share_evenly(self):
		self.assertEqual(set(self.shares().values()), {50.0})

	def test_others_work_and_people_without_a_sales_person_do_not_count(self):
		self.worked(self.rep, 1)
		self.worked(self.chief, 5)
		self.assertEqual(self.shares(), {self.people[self.rep]: 100.0})

	def test_a_former_holder_keeps_his_part(self):
		self.worked(self.rep, 1)
		self.worked(self.mate, 1)
		with self.as_user(self.rep):
			api.release(self.seat(self.party).name, "moved on")
		with self.as_user(self.mate):
			team = api.propose_sales_team("Lead", self.party.name)["team"]
		self.assertEqual([row["allocated_percentage"] for row in team], [50.0, 50.0])

	def test_the_customer_inherits_the_leads_effort(self):
		self.worked(self.rep, 3)
		self.worked(self.mate, 1)
		customer = factories.customer("From Lead", lead_name=self.party.name)
		team = joint_pursuit.team_of(None, customer)
		self.assertEqual([row["allocated_percentage"] for row in team], [75.0, 25.0])

	def test_a_contract_from_the_lead_starts_with_the_split(self):
		self.worked(self.rep, 3)
		self.worked(self.mate, 1)
		contract = contract_drafts.create_from("Lead", self.party.name, company=factories.COMPANY)
		self.assertEqual([row.allocated_percentage for row in contract.sales_team], [75.0, 25.0])

	def test_strangers_see_no_split(self):
		with self.as_user(self.outsider), self.assertRaises(frappe.PermissionError):
			api.propose_sales_team("Lead", self.party.name)
		with self.assertRaises(errors.NotAPoolParty):
			api.propose_sales_team("User", self.rep)
