import frappe
from erpnext.exceptions import left_out_if, refuse_if, refuse_left_out
from frappe.model.document import Document


class Item(Document):
	def autoname(self) -> None:
		by_series = frappe.db.get_single_value("Stock Settings", "item_naming_by") == "Naming Series"
		left_out_if(by_series, "items named by series")
		self.name = self.item_code = (self.item_code or "").strip()

	def validate(self) -> None:
		self.item_name = self.item_name or self.item_code
		self.description = self.description or self.item_name
		refuse_left_out(self)
		units = [row.uom for row in self.get("uoms")]
		if self.stock_uom not in units:
			self.append("uoms", {"uom": self.stock_uom, "conversion_factor": 1})
		refuse_if(len(set(units)) != len(units), "A unit of measure was entered more than once")
