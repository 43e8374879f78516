"""Steps with orders, deliveries, invoices and credit notes."""

from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.utils import flt

from l2c_app.services.billing import billing
from l2c_app.tests import receivables
from l2c_app.tests.torture.step import native, ours
from l2c_app.tests.torture.world import Draw, World


@ours(weight=5)
def bill(world: World, draw: Draw) -> bool | None:
	"""Bill a plan row, as a draft whose exchange rate accounts set, then submitted."""
	contract = draw.pick(world.contracts)
	row = receivables.row_id(contract, draw.pick((2, 3)))
	invoice = frappe.get_doc("Sales Invoice", billing.bill_row(contract, row, submit=False))
	rate = draw.rate()
	if rate != invoice.conversion_rate:
		invoice.conversion_rate = rate
		invoice.save()
	invoice.submit()
	return None


@native(weight=2)
def bill_natively(world: World, draw: Draw) -> bool | None:
	"""An accountant maps an order and bills some of its first line."""
	orders = world.orders()
	if not orders:
		return False
	invoice = make_sales_invoice(draw.pick(orders).name)
	if not invoice.items or not _set_lines(invoice, draw):
		return False
	invoice.set("payment_schedule", [])
	invoice.update({"conversion_rate": draw.rate(), "only_include_allocated_payments": int(draw.yes())})
	invoice.allocate_advances_automatically = int(draw.yes())
	invoice.insert()
	invoice.submit()
	return None


def _set_lines(invoice: Any, draw: Draw) -> bool:
	"""Bill a part of what the order's first line has left. Returns False if nothing is."""
	line = invoice.items[0]
	ordered = frappe.db.get_value("Sales Order Item", line.so_detail, ["amount", "billed_amt"], as_dict=True)
	left = flt(ordered.amount - ordered.billed_amt, 2)
	if left <= 0:
		return False
	amount = draw.part(left)
	line.update({"qty": 1, "rate": amount, "price_list_rate": amount})
	invoice.items = [line]
	return True


@native(host_only="credit notes", weight=3)
def credit_note(world: World, draw: Draw) -> bool | None:
	"""Credit some of an invoice: standing, to be billed again, or on the invoice itself."""
	invoices = world.invoices()
	if not invoices:
		return False
	invoice = draw.pick(invoices).name
	amount = frappe.db.get_value("Sales Invoice Item", {"parent": invoice, "idx": 1}, "amount")
	receivables.credit_note(
		invoice,
		draw.part(amount),
		bill_again=draw.yes(),
		update_outstanding_for_self=int(draw.yes()),
		conversion_rate=frappe.db.get_value("Sales Invoice", invoice, "conversion_rate"),
	)
	return None


@native(host_only="delivery notes")
def deliver(world: World, draw: Draw) -> bool | None:
	"""Deliver what is left of an order."""
	from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

	orders = world.orders()
	if not orders:
		return False
	note = make_delivery_note(draw.pick(orders).name)
	if not note.items:
		return False
	note.insert()
	note.submit()
	return None


@native(host_only="delivery notes")
def cancel_delivery(world: World, draw: Draw) -> bool | None:
	"""Take a delivery back."""
	return _cancel("Delivery Note", [row.name for row in world.notes_of_delivery()], draw)


@native(weight=2)
def cancel_free_invoice(world: World, draw: Draw) -> bool | None:
	"""Cancel an invoice on which there is no money."""
	return _cancel("Sales Invoice", [row.name for row in world.invoices() if not has_money(row.name)], draw)


@native(host_only="unlink on cancel")
def cancel_paid_invoice(world: World, draw: Draw) -> bool | None:
	"""Cancel an invoice with money on it."""
	return _cancel("Sales Invoice", [row.name for row in world.invoices() if has_money(row.name)], draw)


@native(host_only="credit notes")
def cancel_credit_note(world: World, draw: Draw) -> bool | None:
	"""Cancel a credit note."""
	return _cancel("Sales Invoice", [row.name for row in world.notes()], draw)


@native(host_only="unlink on cancel")
def amend_invoice(world: World, draw: Draw) -> bool | None:
	"""Cancel an invoice and submit its amended copy."""
	return amend("Sales Invoice", [row.name for row in world.invoices()], draw)


@native(host_only="unlink on cancel")
def amend_order(world: World, draw: Draw) -> bool | None:
	"""Cancel an order and submit its amended copy."""
	return amend("Sales Order", [row.name for row in world.orders()], draw)


def has_money(invoice: str) -> bool:
	"""Return whether anything but the invoice itself is in the payment ledger against it."""
	filters = {"against_voucher_no": invoice, "voucher_no": ("!=", invoice), "delinked": 0}
	return bool(frappe.db.exists("Payment Ledger Entry", filters))


def _cancel(doctype: str, names: list[str], draw: Draw) -> bool | None:
	if not names:
		return False
	frappe.get_doc(doctype, draw.pick(names)).cancel()
	return None


def amend(doctype: str, names: list[str], draw: Draw) -> bool | None:
	"""Cancel one of the documents and submit its amended copy. Returns False if there is none."""
	if not names:
		return False
	old = frappe.get_doc(doctype, draw.pick(names))
	old.cancel()
	new = frappe.copy_doc(old)
	new.update({"amended_from": old.name, "docstatus": 0})
	if doctype == "Sales Order":
		new.delivery_date = old.delivery_date
	new.insert()
	new.submit()
	return None
