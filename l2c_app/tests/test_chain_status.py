"""Lead, opportunity, quotation and seat agree after the order is submitted, cancelled and amended, by native documents."""

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase


@bench_only("the host's mappers and statuses")
class TestChainStatus(PoolCase):
	def setUp(self) -> None:
		from erpnext.crm.doctype.opportunity.opportunity import make_quotation

		super().setUp()
		self.pooled = self.lead(1)
		self.claimed(self.pooled)
		line = {"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 100, "uom": "Nos", "amount": 100}
		about = {"opportunity_from": "Lead", "party_name": self.pooled.name, "company": factories.company()}
		self.opportunity = factories.make(
			"Opportunity", items=[line], currency="USD", conversion_rate=1, **about
		)
		self.quotation = make_quotation(self.opportunity.name)
		self.quotation.update(
			{"selling_price_list": factories.price_list(), "valid_till": add_days(nowdate(), 30)}
		)
		self.quotation.items[0].rate = 100
		self.quotation.insert()
		self.quotation.submit()

	def statuses(self) -> tuple[str, str, str, str]:
		"""Return the statuses of lead, opportunity, quotation and seat as stored now."""
		lead = frappe.db.get_value("Lead", self.pooled.name, "status")
		opportunity = frappe.db.get_value("Opportunity", self.opportunity.name, "status")
		quotation = frappe.db.get_value("Quotation", self.quotation.name, "status")
		return lead, opportunity, quotation, self.seat(self.pooled).state

	def order(self):
		"""Return the order that the host makes of the quotation, with the customer it makes of the lead."""
		from erpnext.selling.doctype.quotation.quotation import make_sales_order

		frappe.db.set_single_value("Selling Settings", "customer_group", factories.leaf_of("Customer Group"))
		frappe.db.set_single_value("Selling Settings", "territory", factories.leaf_of("Territory"))
		order = make_sales_order(self.quotation.name)
		order.delivery_date = nowdate()
		order.insert()
		order.submit()
		return order

	def test_pain_lead_says_converted_opportunity_still_quotation(self):
		self.assertEqual(self.statuses(), ("Quotation", "Quotation", "Open", "Held"))
		order = self.order()
		self.assertEqual(self.statuses(), ("Converted", "Converted", "Ordered", "Converted"))
		customer = frappe.get_doc("Customer", order.customer)
		self.assertEqual(customer.lead_name, self.pooled.name)
		order.reload()
		order.cancel()
		# the customer stays, so the lead stays converted; the offer is open again
		self.assertEqual(self.statuses(), ("Converted", "Quotation", "Open", "Converted"))
		amended = frappe.copy_doc(order)
		amended.update({"amended_from": order.name, "docstatus": 0})
		amended.insert()
		amended.submit()
		self.assertEqual(self.statuses(), ("Converted", "Converted", "Ordered", "Converted"))
		self.assertEqual(frappe.db.count("Customer", {"lead_name": self.pooled.name}), 1)
