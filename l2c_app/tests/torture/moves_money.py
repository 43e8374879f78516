"""Steps with payments, journals and receipts."""

from typing import Any

import frappe
from frappe.utils import flt, nowdate

from l2c_app.services.receipt import collections
from l2c_app.services.receipt.receipt_payment import Receipt
from l2c_app.tests import factories, receivables
from l2c_app.tests.torture.moves_billing import amend
from l2c_app.tests.torture.step import native, ours
from l2c_app.tests.torture.world import Draw, World

INVOICE, ORDER, PAYMENT, JOURNAL = "Sales Invoice", "Sales Order", "Payment Entry", "Journal Entry"


def receipt(world: World, draw: Draw, amount: float, *against: tuple, **values: Any) -> Any:
	"""Make a native payment of the customer at some rate."""
	return receivables.receipt(
		world.customer,
		flt(amount, 2),
		against=list(against),
		currency=world.currency,
		rate=draw.rate(),
		**values,
	)


@native(weight=4)
def pay(world: World, draw: Draw) -> bool | None:
	"""Pay an invoice or a part of it."""
	invoices = world.open_invoices()
	if not invoices:
		return False
	invoice = draw.pick(invoices)
	amount = draw.part(invoice.outstanding_amount)
	receipt(world, draw, amount, (INVOICE, invoice.name, amount))
	return None


@native(weight=2)
def overpay(world: World, draw: Draw) -> bool | None:
	"""Pay every open invoice and more."""
	invoices = world.open_invoices()
	if not invoices:
		return False
	targets = [(INVOICE, row.name, row.outstanding_amount) for row in invoices]
	more = draw.pick((0.01, 7.77, 500, 5000))
	receipt(world, draw, sum(target[2] for target in targets) + more, *targets)
	return None


@native(weight=3)
def deposit(world: World, draw: Draw) -> bool | None:
	"""Pay on an order; perhaps more than it asks for."""
	orders = world.orders()
	if not orders:
		return False
	order = draw.pick(orders)
	amount = draw.part(order.grand_total * draw.pick((0.3, 0.3, 1)))
	more = draw.pick((0, 0, 11.11))
	receipt(world, draw, amount + more, (ORDER, order.name, amount))
	return None


@native(weight=2)
def pay_on_account(world: World, draw: Draw) -> None:
	"""Pay without saying what for."""
	receipt(world, draw, draw.pick((0.01, 77, 333.33, 2500)))


@native(host_only="deductions of foreign payments")
def pay_less_a_fee(world: World, draw: Draw) -> bool | None:
	"""A bank takes a fee off a payment."""
	invoices = [row for row in world.open_invoices() if row.outstanding_amount > 5]
	if not invoices:
		return False
	invoice = draw.pick(invoices)
	allocated = invoice.outstanding_amount
	payment = receipt(world, draw, allocated - 3, (INVOICE, invoice.name, allocated), submit=False)
	center = frappe.get_cached_value("Company", factories.COMPANY, "cost_center")
	fee = {
		"account": receivables.expense_account(),
		"cost_center": center,
		"amount": payment.difference_amount,
	}
	payment.append("deductions", fee)
	payment.save()
	payment.submit()
	return None


@native(host_only="payments to customers")
def pay_back(world: World, draw: Draw) -> bool | None:
	"""Pay a credit note back, or money on account."""
	notes = [row for row in world.notes() if row.outstanding_amount < 0]
	if notes and draw.yes():
		note = draw.pick(notes)
		amount = draw.part(-note.outstanding_amount)
		receipt(world, draw, amount, (INVOICE, note.name, -amount), pay=True)
		return None
	free = [row for row in world.payments() if row.payment_type == "Receive" and row.unallocated_amount > 0]
	if not free:
		return False
	receipt(world, draw, draw.part(draw.pick(free).unallocated_amount), pay=True)
	return None


# Journals


def journal(world: World, draw: Draw, amount: float, *, bank: bool, reference: tuple | None = None) -> Any:
	"""Make a native journal that takes an amount off the customer's debt, from the bank or written off."""
	rate = draw.rate()
	credit = receivables.party_credit(
		world.customer, amount, reference=reference, account=world.account, exchange_rate=rate
	)
	account = factories.bank_account() if bank else receivables.expense_account()
	base = flt(amount * rate, 2)
	return receivables.journal([credit, {"account": account, "debit_in_account_currency": base}])


@native(weight=2, host_only="journals in foreign currency")
def write_off(world: World, draw: Draw) -> bool | None:
	"""Write some of an invoice off, or receive it by a journal."""
	invoices = world.open_invoices()
	if not invoices:
		return False
	invoice = draw.pick(invoices)
	amount = draw.part(invoice.outstanding_amount)
	journal(world, draw, amount, bank=draw.yes(), reference=(INVOICE, invoice.name))
	return None


@native(host_only="an advance by Journal Entry")
def journal_deposit(world: World, draw: Draw) -> bool | None:
	"""Receive a deposit on an order by a journal."""
	orders = world.orders()
	if not orders:
		return False
	order = draw.pick(orders)
	journal(world, draw, draw.part(order.grand_total / 5), bank=True, reference=(ORDER, order.name))
	return None


@native(host_only="journals in foreign currency")
def journal_on_account(world: World, draw: Draw) -> None:
	"""Receive money by a journal that names no document."""
	journal(world, draw, draw.pick((0.1, 50, 123.45)), bank=True)


# Moving and undoing


@native(weight=3, host_only="reconciliation")
def reconcile(world: World, draw: Draw) -> bool | None:
	"""Apply money on account, a credit note or a journal to an invoice."""
	invoices = world.open_invoices()
	sources = [(row.name, row.unallocated_amount) for row in world.payments() if row.unallocated_amount > 0]
	sources += [(row.name, -row.outstanding_amount) for row in world.notes() if row.outstanding_amount < 0]
	if not invoices or not sources:
		return False
	invoice, (source, free) = draw.pick(invoices), draw.pick(sources)
	amount = draw.part(min(free, invoice.outstanding_amount))
	receivables.reconcile(
		world.customer, source, invoice.name, amount, account=world.account, advance=world.advance
	)
	return None


@native(weight=2, host_only="unreconciliation")
def unreconcile(world: World, draw: Draw) -> bool | None:
	"""Take a payment off its documents, or off one of them."""
	filters = {"parent": ("in", [row.name for row in world.payments()] or [""]), "docstatus": 1}
	fields = ["parent", "reference_name"]
	rows = frappe.get_all("Payment Entry Reference", filters=filters, fields=fields, order_by="parent, idx")
	if not rows:
		return False
	row = draw.pick(rows)
	receivables.unreconcile(PAYMENT, row.parent, *((row.reference_name,) if draw.yes() else ()))
	return None


@native(weight=2)
def cancel_payment(world: World, draw: Draw) -> bool | None:
	"""Cancel a payment."""
	payments = world.payments()
	if not payments:
		return False
	frappe.get_doc(PAYMENT, draw.pick(payments).name).cancel()
	return None


@native(host_only="journals in foreign currency")
def cancel_journal(world: World, draw: Draw) -> bool | None:
	"""Cancel a journal."""
	journals = world.journals()
	if not journals:
		return False
	frappe.get_doc(JOURNAL, draw.pick(journals)).cancel()
	return None


@native(host_only="amended payments")
def amend_payment(world: World, draw: Draw) -> bool | None:
	"""Cancel a payment and submit its amended copy."""
	return amend(PAYMENT, [row.name for row in world.payments()], draw)


# Receipts of this app


@ours(weight=2)
def collect(world: World, draw: Draw) -> None:
	"""Sales report a receipt for a contract, perhaps for a row; accounts confirm it."""
	contract = draw.pick(world.contracts)
	amount = draw.pick((100, 250.5, 3000))
	asked = {"contract": contract, "amount": amount}
	if draw.yes():
		asked["row_id"] = receivables.row_id(contract, draw.pick((1, 2, 3)))
	values = {"amount": amount, "received_on": nowdate()}
	chosen = Receipt(paid_to=factories.bank_account(world.currency))
	collections.confirm(collections.report(values, [asked]).name, chosen, despite="another receipt")
