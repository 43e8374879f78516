"""A contract's totals come from the host's own tax engine, run on the order it will become, so the two never differ."""

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from l2c_app.services.contract import orders

CARRIED_LINE_FIELDS = ("item_name", "description", "uom", "conversion_factor", "item_tax_template", "amount")


def calculate(contract: Document) -> None:
	"""Set net total, taxes and grand total of a draft (contract and company currency). Does not save.

	Defaults that the host would put on the order (taxes of the customer, item tax templates, units) are put on the
	contract at once, so that what is signed is what is ordered.
	"""
	order = frappe.new_doc("Sales Order")
	orders.fill(order, contract)
	order.flags.ignore_permissions = True  # nothing is saved; defaults of the customer are read by the host
	order.run_method("set_missing_values")
	order.calculate_taxes_and_totals()
	_carry_lines(order, contract)
	_carry_taxes(order, contract)
	contract.net_total = order.net_total
	contract.total_taxes_and_charges = order.total_taxes_and_charges
	contract.discount_amount = order.discount_amount
	contract.grand_total = order.rounded_total or order.grand_total
	contract.base_grand_total = flt(
		contract.grand_total * contract.conversion_rate, contract.precision("base_grand_total")
	)


def _carry_lines(order: Document, contract: Document) -> None:
	for line, ordered in zip(contract.items, order.items, strict=True):
		for field in CARRIED_LINE_FIELDS:
			line.set(field, ordered.get(field))


def _carry_taxes(order: Document, contract: Document) -> None:
	"""Take what the engine worked out, and the default taxes if the contract had none."""
	if len(contract.taxes) != len(order.taxes):
		contract.set("taxes", [{field: tax.get(field) for field in orders.TAX_FIELDS} for tax in order.taxes])
	for tax, ordered in zip(contract.taxes, order.taxes, strict=True):
		tax.tax_amount = ordered.tax_amount
		tax.total = ordered.total
		tax.base_tax_amount = ordered.base_tax_amount
		tax.base_total = ordered.base_total
