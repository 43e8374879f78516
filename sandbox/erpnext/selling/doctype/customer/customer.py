import frappe
from erpnext.accounts.utils import get_account_currency
from frappe import _
from frappe._emulation import module_getattr
from frappe.model.document import Document
from frappe.utils import cint, cstr


class Customer(Document):
	def autoname(self) -> None:
		if frappe.db.get_single_value("Selling Settings", "cust_master_name") != "Customer Name":
			frappe.not_emulated("customers named by series")
		self.name = self.customer_name
		taken = frappe.get_all(
			"Customer", filters={"name": ("like", f"{self.customer_name} - %")}, pluck="name"
		)
		if frappe.db.exists("Customer", self.customer_name):
			numbers = [cint(name.rsplit(" - ", 1)[1]) for name in taken]
			self.name = f"{self.customer_name} - {max(numbers, default=0) + 1}"

	def validate(self) -> None:
		self.flags.is_new_doc = self.is_new()
		known = None if self.is_new() else frappe.db.get_value("Customer", self.name, "lead_name")
		self.flags.old_lead = known if self.flags.is_new_doc is None else None
		self.check_accounts()
		if self.is_internal_customer or self.loyalty_program:
			frappe.not_emulated("internal customers and loyalty programs")
		if self.sales_team and sum(row.allocated_percentage or 0 for row in self.sales_team) != 100:
			frappe.throw(_("Total contribution percentage should be equal to 100"))

	def check_accounts(self) -> None:
		"""One account per company, in the currency of the customer's books."""
		companies = [row.company for row in self.accounts]
		if len(companies) != len(set(companies)):
			frappe.throw(
				_("There can only be 1 Account per Company in {0} {1}").format("Customer", self.name),
				frappe.DuplicateEntryError,
			)
		for row in self.accounts:
			booked = frappe.db.get_value(
				"GL Entry",
				{"party_type": "Customer", "party": self.name, "company": row.company, "is_cancelled": 0},
				"account_currency",
			)
			if booked and row.account and get_account_currency(row.account) != booked:
				frappe.throw(
					_("Accounting entries have already been made in currency {0} for company {1}").format(
						booked, row.company
					)
				)

	def on_update(self) -> None:
		if frappe.db.exists("Customer Group", self.name):
			frappe.throw(_("A Customer Group exists with same name"), frappe.NameError)
		if self.lead_name and self.flags.old_lead != self.lead_name:
			frappe.db.set_value("Lead", self.lead_name, "status", "Converted")
		if self.flags.is_new_doc and self.lead_name:
			self.link_contacts()
		if not self.customer_primary_contact and not self.lead_name and (self.mobile_no or self.email_id):
			self.make_contact()

	def link_contacts(self) -> None:
		"""The lead's contacts and addresses become the customer's as well."""
		filters = {
			"parenttype": ("in", ["Contact", "Address"]),
			"link_doctype": "Lead",
			"link_name": self.lead_name,
		}
		for row in frappe.get_all("Dynamic Link", filters=filters, fields=["parent", "parenttype"]):
			document = frappe.get_doc(row.parenttype, row.parent)
			document.append("links", {"link_doctype": "Customer", "link_name": self.name})
			document.save(ignore_permissions=self.flags.ignore_permissions)

	def make_contact(self) -> None:
		"""A primary contact from the mail and phone typed into the form."""
		contact = frappe.new_doc("Contact")
		contact.update({"first_name": self.customer_name, "is_primary_contact": 1})
		contact.append("links", {"link_doctype": "Customer", "link_name": self.name})
		if self.email_id:
			contact.append("email_ids", {"email_id": self.email_id, "is_primary": 1})
		if self.mobile_no:
			contact.append("phone_nos", {"phone": cstr(self.mobile_no), "is_primary_mobile_no": 1})
		contact.insert(ignore_permissions=True)
		for field, value in (
			("customer_primary_contact", contact.name),
			("mobile_no", self.mobile_no),
			("email_id", self.email_id),
		):
			self.db_set(field, value)


__getattr__ = module_getattr(__name__)
