import frappe
from frappe import _
from frappe._emulation import module_getattr
from frappe.model.document import Document


class Account(Document):
	def autoname(self) -> None:
		parts = [
			self.account_number,
			self.account_name,
			frappe.get_cached_value("Company", self.company, "abbr"),
		]
		self.name = " - ".join(part for part in parts if part)

	def validate(self) -> None:
		parent = frappe.get_cached_doc("Account", self.parent_account)
		if not parent.is_group or parent.company != self.company:
			frappe.throw(
				_("Account {0}: Parent account {1} must be a group of the same company").format(
					self.name, parent.name
				)
			)
		self.root_type, self.report_type = parent.root_type, parent.report_type
		self.account_currency = self.account_currency or frappe.get_cached_value(
			"Company", self.company, "default_currency"
		)
		self.lft = self.lft or parent.lft


__getattr__ = module_getattr(__name__)
