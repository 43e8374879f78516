"""The end of a contract: its owner is reminded once per offset, and a renewal goes by opportunity and quotation."""

import frappe
from frappe.utils import add_days, getdate, nowdate

import l2c_app.jobs.contracts as contract_jobs
from l2c_app.services.contract import contract_drafts, contract_end_reminders, renewal
from l2c_app.services.errors import EndRemindersError, RenewalRefused
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only

SETTINGS = "L2C Settings"


def ending(days: int, **values: object) -> object:
	"""Return a submitted contract that ends in some days and began a year before that."""
	end = getdate(add_days(nowdate(), days))
	values.setdefault("start_date", add_days(end, -364))
	contract = contracts.draft(end_date=end, **values)
	contract.submit()
	return contracts.fresh(contract)


def run() -> dict[str, int]:
	"""One night, without committing it."""
	total = {"reminded": 0, "proposed": 0, "failed": 0}
	for counts in contract_end_reminders.remind():
		total |= {key: total[key] + count for key, count in counts.items()}
	return total


def planned(contract: object) -> list:
	filters = {"reference_name": contract.name, "status": "Planned"}
	return frappe.get_all(
		"Follow Up", filters=filters, fields=["assigned_to", "note"], order_by="creation, name"
	)


class TestEnds(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.rep = factories.sales_user("renewal.rep")
		frappe.db.set_value("Sales Contract", {"docstatus": 1}, "end_date", None)

	def test_each_offset_once_for_the_owner(self) -> None:
		with self.settings(SETTINGS, end_reminder_days="90, 60, 30, 7"):
			contract = ending(60, contract_owner=self.rep)
			self.assertEqual((run()["reminded"], run()["reminded"]), (1, 0))
			follow_up = planned(contract)[0]
			self.assertEqual(follow_up.assigned_to, self.rep)
			self.assertIn(str(contract.end_date), follow_up.note)
			# Nights were missed: 30 and 7 are both past, and one is said.
			frappe.db.set_value("Sales Contract", contract.name, "end_date", add_days(nowdate(), 5))
			self.assertEqual((run()["reminded"], run()["reminded"]), (1, 0))
			self.assertEqual(len(planned(contract)), 2)

	def test_nobody_is_reminded_of_drafts_and_of_what_is_over_or_renewed(self) -> None:
		with self.settings(SETTINGS, end_reminder_days="30"):
			contracts.draft(start_date=nowdate(), end_date=contracts.in_days(20))
			for values in (
				{"terminated_on": nowdate()},
				{"renewed_by": "CON-1"},
				{"end_date": contracts.in_days(-1)},
			):
				frappe.db.set_value("Sales Contract", ending(20).name, values)
			self.assertEqual(run()["reminded"], 0)

	def test_days_that_cannot_be_read_are_refused(self) -> None:
		settings = frappe.get_doc(SETTINGS)
		settings.end_reminder_days = "ninety"
		with self.assertRaises(EndRemindersError):
			settings.save()

	def test_a_contract_that_fails_does_not_stop_the_others(self) -> None:
		with self.settings(SETTINGS, end_reminder_days="30"):
			gone, good = ending(10), ending(20)
			frappe.db.set_value("Sales Contract", gone.name, "contract_owner", "nobody@example.com")
			counts = run()
			self.assertEqual((counts["reminded"], counts["failed"]), (1, 0))
			self.assertEqual(len(planned(good)), 1)

	def test_the_job_is_scheduled(self) -> None:
		from l2c_app import hooks

		self.assertIn("l2c_app.jobs.contracts.remind_of_contract_ends", hooks.scheduler_events["daily_long"])
		self.assertTrue(callable(contract_jobs.remind_of_contract_ends))


@bench_only("the host's Opportunity and Quotation")
class TestRenewal(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_value("Sales Contract", {"docstatus": 1}, "end_date", None)
		rows = [contracts.plan_row(percent=30), contracts.plan_row(percent=70, due_basis="Order")]
		clauses = [{"title": "Secrecy", "text": "<p>…</p>", "language": "en"}]
		self.old = ending(
			50,
			items=[contracts.line(999.99, qty=2)],
			plan_rows=rows,
			clauses=clauses,
			auto_renew=1,
			signatories=[{"side": "Customer", "full_name": "王芳"}],
		)

	def test_the_night_proposes_once_and_only_where_asked(self) -> None:
		other = ending(40)
		with self.settings(SETTINGS, end_reminder_days="", renewal_days=60):
			self.assertEqual((run()["proposed"], run()["proposed"]), (1, 0))
		opportunity = frappe.get_doc("Opportunity", contracts.fresh(self.old).renewal_opportunity)
		self.assertEqual(opportunity.party_name, self.old.customer)
		self.assertEqual(getdate(opportunity.expected_closing), getdate(self.old.end_date))
		self.assertEqual([(line.qty, line.rate) for line in opportunity.get("items")], [(2, 999.99)])
		self.assertFalse(contracts.fresh(other).renewal_opportunity)
		self.assertEqual(renewal.propose(self.old.name).name, opportunity.name)

	def test_a_lost_renewal_tells_why_and_ends_the_reminders_until_another_is_made(self) -> None:
		reason = factories.find_or_make("Opportunity Lost Reason", "Too dear", lost_reason="Too dear")
		first = renewal.propose(self.old.name)
		first.declare_enquiry_lost([{"lost_reason": reason}], [], "found somebody cheaper")
		self.assertEqual(contracts.fresh(self.old).renewal_lost, "Too dear: found somebody cheaper")
		with self.settings(SETTINGS, end_reminder_days="60", renewal_days=60):
			self.assertEqual(run(), {"reminded": 0, "proposed": 0, "failed": 0})
			second = renewal.propose(self.old.name)
			self.assertNotEqual(second.name, first.name)
			self.assertFalse(contracts.fresh(self.old).renewal_lost)
			self.assertEqual(run()["reminded"], 1)
		first.reload()
		first.set("status", "Open")
		first.save()  # no longer this contract's renewal
		self.assertEqual(contracts.fresh(self.old).renewal_opportunity, second.name)

	def test_a_renewal_that_is_open_again_is_not_lost(self) -> None:
		opportunity = renewal.propose(self.old.name)
		opportunity.declare_enquiry_lost([], [])
		self.assertEqual(contracts.fresh(self.old).renewal_lost, "Lost")
		opportunity.reload()
		opportunity.set("status", "Open")
		opportunity.save()
		self.assertFalse(contracts.fresh(self.old).renewal_lost)

	def test_the_quotation_has_the_chosen_price(self) -> None:
		self.assertEqual(renewal.quote(self.old.name).items[0].rate, 999.99)
		# 999.99 + 3.5 percent = 1,034.98965
		self.assertEqual(
			renewal.quote(self.old.name, price=renewal.UPLIFT, uplift=3.5).items[0].rate, 1034.99
		)
		with self.assertRaises(RenewalRefused):
			renewal.quote(self.old.name, price="Free")
		self.assert_list_price()

	def assert_list_price(self) -> None:
		frappe.db.delete("Item Price", {"item_code": factories.SERVICE_ITEM})
		with self.assertRaises(RenewalRefused) as refused:
			renewal.quote(self.old.name, price=renewal.LIST)
		self.assertIn(factories.SERVICE_ITEM, str(refused.exception))
		for rate, first in ((1200, -10), (1500, 10)):  # the second one begins later
			factories.make(
				"Item Price",
				item_code=factories.SERVICE_ITEM,
				price_list=self.old.selling_price_list,
				price_list_rate=rate,
				valid_from=contracts.in_days(first),
			)
		self.assertEqual(renewal.quote(self.old.name, price=renewal.LIST).items[0].rate, 1200)

	def test_the_next_contract_is_its_child(self) -> None:
		quotation = renewal.quote(self.old.name, price=renewal.UPLIFT, uplift=10)
		quotation.submit()
		new = contract_drafts.create_from("Quotation", quotation.name)
		self.assertEqual(getdate(new.start_date), getdate(add_days(self.old.end_date, 1)))
		self.assertEqual([row.percent for row in new.plan_rows], [30, 70])
		self.assertEqual([row.title for row in new.clauses], ["Secrecy"])
		self.assertEqual([row.full_name for row in new.signatories], ["王芳"])
		new.insert()
		self.assertEqual((new.renewed_from, new.grand_total), (self.old.name, 2199.98))
		new.submit()
		self.assertEqual(contracts.fresh(self.old).renewed_by, new.name)
		with self.assertRaises(RenewalRefused):
			renewal.propose(self.old.name)
		frappe.get_doc("Sales Contract", new.name).cancel()
		self.assertFalse(contracts.fresh(self.old).renewed_by)

	def test_who_only_reads_contracts_renews_none(self) -> None:
		"""Accounts read every contract, and learn nothing of the sale that follows it."""
		opportunity = renewal.propose(self.old.name).name
		with self.as_user(factories.accounts_user()):
			self.assertTrue(frappe.has_permission("Sales Contract", "read", self.old.name))
			with self.assertRaises(frappe.PermissionError):
				renewal.propose(self.old.name)
		seller = factories.sales_user("renewal.seller")
		frappe.db.set_value("Sales Contract", self.old.name, "contract_owner", seller)
		with self.as_user(seller):
			self.assertEqual(renewal.propose(self.old.name).name, opportunity)

	def test_only_a_running_contract_is_renewed_and_no_request_forges_the_chain(self) -> None:
		with self.assertRaises(RenewalRefused):
			renewal.propose(contracts.draft(end_date=contracts.in_days(9)).name)
		forged = contracts.draft(renewed_from=self.old.name, renewed_by="CON-1")
		self.assertFalse(forged.renewed_from or forged.renewed_by)
		with (
			self.as_user(factories.sales_user("renewal.stranger")),
			self.assertRaises(frappe.PermissionError),
		):
			renewal.propose(self.old.name)
