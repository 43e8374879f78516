import erpnext
import frappe
from erpnext.controllers.accounts_controller import SellingController
from erpnext.controllers.mapping import map_document, map_rows
from erpnext.controllers.status_updater import StatusUpdater
from erpnext.setup.utils import get_exchange_rate
from frappe._emulation import module_getattr
from frappe.model import table_fields
from frappe.utils import flt


class Opportunity(StatusUpdater):
	validate_uom_is_integer = SellingController.validate_uom_is_integer

	def validate(self) -> None:
		if not self.party_name:
			frappe.not_emulated("an opportunity from a mail address")
		for row in self.items:
			self.fill_line(row)
		self.validate_uom_is_integer("uom", "qty")
		self.set_customer_name()
		self.map_fields()
		company_currency = frappe.get_cached_value("Company", self.company, "default_currency")
		if self.currency == company_currency:
			self.conversion_rate = 1.0
		elif not self.conversion_rate or self.conversion_rate == 1.0:
			self.conversion_rate = get_exchange_rate(self.currency, company_currency, self.transaction_date)
		self.title = self.title or self.customer_name
		self.calculate_totals()

	def fill_line(self, row: object) -> None:
		if row.item_code:
			item = frappe.get_cached_doc("Item", row.item_code)
			for field in ("item_name", "description", "item_group", "brand"):
				row.set(field, row.get(field) or item.get(field))
			row.uom = row.uom or item.stock_uom

	def set_customer_name(self) -> None:
		if self.opportunity_from == "Customer":
			self.customer_name = frappe.db.get_value("Customer", self.party_name, "customer_name")
		elif self.opportunity_from == "Lead":
			lead = frappe.db.get_value("Lead", self.party_name, ["lead_name", "company_name"], as_dict=True)
			self.customer_name = lead.company_name or lead.lead_name

	def map_fields(self) -> None:
		"""Empty fields take the party's value of the same name."""
		meta = frappe.get_meta(self.opportunity_from)
		shared = [
			df for df in self.meta.fields if df.fieldtype not in table_fields and meta.has_field(df.fieldname)
		]
		empty = [df.fieldname for df in shared if not self.get(df.fieldname)]
		values = (
			frappe.db.get_value(self.opportunity_from, self.party_name, empty, as_dict=True) if empty else {}
		)
		for field, value in (values or {}).items():
			self.set(field, self.get(field) if value is None else value)

	def calculate_totals(self) -> None:
		for row in self.items:
			row.amount = flt(row.rate) * flt(row.qty)
			row.base_rate, row.base_amount = (
				flt(self.conversion_rate) * flt(row.rate),
				flt(self.conversion_rate) * flt(row.amount),
			)
		self.total = sum(row.amount for row in self.items)
		self.base_total = sum(row.base_amount for row in self.items)

	def after_insert(self) -> None:
		if self.opportunity_from == "Lead":
			frappe.get_doc("Lead", self.party_name).set_status(update=True)

	def _quotations(self, **filters: object) -> list[str]:
		found = set(
			frappe.get_all(
				"Quotation Item", filters={"prevdoc_docname": self.name, "docstatus": 1}, pluck="parent"
			)
		)
		if not self.items:
			found = set(
				frappe.get_all("Quotation", filters={"opportunity": self.name, "docstatus": 1}, pluck="name")
			)
		return (
			frappe.get_all("Quotation", filters={"name": ("in", sorted(found)), **filters}, pluck="name")
			if found
			else []
		)

	def has_active_quotation(self) -> list[str]:
		return self._quotations(status=("not in", ["Lost", "Closed"]))

	def has_ordered_quotation(self) -> list[str]:
		return self._quotations(status="Ordered")


@frappe.whitelist()
def make_quotation(source_name: str, target_doc: object = None) -> object:
	"""An unsaved quotation of the opportunity's lines."""
	source, target = map_document(
		"Opportunity", source_name, "Quotation", names={"quotation_to": "opportunity_from"}
	)
	target.opportunity = None if erpnext.V16 else source.name
	map_rows(
		source,
		target,
		"items",
		names={"prevdoc_docname": "parent", "prevdoc_doctype": "parenttype", "stock_uom": "uom"},
	)
	company_currency = frappe.get_cached_value("Company", target.company, "default_currency")
	target.conversion_rate = get_exchange_rate(
		target.currency, company_currency, target.transaction_date, "for_selling"
	)
	target.run_method("set_missing_values")
	target.run_method("calculate_taxes_and_totals")
	return target


__getattr__ = module_getattr(__name__)
