import frappe
from erpnext.controllers.accounts_controller import SellingController
from erpnext.controllers.mapping import map_document, map_rows
from erpnext.crm.doctype.lead.lead import make_customer
from erpnext.exceptions import left_out_if, refuse_if
from frappe._emulation import module_getattr
from frappe.utils import flt, getdate, nowdate


class Quotation(SellingController):
	def validate(self) -> None:
		left_out_if(self.quotation_to not in ("Lead", "Customer"), f"a quotation to {self.quotation_to}")
		self.validate_selling("transaction_date")
		self.set_status()
		is_over = self.valid_till and getdate(self.valid_till) < getdate(self.transaction_date)
		refuse_if(is_over, "Valid till date cannot be before transaction date")
		if self.quotation_to == "Lead":
			names = frappe.db.get_value("Lead", self.party_name, ["company_name", "lead_name"])
			self.customer_name = names[0] or names[1]

	def is_ordered(self) -> bool:
		"""Whether a submitted order follows; it must take everything over."""
		lines = {"prevdoc_docname": self.name, "docstatus": 1}
		ordered = sum(frappe.get_all("Sales Order Item", filters=lines, pluck="qty"))
		offered = sum(row.qty for row in self.items)
		left_out_if(ordered and flt(ordered - offered, 6), "a quotation ordered in part")
		return bool(ordered)

	def on_submit(self) -> None:
		self.update_lead()

	def on_cancel(self) -> None:
		self.set_status(update=True)
		self.update_lead()

	def update_lead(self) -> None:
		if self.quotation_to == "Lead":
			frappe.get_doc("Lead", self.party_name).set_status(update=True)


@frappe.whitelist()
def make_sales_order(source_name: str, target_doc: object = None) -> object:
	"""An unsaved order over everything; a lead becomes a customer on the way."""
	source, target = map_document("Quotation", source_name, "Sales Order")
	is_over = source.valid_till and getdate(source.valid_till) < getdate(nowdate())
	refuse_if(is_over, "Validity period of this quotation has ended.")
	left_out_if(source.is_ordered(), "a second order of a quotation")
	party = source.party_name
	if source.quotation_to == "Lead":
		party = frappe.db.get_value("Customer", {"lead_name": party}) or make_customer(party).insert().name
	names = {"prevdoc_docname": "parent", "quotation_item": "name"}
	map_rows(source, target, "items", names=names)
	map_rows(source, target, "taxes")
	map_rows(source, target, "payment_schedule")
	target.customer, target.customer_name = party, frappe.db.get_value("Customer", party, "customer_name")
	target.run_method("set_missing_values")
	target.run_method("calculate_taxes_and_totals")
	return target


__getattr__ = module_getattr(__name__)
