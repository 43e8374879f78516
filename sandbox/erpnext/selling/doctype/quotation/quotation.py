import frappe
from erpnext.controllers.accounts_controller import SellingController
from erpnext.controllers.mapping import map_document, map_rows
from frappe import _
from frappe._emulation import module_getattr
from frappe.query_builder.functions import Sum
from frappe.utils import flt, getdate, nowdate


class Quotation(SellingController):
	def validate(self) -> None:
		self.before_selling("transaction_date")
		self.set_payment_schedule()
		self.validate_payment_schedule_dates()
		self.validate_payment_schedule_amount()
		self.after_totals()
		self.set_status()
		self.validate_uom_is_integer("stock_uom", "stock_qty")
		self.validate_uom_is_integer("uom", "qty")
		if self.valid_till and getdate(self.valid_till) < getdate(self.transaction_date):
			frappe.throw(_("Valid till date cannot be before transaction date"))
		self.set_customer_name()

	def set_customer_name(self) -> None:
		if self.quotation_to == "Lead" and self.party_name:
			lead = frappe.db.get_value("Lead", self.party_name, ["lead_name", "company_name"], as_dict=True)
			self.customer_name = lead.company_name or lead.lead_name
		elif self.quotation_to == "Customer" and self.party_name:
			self.customer_name = frappe.db.get_value("Customer", self.party_name, "customer_name")
		else:
			frappe.not_emulated(f"a quotation to {self.quotation_to}")

	def ordered_share(self) -> str:
		"""How much of the quotation submitted orders took over."""
		ordered = ordered_quantities(self.name)
		if not ordered:
			return "Open"
		left = any(row.qty > ordered.get(row.name, 0.0) for row in self.items)
		return "Partially Ordered" if left else "Ordered"

	def on_submit(self) -> None:
		self.update_opportunity("Quotation")
		self.update_lead()

	def on_cancel(self) -> None:
		self.set_status(update=True)
		self.update_opportunity("Open")
		self.update_lead()

	def update_opportunity(self, status: str) -> None:
		"""The opportunities of the lines, then the quotation's own."""
		names = dict.fromkeys(row.prevdoc_docname for row in self.items if row.prevdoc_docname)
		for name in [*names, *([self.opportunity] if self.opportunity else [])]:
			frappe.get_doc("Opportunity", name).set_status(status=status, update=True)

	def update_lead(self) -> None:
		if self.quotation_to == "Lead" and self.party_name:
			frappe.get_doc("Lead", self.party_name).set_status(update=True)


def ordered_quantities(quotation: str) -> dict[str, float]:
	"""Line of the quotation → quantity on submitted orders."""
	line = frappe.qb.DocType("Sales Order Item")
	of_quotation = (line.prevdoc_docname == quotation) & (line.docstatus == 1)
	query = frappe.qb.from_(line).select(line.quotation_item, Sum(line.qty)).where(of_quotation)
	return {name: flt(qty) for name, qty in query.groupby(line.quotation_item).run()}


@frappe.whitelist()
def make_sales_order(source_name: str, target_doc: object = None, args: object = None) -> object:
	"""An unsaved order over what is not ordered yet; a lead becomes a customer on the way."""
	valid_till, _status = frappe.db.get_value("Quotation", source_name, ["valid_till", "status"])
	allowed = frappe.db.get_single_value(
		"Selling Settings", "allow_sales_order_creation_for_expired_quotation"
	)
	if not allowed and valid_till and getdate(valid_till) < getdate(nowdate()):
		frappe.throw(_("Validity period of this quotation has ended."))
	customer = _customer_of(source_name)
	source, target = map_document("Quotation", source_name, "Sales Order")
	ordered = ordered_quantities(source_name)

	def finish(line: object, new: object) -> None:
		new.qty = max(0, line.qty - ordered.get(line.name, 0.0))
		new.stock_qty = flt(new.qty) * flt(line.conversion_factor)

	names = {"prevdoc_docname": "parent", "quotation_item": "name"}
	map_rows(
		source,
		target,
		"items",
		names=names,
		keep=lambda line: line.qty > ordered.get(line.name, 0.0),
		finish=finish,
	)
	map_rows(source, target, "taxes")
	map_rows(source, target, "payment_schedule")
	if customer:
		target.customer, target.customer_name = customer.name, customer.customer_name
	target.run_method("set_missing_values")
	target.run_method("calculate_taxes_and_totals")
	return target


def _customer_of(quotation: str) -> object:
	to, party = frappe.db.get_value("Quotation", quotation, ["quotation_to", "party_name"])
	if to == "Customer":
		return frappe.get_doc("Customer", party)
	known = frappe.db.get_value("Customer", {"lead_name": party})
	if known:
		return frappe.get_doc("Customer", known)
	from erpnext.crm.doctype.lead.lead import make_customer

	customer = make_customer(party)
	return customer.insert()


__getattr__ = module_getattr(__name__)
