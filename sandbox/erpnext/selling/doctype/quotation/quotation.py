import frappe
from erpnext.controllers.accounts_controller import SellingController
from erpnext.controllers.mapping import map_document, map_rows
from erpnext.crm.doctype.lead.lead import make_customer
from erpnext.exceptions import left_out_if, refuse_if
from frappe._emulation import module_getattr
from frappe.query_builder.functions import Sum
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

	def ordered_share(self) -> str:
		"""How much of the quotation submitted orders took over."""
		ordered = ordered_quantities(self.name)
		is_part = any(row.qty > ordered.get(row.name, 0.0) for row in self.items)
		return ("Partially Ordered" if is_part else "Ordered") if ordered else "Open"

	def on_submit(self) -> None:
		self.update_lead()

	def on_cancel(self) -> None:
		self.set_status(update=True)
		self.update_lead()

	def update_lead(self) -> None:
		if self.quotation_to == "Lead":
			frappe.get_doc("Lead", self.party_name).set_status(update=True)


def ordered_quantities(quotation: str) -> dict[str, float]:
	"""Line of the quotation → quantity on submitted orders."""
	line = frappe.qb.DocType("Sales Order Item")
	of_quotation = (line.prevdoc_docname == quotation) & (line.docstatus == 1)
	query = frappe.qb.from_(line).select(line.quotation_item, Sum(line.qty)).where(of_quotation)
	return {name: flt(qty) for name, qty in query.groupby(line.quotation_item).run()}


@frappe.whitelist()
def make_sales_order(source_name: str, target_doc: object = None) -> object:
	"""An unsaved order over what is not ordered yet; a lead becomes a customer on the way."""
	source, target = map_document("Quotation", source_name, "Sales Order")
	is_over = source.valid_till and getdate(source.valid_till) < getdate(nowdate())
	refuse_if(is_over, "Validity period of this quotation has ended.")
	party = source.party_name
	if source.quotation_to == "Lead":
		party = frappe.db.get_value("Customer", {"lead_name": party}) or make_customer(party).insert().name
	ordered = ordered_quantities(source_name)

	def change(line: object, new: object) -> bool:
		new.qty = max(0, line.qty - ordered.get(line.name, 0.0))
		new.stock_qty = flt(new.qty) * flt(line.conversion_factor)
		return new.qty > 0

	names = {"prevdoc_docname": "parent", "quotation_item": "name"}
	map_rows(source, target, "items", names=names, change=change)
	map_rows(source, target, "taxes")
	map_rows(source, target, "payment_schedule")
	target.customer, target.customer_name = party, frappe.db.get_value("Customer", party, "customer_name")
	target.run_method("set_missing_values")
	target.run_method("calculate_taxes_and_totals")
	return target


__getattr__ = module_getattr(__name__)
