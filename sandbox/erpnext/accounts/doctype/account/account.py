import erpnext
import frappe
from erpnext.exceptions import refuse_if
from frappe.model.document import Document


class Account(Document):
	def autoname(self) -> None:
		abbreviation = frappe.get_cached_value("Company", self.company, "abbr")
		parts = (self.account_number, self.account_name, abbreviation)
		self.name = " - ".join(part for part in parts if part)

	def validate(self) -> None:
		parent = frappe.get_cached_doc("Account", self.parent_account)
		is_other = not parent.is_group or parent.company != self.company
		refuse_if(is_other, f"{parent.name} is no group of the company")
		self.root_type, self.report_type = parent.root_type, parent.report_type
		self.lft = self.lft or parent.lft
		self.account_currency = self.account_currency or erpnext.get_company_currency(self.company)
