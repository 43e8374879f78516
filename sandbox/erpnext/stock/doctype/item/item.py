import frappe
from frappe import _
from frappe._emulation import module_getattr
from frappe.model.document import Document
from frappe.utils import strip


class Item(Document):
	def autoname(self) -> None:
		if frappe.db.get_single_value("Stock Settings", "item_naming_by") == "Naming Series":
			frappe.not_emulated("items named by series")
		self.item_code = strip(self.item_code or "")
		self.name = self.item_code

	def validate(self) -> None:
		self.item_name = self.item_name or self.item_code
		self.description = self.description or self.item_name
		if self.has_variants or self.variant_of or self.is_fixed_asset:
			frappe.not_emulated("variants and fixed assets")
		if frappe.db.get_value("Item Group", self.item_group, "is_group"):
			frappe.not_emulated("an item in a group of item groups") if not self.item_group else None
		if not any(row.uom == self.stock_uom for row in self.get("uoms")):
			self.append("uoms", {"uom": self.stock_uom, "conversion_factor": 1})
		if self.get("opening_stock") or self.get("standard_rate"):
			frappe.not_emulated("opening stock and standard rate")
		if len({row.uom for row in self.uoms}) != len(self.uoms):
			frappe.throw(_("Unit of Measure has been entered more than once in Conversion Factor Table"))


__getattr__ = module_getattr(__name__)
