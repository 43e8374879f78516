"""Who may read what of leads, pools and follow ups: one table, every path, real users, a customer of the portal among them."""

import frappe
from frappe.utils import add_to_date, now_datetime

from l2c_app.services.pool import visibility
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.closed_set_case import ClosedSetCase
from l2c_app.tests.reading_paths import ReadingPaths

# Who may read which kind of document about one held lead. Everybody else: no path at all. `accountant` has no sales role.
PEOPLE = (
	"holder",
	"mate",
	"outsider",
	"leader",
	"chief",
	"other_chief",
	"accounts_sales",
	"accountant",
	"customer",
)
MAY_READ = {
	"Lead": {"holder", "leader", "chief", "accounts_sales"},
	"Contact": {"holder", "leader", "chief", "accounts_sales", "accountant"},
	"Opportunity": {"holder", "leader", "chief", "accounts_sales"},
	"Follow Up": {"holder", "leader", "chief"},
	"Lead Pool": {"holder", "mate", "chief", "other_chief"},
	"Lead Pool Seat": {"holder", "mate", "chief", "accounts_sales"},
	"Lead Pool Log": {"chief"},
	"Lead Contact Reveal": {"chief"},
	"Address": {"holder", "leader", "chief", "accounts_sales", "accountant"},
	"Quotation": {"holder", "leader", "chief", "accounts_sales"},
	"Pool Run": {"chief"},
	"Pool Run Row": {"chief"},
	"Lead Pool Membership": {"holder", "mate", "chief"},
	"Lead First Response": {"holder", "leader", "chief"},
	"Follow Up Effort": {"holder", "leader", "chief"},
	"Sales Cadence Enrolment": {"holder", "leader", "chief"},
	"Follow Up Reminder": {
		"chief",
		"other_chief",
	},  # that somebody was told of a number, for those who answer for it
	"Lead Import Run": {"chief"},
	"Lead Import Row": {"chief"},
	"Lead Score": set(),
	"Lead Merge": set(),
	"L2C Party Key": set(),
	"Lead Vault": set(),
}
MAY_WRITE = {
	"Lead": {"holder", "leader", "chief"},
	"Contact": {"holder", "leader", "chief"},
	"Opportunity": {"holder", "leader", "chief"},
	"Lead Pool": {"chief"},
	"Lead Pool Seat": set(),
	"Lead Pool Log": set(),
	"Lead Contact Reveal": set(),
	"Address": {"holder", "leader", "chief"},
	"Quotation": {"holder", "leader", "chief"},
	"Follow Up": {"holder", "leader", "chief"},
	"Pool Run": set(),
	"Pool Run Row": set(),
	"Lead Pool Membership": set(),
	"Lead First Response": set(),
	"Follow Up Effort": set(),
	"Sales Cadence Enrolment": set(),
	"Follow Up Reminder": set(),
	"Lead Import Run": set(),
	"Lead Import Row": set(),
	"Lead Score": set(),
	"Lead Merge": set(),
	"L2C Party Key": set(),
	"Lead Vault": set(),
}


@bench_only("every native path of the host")
class TestPermissionMatrix(ReadingPaths, ClosedSetCase):
	def setUp(self) -> None:
		super().setUp()
		self.leader = factories.sales_user("closed.leader")
		self.other_chief = factories.sales_manager("closed.other.chief")
		self.accountant = factories.accounts_user("closed.accountant")
		self.accounts_sales = factories.user("closed.accounts", "Accounts User", "Sales User")
		group = factories.sales_person("L2C Matrix Team", for_user=self.leader, is_group=True)
		factories.sales_person("L2C Matrix Rep", for_user=self.holder, parent=group)
		visibility.forget()
		self.customer = factories.user("closed.customer", "Customer")
		self.people = {name: getattr(self, name) for name in PEOPLE}
		self.documents = self.make_documents()

	def make_documents(self) -> dict[str, str]:
		"""Return {DocType: name} of the lead and what hangs on it."""
		about = {"reference_doctype": "Lead", "reference_name": self.lead, "follow_up_type": "Call"}
		planned = {"status": "Planned", "assigned_to": self.holder, "note": "ask again"}
		later = add_to_date(now_datetime(), days=1)
		deal = {"opportunity_from": "Lead", "party_name": self.lead, "company": factories.company()}
		seen = {"lead": self.lead, "pool": self.pool.name, "user": self.holder, "reason": "call"}
		return {
			"Lead": self.lead,
			"Contact": self.contact,
			"Opportunity": factories.make("Opportunity", **deal).name,
			"Follow Up": factories.make("Follow Up", planned_for=later, **about, **planned).name,
			"Lead Pool": self.pool.name,
			"Lead Pool Seat": self.seat,
			"Lead Pool Log": frappe.db.get_value("Lead Pool Log", {"seat": self.seat, "event": "Claim"}),
			"Lead Contact Reveal": factories.make("Lead Contact Reveal", at=now_datetime(), **seen).name,
			**self.make_native(),
			**self.make_records(),
		}

	def make_native(self) -> dict[str, str]:
		"""Return an address and a quotation of the lead."""
		link = {"link_doctype": "Lead", "link_name": self.lead}
		place = {
			"address_title": "Matrix",
			"address_type": "Billing",
			"address_line1": "Lane 1",
			"city": "Bonn",
		}
		country = frappe.get_all("Country", pluck="name", order_by="name", limit=1)[0]
		line = {"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 100}
		offer = {"quotation_to": "Lead", "party_name": self.lead, "company": factories.company()}
		money = {"currency": "USD", "conversion_rate": 1, "selling_price_list": factories.price_list()}
		return {
			"Address": factories.make("Address", links=[link], country=country, **place).name,
			"Quotation": factories.make("Quotation", items=[line], **offer, **money).name,
		}

	def make_records(self) -> dict[str, str]:
		"""Return what the machine writes about the lead, as its rows are stored."""
		about = {"party_type": "Lead", "party": self.lead}
		pool, now = self.pool.name, now_datetime()
		rows = {
			"Pool Run": {"kind": "Recycle", "pool": pool, "mode": "Preview", "state": "Done"},
			"Pool Run Row": {"pool": pool, "seat": self.seat, **about},
			"Lead First Response": {"holder": self.holder, "assigned_on": now, **about},
			"Follow Up Effort": {"user": self.holder, "kind": "Call", "recorded_at": now, **about},
			"Sales Cadence Enrolment": {"assigned_to": self.holder, "state": "Running", **about},
			**self.inner_records(),
		}
		names = {doctype: self.stored(doctype, values) for doctype, values in rows.items()}
		member = {"pool": pool, "user": self.holder}
		return {**names, "Lead Pool Membership": frappe.db.get_value("Lead Pool Membership", member)}

	def inner_records(self) -> dict[str, dict]:
		"""Return what only its maker or an administrator has to do with."""
		told = {
			"document_type": "Lead Pool",
			"document_name": self.pool.name,
			"user": self.holder,
			"channel": "At",
		}
		mine = {"owner": self.chief, "creation": now_datetime()}
		return {
			"Follow Up Reminder": told,
			"Lead Import Run": {"mode": "Preview", "state": "Done", "started_by": self.chief, **mine},
			"Lead Import Row": {"status": "Done", "lead": self.lead, **mine},
			"Lead Score": {"lead": self.lead, "total": 7},
			"Lead Merge": {"kept": self.lead, "merged": self.open_lead, "state": "Done"},
			"L2C Party Key": {
				"party_type": "Lead",
				"party": self.lead,
				"kind": "Phone",
				"value": "+8613800777099",
			},
			"Lead Vault": {"lead": self.lead},
		}

	def test_every_path_and_every_write_agree_with_the_tables(self):
		for person, user in self.people.items():
			with self.as_user(user):
				for doctype, name in self.documents.items():
					self.check_reading(person, doctype, name)
		for person, user in self.people.items():
			for doctype, name in self.documents.items():
				with self.subTest(doctype=doctype, person=person):
					may = frappe.has_permission(doctype, "write", doc=name, user=user)
					self.assertEqual(bool(may), person in MAY_WRITE[doctype])

	def check_reading(self, person: str, doctype: str, name: str) -> None:
		for title, path in self.paths().items():
			with self.subTest(doctype=doctype, person=person, path=title):
				self.check(path, doctype, name, title=title, expected=person in MAY_READ[doctype])
