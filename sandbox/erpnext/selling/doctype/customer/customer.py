import frappe
from erpnext.accounts.party import get_party_gle_currency
from erpnext.accounts.utils import get_account_currency
from erpnext.exceptions import left_out_if, refuse_if, refuse_left_out
from frappe.model.document import Document


class Customer(Document):
	def autoname(self) -> None:
		by_name = frappe.db.get_single_value("Selling Settings", "cust_master_name") == "Customer Name"
		left_out_if(not by_name, "customers named by series")
		left_out_if(frappe.db.exists("Customer", self.customer_name), "a second customer of the same name")
		self.name = self.customer_name

	def validate(self) -> None:
		refuse_left_out(self)
		self.flags.is_new_doc = self.is_new()
		self.flags.old_lead = frappe.db.get_value("Customer", self.name, "lead_name")
		is_twice = len(self.accounts) > 1  # there is one company
		refuse_if(is_twice, "There can only be 1 Account per Company", frappe.DuplicateEntryError)
		for row in self.accounts:
			booked = get_party_gle_currency("Customer", self.name, row.company)
			is_other = booked and get_account_currency(row.account) != booked
			refuse_if(is_other, f"{self.name} is booked in {booked}")

	def on_update(self) -> None:
		is_group = frappe.db.exists("Customer Group", self.name)
		refuse_if(is_group, "A Customer Group exists with same name", frappe.NameError)
		if self.lead_name and self.flags.old_lead != self.lead_name:
			frappe.db.set_value("Lead", self.lead_name, "status", "Converted")
		if self.flags.is_new_doc and self.lead_name:
			self.link_contacts()
		is_bare = not self.customer_primary_contact and not self.lead_name
		left_out_if(is_bare and (self.mobile_no or self.email_id), "contacts made from a customer")

	def link_contacts(self) -> None:
		"""The lead's contacts and addresses become the customer's as well."""
		filters = {"link_doctype": "Lead", "link_name": self.lead_name}
		for row in frappe.get_all("Dynamic Link", filters=filters, fields=["parent", "parenttype"]):
			document = frappe.get_doc(row.parenttype, row.parent)
			document.append("links", {"link_doctype": "Customer", "link_name": self.name})
			document.save(ignore_permissions=self.flags.ignore_permissions)
