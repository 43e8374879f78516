"""Named scenarios: what a salesperson or accountant does, with the host's own API and nothing else.

Each is a plain function of a World. `host_only` names the step at which the sandbox must say that it does not emulate
this; the cassette of the bench stays as documentation of what the host does.
"""

import json
from collections.abc import Callable

import frappe
from frappe.utils import add_days, flt, nowdate

from l2c_app.tests import factories
from l2c_app.tests.conformance.world import HOUR, SERVICE, World, expense_account

SCENARIOS: dict[str, Callable[[World], None]] = {}
HOST_ONLY: dict[str, str] = {}


def scenario(function: Callable[[World], None]) -> Callable[[World], None]:
	"""Register a scenario under its name."""
	SCENARIOS[function.__name__] = function
	return function


def host_only(reason: str) -> Callable:
	"""Register a scenario that the sandbox must refuse with NotEmulated."""

	def register(function: Callable[[World], None]) -> Callable[[World], None]:
		HOST_ONLY[function.__name__] = reason
		return scenario(function)

	return register


def invoice_of(order: object) -> object:
	"""Return the unsaved invoice that the host maps from an order."""
	from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

	invoice = make_sales_invoice(order.name)
	invoice.due_date = add_days(nowdate(), 30)
	return invoice


def payment_of(document: object, *, party_amount: float = 0) -> object:
	"""Return an unsaved receipt over what is open on an order or invoice, into the company's default account."""
	company = frappe.get_cached_doc("Company", document.company)
	known = frappe.get_doc(document.doctype, document.name)
	left = known.get("outstanding_amount")
	if document.doctype == "Sales Order":
		left = known.grand_total - known.advance_paid
	receipt = World().receipt(known.customer, party_amount or left, (known, party_amount or left))
	receipt.update({"paid_to": company.default_bank_account or company.default_cash_account})
	receipt.cost_center = known.get("cost_center")
	return receipt


def proposed_payment_of(document: object) -> object:
	"""Return the unsaved payment that the host itself proposes, also to a customer."""
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

	payment = get_payment_entry(document.doctype, document.name)
	payment.update({"reference_no": "CONFORMANCE", "reference_date": nowdate()})
	return payment


def return_of(invoice: object, **values: object) -> object:
	"""Return the unsaved credit note that the host maps from an invoice."""
	from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

	note = make_sales_return(invoice.name)
	note.update(values)
	return note


def set_rows(order: object, *rows: dict) -> None:
	"""Change qty and rate of a submitted order as the button Update Items does; rows in the order's own order."""
	from erpnext.controllers.accounts_controller import update_child_qty_rate

	changed = []
	for line, row in zip(order.items, rows, strict=True):
		base = {"docname": line.name, "item_code": line.item_code, "uom": line.uom, "conversion_factor": 1}
		base.update(
			{"delivery_date": str(line.delivery_date), "qty": line.qty, "rate": line.rate, "idx": line.idx}
		)
		changed.append({**base, **row})
	update_child_qty_rate("Sales Order", json.dumps(changed), order.name)


# Orders


@scenario
def order_saved_submitted_cancelled(world: World) -> None:
	order = world.order(world.customer(), (SERVICE, 2, 500), (HOUR, 1.5, 80))
	world.save(order)
	world.cancel(world.submit(order))


@scenario
def order_deleted_as_draft(world: World) -> None:
	order = world.save(world.order(world.customer()))
	world.does("delete", frappe.delete_doc, "Sales Order", order.name)


@scenario
def order_with_tax_added(world: World) -> None:
	lines = ((SERVICE, 3, 33.33), (HOUR, 2.25, 47.11))
	world.submit(world.order(world.customer(), *lines, taxes=[world.vat(13), world.vat(2.5)]))


@host_only("taxes included in the rate")
def order_with_tax_included(world: World) -> None:
	lines = ((SERVICE, 3, 33.33), (HOUR, 2.25, 47.11))
	world.submit(world.order(world.customer(), *lines, taxes=[world.vat(13, included=True)]))
	world.submit(world.order(world.customer(), (SERVICE, 1, 99.99), taxes=[world.vat(6, included=True)]))
	mixed = [world.vat(6, included=True), world.vat(3, included=True), world.freight(12.34)]
	world.submit(world.order(world.customer(), (SERVICE, 1, 100), (SERVICE, 3, 7.77), taxes=mixed))


@scenario
def order_with_freight(world: World) -> None:
	lines = ((SERVICE, 1, 70), (SERVICE, 1, 30), (HOUR, 0.333, 10))
	world.submit(world.order(world.customer(), *lines, taxes=[world.vat(6), world.freight(50)]))


@host_only("discounts on a whole document")
def order_with_discounts(world: World) -> None:
	lines = ((SERVICE, 1, 333.33), (HOUR, 3, 66.67))
	customer, vat = world.customer(), [world.vat(13)]
	world.submit(
		world.order(customer, *lines, taxes=vat, apply_discount_on="Grand Total", discount_amount=100)
	)
	world.submit(
		world.order(customer, *lines, taxes=vat, apply_discount_on="Net Total", discount_amount=99.99)
	)
	share = {"apply_discount_on": "Grand Total", "additional_discount_percentage": 7.5}
	world.submit(world.order(customer, *lines, taxes=vat, **share))
	freight = [world.vat(13), world.freight(20)]
	world.submit(
		world.order(customer, *lines, taxes=freight, apply_discount_on="Grand Total", discount_amount=50)
	)
	inclusive = [world.vat(13, included=True)]
	world.submit(
		world.order(customer, *lines, taxes=inclusive, apply_discount_on="Grand Total", discount_amount=50)
	)


@host_only("discounts on list prices")
def order_with_line_discount(world: World) -> None:
	order = world.order(world.customer(), (SERVICE, 1, 0), (SERVICE, 1, 0))
	order.items[0].update({"price_list_rate": 200, "discount_percentage": 10, "rate": 180})
	order.items[1].update({"price_list_rate": 100, "rate": 120})
	world.submit(order)


@scenario
def order_in_euro(world: World) -> None:
	customer = world.customer("Conformance Euro", currency="EUR")
	lines = ((SERVICE, 3, 33.33), (HOUR, 0.75, 21.21))
	world.submit(world.order(customer, *lines, currency="EUR", conversion_rate=1.2345, taxes=[world.vat(19)]))


@scenario
def order_refusals(world: World) -> None:
	customer = world.customer()
	world.refused("half a piece", world.quiet, world.order(customer, (SERVICE, 0.5, 100)))
	world.refused("quantity zero", world.quiet, world.order(customer, (SERVICE, 0, 100)))
	late = world.order(customer)
	late.delivery_date = late.items[0].delivery_date = add_days(nowdate(), -3)
	world.refused("delivered before ordered", world.quiet, late)
	no_date = world.order(customer)
	no_date.delivery_date = None
	world.refused("no delivery date", world.quiet, no_date)
	world.refused("no customer", world.quiet, world.order("No Such Customer"))
	world.refused("unknown item", world.quiet, world.order(customer, ("No Such Item", 1, 1)))
	world.refused("negative total", world.quiet, world.order(customer, (SERVICE, 1, -5)))
	no_rate = world.order(customer, currency="EUR", conversion_rate=0, selling_price_list="Standard Selling")
	no_rate.price_list_currency, no_rate.conversion_rate = "USD", 0
	world.refused("euro, company party account", world.quiet, world.order(customer, currency="EUR"))
	tax = {**world.vat(5), "charge_type": "On Previous Row Amount", "row_id": "1"}
	world.refused("tax on a row that is not there", world.quiet, world.order(customer, taxes=[tax]))
	world.refused(
		"included freight",
		world.quiet,
		world.order(customer, taxes=[{**world.freight(5), "included_in_print_rate": 1}]),
	)


@scenario
def order_for_disabled_customer(world: World) -> None:
	customer = world.customer()
	order = world.save(world.order(customer))
	frappe.db.set_value("Customer", customer, "disabled", 1)
	world.refused("submit", world.quiet, frappe.get_doc("Sales Order", order.name))
	world.refused("new order", world.quiet, world.order(customer))


@scenario
def order_of_disabled_item(world: World) -> None:
	customer = world.customer()
	frappe.db.set_value("Item", SERVICE, "disabled", 1)
	frappe.clear_document_cache("Item", SERVICE)
	world.refused("disabled", world.quiet, world.order(customer))
	frappe.db.set_value("Item", SERVICE, {"disabled": 0, "end_of_life": "2020-01-01"})
	frappe.clear_document_cache("Item", SERVICE)
	world.refused("end of life", world.quiet, world.order(customer))
	frappe.db.set_value("Item", SERVICE, {"end_of_life": None, "is_sales_item": 0})
	frappe.clear_document_cache("Item", SERVICE)
	world.refused("not for sale", world.quiet, world.order(customer))


@scenario
def order_held_closed_reopened(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 2, 500)))
	world.does("hold", order.update_status, "On Hold")
	world.refused("invoice while on hold", lambda: world.quiet(invoice_of(order)))
	world.does("resume", frappe.get_doc("Sales Order", order.name).update_status, "Draft")
	world.does("close", frappe.get_doc("Sales Order", order.name).update_status, "Closed")
	world.refused("invoice while closed", lambda: world.quiet(invoice_of(order)))
	world.refused("cancel while closed", lambda: frappe.get_doc("Sales Order", order.name).cancel())
	world.does("reopen", frappe.get_doc("Sales Order", order.name).update_status, "Draft")
	world.submit(invoice_of(order))


@scenario
def order_items_updated(world: World) -> None:
	order = world.submit(
		world.order(world.customer(), (SERVICE, 2, 500), (HOUR, 10, 60), taxes=[world.vat(13)])
	)
	world.does("more hours", set_rows, order, {}, {"qty": 12.5})
	order = frappe.get_doc("Sales Order", order.name)
	world.does("dearer", set_rows, order, {"rate": 550}, {"rate": 55.5})
	world.submit(invoice_of(order))
	order = frappe.get_doc("Sales Order", order.name)
	world.refused("less than billed", set_rows, order, {"qty": 1}, {})
	world.refused("half a piece more", set_rows, order, {"qty": 2.5}, {})
	world.refused("cheaper than billed", set_rows, order, {"rate": 1}, {})
	world.does("more after billing", set_rows, order, {"qty": 3}, {})


@scenario
def order_amended(world: World) -> None:
	order = world.cancel(world.submit(world.order(world.customer(), (SERVICE, 2, 500))))
	amended = frappe.copy_doc(order)
	amended.docstatus = 0
	amended.amended_from = order.name
	amended.items[0].rate = 450
	world.submit(amended)


@scenario
def order_payment_schedule(world: World) -> None:
	customer = world.customer()
	order = world.order(customer, (SERVICE, 1, 1000))
	for days, portion in ((10, 30), (40, 70)):
		order.append("payment_schedule", {"due_date": add_days(nowdate(), days), "invoice_portion": portion})
	world.submit(order)
	twice = world.order(customer)
	for portion in (30, 70):
		twice.append("payment_schedule", {"due_date": add_days(nowdate(), 10), "invoice_portion": portion})
	world.refused("same date twice", world.quiet, twice)
	early = world.order(customer)
	early.append("payment_schedule", {"due_date": add_days(nowdate(), -10), "invoice_portion": 100})
	world.refused("due before the order", world.quiet, early)
	short = world.order(customer)
	short.append(
		"payment_schedule",
		{"due_date": add_days(nowdate(), 10), "invoice_portion": 90, "payment_amount": 900},
	)
	world.refused("less than the total", world.quiet, short)


# Invoices


@scenario
def order_billed_at_once(world: World) -> None:
	order = world.submit(
		world.order(world.customer(), (SERVICE, 2, 500), (HOUR, 3, 99.99), taxes=[world.vat(13)])
	)
	invoice = world.save(invoice_of(order))
	world.submit(invoice)
	world.refused("nothing left to bill", lambda: world.quiet(invoice_of(order)))


@scenario
def order_billed_in_parts(world: World) -> None:
	order = world.submit(
		world.order(world.customer(), (HOUR, 10, 100), (SERVICE, 1, 1000), taxes=[world.vat(13)])
	)
	first = invoice_of(order)
	first.items[0].qty = 4
	first.items[1].rate = 250
	world.submit(first)
	second = invoice_of(order)
	second.items[0].qty = 6
	second.items[1].update({"qty": 1, "rate": 750})
	world.submit(second)


@scenario
def order_overbilled(world: World) -> None:
	order = world.submit(world.order(world.customer(), (HOUR, 10, 100)))
	invoice = invoice_of(order)
	invoice.items[0].rate = 100.01
	world.refused("one cent an hour more", world.quiet, invoice)
	whole = world.submit(invoice_of(order))
	again = frappe.copy_doc(whole)
	again.docstatus = 0
	world.refused("the same again", world.quiet, again)
	world.cancel(whole)
	world.submit(invoice_of(order))


@scenario
def order_cancelled_under_an_invoice(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 1, 100)))
	draft = world.save(invoice_of(order))
	world.refused("with a draft", lambda: world.cancel_quietly(order))
	world.quiet(draft)
	world.refused("with a submitted one", lambda: world.cancel_quietly(order))
	world.cancel(draft)
	world.cancel(order)


@host_only("discounts on a whole document")
def order_with_freight_and_discount_billed(world: World) -> None:
	taxes = [world.vat(10), world.freight(50)]
	order = world.order(world.customer(), (SERVICE, 1, 700), (SERVICE, 1, 300), taxes=taxes)
	order.update({"apply_discount_on": "Grand Total", "discount_amount": 100})
	world.submit(invoice_of(world.submit(order)))


@host_only("taxes included in the rate")
def order_billed_with_included_tax(world: World) -> None:
	order = world.order(
		world.customer(), (SERVICE, 1, 999.99), (HOUR, 3, 33.33), taxes=[world.vat(13, included=True)]
	)
	world.submit(invoice_of(world.submit(order)))


@scenario
def two_orders_on_one_invoice(world: World) -> None:
	customer = world.customer()
	first = world.submit(world.order(customer, (HOUR, 1, 100)))
	second = world.submit(world.order(customer, (HOUR, 2, 100)))
	invoice, other = invoice_of(first), invoice_of(second)
	line = other.items[0].as_dict()
	invoice.append(
		"items", {key: line[key] for key in ("item_code", "qty", "rate", "sales_order", "so_detail")}
	)
	world.submit(invoice)


@scenario
def invoice_without_order(world: World) -> None:
	invoice = world.save(
		world.invoice(world.customer(), (SERVICE, 1, 500), taxes=[world.vat(13), world.freight(7)])
	)
	world.cancel(world.submit(invoice))


@scenario
def invoice_overdue(world: World) -> None:
	past = {
		"posting_date": add_days(nowdate(), -20),
		"set_posting_time": 1,
		"due_date": add_days(nowdate(), -5),
	}
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 500), **past))
	world.submit(world.receipt(invoice.customer, 200, (invoice, 200)))


@scenario
def invoice_amended(world: World) -> None:
	invoice = world.cancel(world.submit(world.invoice(world.customer(), (SERVICE, 1, 500))))
	amended = frappe.copy_doc(invoice)
	amended.update({"docstatus": 0, "amended_from": invoice.name})
	world.submit(amended)


@scenario
def invoice_schedule(world: World) -> None:
	customer = world.customer()
	invoice = world.invoice(customer, (SERVICE, 1, 1000), due_date=None)
	for days, portion in ((10, 30), (40, 70)):
		invoice.append(
			"payment_schedule", {"due_date": add_days(nowdate(), days), "invoice_portion": portion}
		)
	invoice = world.submit(invoice)
	world.submit(world.receipt(customer, 400, (invoice, 400)))
	by_amount = world.invoice(customer, (SERVICE, 1, 1000), due_date=None)
	for days, amount in ((5, 123.45), (50, 876.55)):
		by_amount.append(
			"payment_schedule", {"due_date": add_days(nowdate(), days), "payment_amount": amount}
		)
	world.submit(by_amount)
	short = world.invoice(customer, (SERVICE, 1, 1000), due_date=None)
	short.append("payment_schedule", {"due_date": add_days(nowdate(), 5), "payment_amount": 900})
	world.refused("less than the total", world.quiet, short)


@scenario
def invoice_refusals(world: World) -> None:
	customer = world.customer()
	early = world.invoice(customer)
	early.due_date = add_days(nowdate(), -1)
	world.refused("due before posted", world.quiet, early)
	old = world.invoice(customer, posting_date="2001-01-01", set_posting_time=1, due_date="2001-02-01")
	world.refused("no fiscal year", world.quiet, old)
	world.refused("half a piece", world.quiet, world.invoice(customer, (SERVICE, 0.5, 1)))
	world.refused("not receivable", world.quiet, world.invoice(customer, debit_to=factories.bank_account()))
	world.refused(
		"group account",
		world.quiet,
		world.invoice(customer, debit_to=f"Accounts Receivable - {factories.ABBR}"),
	)
	other = world.invoice(customer, debit_to=factories.receivable_account("EUR"))
	world.refused("receivable in another currency", world.quiet, other)
	group = world.invoice(customer)
	group.items[0].income_account = f"Direct Income - {factories.ABBR}"
	world.refused("income on a group account", world.quiet, group)
	cost_center = world.invoice(customer)
	cost_center.items[0].cost_center = f"{factories.COMPANY} - {factories.ABBR}"
	world.refused("group cost centre", world.quiet, cost_center)
	draft = world.save(world.order(customer))
	line = {
		"item_code": SERVICE,
		"qty": 1,
		"rate": 1000,
		"sales_order": draft.name,
		"so_detail": draft.items[0].name,
	}
	of_draft = world.invoice(customer)
	of_draft.set("items", [line])
	world.refused("of a draft order", world.quiet, of_draft)
	theirs = world.submit(world.order(world.customer("Conformance Other")))
	of_theirs = world.invoice(customer)
	of_theirs.set("items", [{**line, "sales_order": theirs.name, "so_detail": theirs.items[0].name}])
	world.refused("of another customer's order", world.quiet, of_theirs)


def freeze_until(date: str, *, but_for: str) -> None:
	"""Freeze the books but for a role: a setting in v15, the company's in v16."""
	if frappe.get_meta("Company").has_field("accounts_frozen_till_date"):
		values = {"accounts_frozen_till_date": date, "role_allowed_for_frozen_entries": but_for}
		frappe.db.set_value("Company", factories.COMPANY, values)
		frappe.clear_document_cache("Company", factories.COMPANY)
		return
	for field, value in (("acc_frozen_upto", date), ("frozen_accounts_modifier", but_for)):
		frappe.db.set_single_value("Accounts Settings", field, value)
	frappe.clear_document_cache("Accounts Settings", "Accounts Settings")


@host_only("frozen books")
def invoice_in_frozen_period(world: World) -> None:
	customer = world.customer()
	freeze_until(add_days(nowdate(), 1), but_for="Auditor")
	with as_accountant():
		world.refused("frozen period", world.quiet, world.invoice(customer))


class as_accountant:
	"""Run a block as a user who may post but is not Administrator."""

	def __enter__(self) -> None:
		frappe.set_user(factories.accounts_user())

	def __exit__(self, *_error: object) -> None:
		frappe.set_user("Administrator")


@scenario
def euro_invoice_paid_at_its_rate(world: World) -> None:
	customer = world.customer("Conformance Euro", currency="EUR")
	order = world.submit(
		world.order(customer, (SERVICE, 1, 800), (HOUR, 2, 100), currency="EUR", conversion_rate=1.2)
	)
	invoice = world.submit(invoice_of(order))
	world.submit(world.receipt(customer, 400, (invoice, 400), currency="EUR", rate=1.2))
	world.submit(world.receipt(customer, 600, (invoice, 600), currency="EUR", rate=1.2, bank="USD"))


@scenario
def euro_money_on_account(world: World) -> None:
	customer = world.customer("Conformance Euro", currency="EUR")
	world.cancel(world.submit(world.receipt(customer, 333.33, currency="EUR", rate=1.2345)))


@host_only("exchange gain and loss")
def euro_invoice_paid_at_another_rate(world: World) -> None:
	customer = world.customer("Conformance Euro", currency="EUR")
	invoice = world.submit(world.invoice(customer, (SERVICE, 1, 1000), currency="EUR", conversion_rate=1.2))
	world.submit(world.receipt(customer, 400, (invoice, 400), currency="EUR", rate=1.25))


@scenario
def rounded_total(world: World) -> None:
	customer = world.customer("Conformance Franc", currency="CHF")
	franc = {"currency": "CHF", "conversion_rate": 1.1}
	world.submit(world.order(customer, (SERVICE, 1, 33.38), **franc))
	world.submit(world.order(customer, (SERVICE, 1, 33.38), disable_rounded_total=1, **franc))


@host_only("rounding entries")
def rounded_invoice(world: World) -> None:
	customer = world.customer("Conformance Franc", currency="CHF")
	world.submit(world.invoice(customer, (SERVICE, 1, 33.38), currency="CHF", conversion_rate=1.1))


# Payments


@scenario
def invoice_paid_as_proposed(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 1000), taxes=[world.vat(13)]))
	payment = payment_of(invoice)
	world.save(payment)
	world.cancel(world.submit(payment))


@scenario
def invoice_paid_in_parts(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 1000)))
	first = world.submit(world.receipt(invoice.customer, 300.33, (invoice, 300.33)))
	world.submit(payment_of(invoice))
	world.cancel(first)
	world.submit(payment_of(invoice, party_amount=100))


@scenario
def two_invoices_with_one_payment(world: World) -> None:
	customer = world.customer()
	first = world.submit(world.invoice(customer, (SERVICE, 1, 100)))
	second = world.submit(world.invoice(customer, (SERVICE, 1, 200)))
	world.cancel(world.submit(world.receipt(customer, 350, (first, 100), (second, 150))))


@scenario
def money_on_account(world: World) -> None:
	customer = world.customer()
	world.cancel(world.submit(world.receipt(customer, 77.7)))


@scenario
def payment_with_bank_fee(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 100)))
	payment = world.receipt(invoice.customer, 97, (invoice, 100))
	cost_center = frappe.db.get_value("Company", factories.COMPANY, "cost_center")
	payment.append("deductions", {"account": expense_account(), "cost_center": cost_center, "amount": 3})
	world.cancel(world.submit(payment))


@scenario
def payment_refusals(world: World) -> None:
	customer = world.customer()
	invoice = world.submit(world.invoice(customer, (SERVICE, 1, 100)))
	draft = world.save(world.invoice(customer, (SERVICE, 1, 100)))
	other = world.submit(world.invoice(world.customer("Conformance Other"), (SERVICE, 1, 100)))
	world.refused("more than outstanding", world.quiet, world.receipt(customer, 101, (invoice, 101)))
	world.refused("more than paid", world.quiet, world.receipt(customer, 50, (invoice, 100)))
	world.refused("twice the same", world.quiet, world.receipt(customer, 60, (invoice, 30), (invoice, 30)))
	world.refused("a draft", world.quiet, world.receipt(customer, 100, (draft, 100)))
	world.refused("another customer's", world.quiet, world.receipt(customer, 100, (other, 100)))
	world.refused("nothing", world.quiet, world.receipt(customer, 0))
	world.refused("negative", world.quiet, world.receipt(customer, -5))
	world.refused("negative allocation", world.quiet, world.receipt(customer, 5, (invoice, -5)))
	no_reference = world.receipt(customer, 5)
	no_reference.reference_no = no_reference.reference_date = None
	world.refused("bank without reference", world.quiet, no_reference)
	same = world.receipt(customer, 5, paid_from=factories.bank_account())
	world.refused("from the bank", world.quiet, same)
	group = world.receipt(customer, 5, paid_to=f"Bank Accounts - {factories.ABBR}")
	world.refused("to a group account", world.quiet, group)
	no_rate = world.receipt(customer, 5, currency="EUR")
	no_rate.update({"source_exchange_rate": 0, "target_exchange_rate": 0})
	world.refused("euro from a dollar customer", world.quiet, no_rate)
	unknown = world.receipt("No Such Customer", 5)
	world.refused("unknown customer", world.quiet, unknown)
	early = world.receipt(customer, 5, posting_date="2001-01-01")
	world.refused("no fiscal year", world.quiet, early)


@scenario
def payment_left_over_and_paid_again(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 100)))
	world.submit(world.receipt(invoice.customer, 120, (invoice, 100)))
	world.refused("paid already", lambda: world.quiet(payment_of(invoice)))


@host_only("credit notes")
def refund_of_a_credit_note(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 500)))
	world.submit(payment_of(invoice))
	note = world.submit(return_of(invoice))
	world.submit(proposed_payment_of(note))


@host_only("payments to customers")
def money_returned_to_the_customer(world: World) -> None:
	customer = world.customer()
	world.submit(world.receipt(customer, 200))
	world.submit(world.refund(customer, 150))


# Advances


@scenario
def deposit_on_an_order(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 1, 1000)))
	deposit = world.submit(world.receipt(order.customer, 300, (order, 300)))
	world.cancel(deposit)


@scenario
def deposit_as_proposed(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 1, 1000), taxes=[world.vat(13)]))
	world.submit(world.receipt(order.customer, 300, (order, 300)))
	world.submit(payment_of(order))


@scenario
def euro_deposit(world: World) -> None:
	customer = world.customer("Conformance Euro", currency="EUR")
	order = world.submit(world.order(customer, (SERVICE, 1, 1000), currency="EUR", conversion_rate=1.2))
	world.submit(world.receipt(customer, 300, (order, 300), currency="EUR", rate=1.2))


@scenario
def deposit_refusals(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 1, 1000)))
	world.refused("more than the order", world.quiet, world.receipt(order.customer, 1200, (order, 1200)))
	world.submit(world.receipt(order.customer, 1200, (order, 1000)))
	world.refused("paid already", world.quiet, world.receipt(order.customer, 1, (order, 1)))


@scenario
def deposit_drawn_by_the_invoice(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 1, 1000)))
	world.submit(world.receipt(order.customer, 300, (order, 300)))
	invoice = invoice_of(order)
	invoice.allocate_advances_automatically = 0
	invoice.set_advances()
	for row in invoice.advances:
		row.allocated_amount = 250
	world.submit(invoice)
	world.submit(payment_of(invoice))


@scenario
def deposit_drawn_automatically(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 1, 1000)))
	world.submit(world.receipt(order.customer, 300, (order, 300)))
	world.submit(world.receipt(order.customer, 77))
	invoice = invoice_of(order)
	invoice.update({"allocate_advances_automatically": 1, "only_include_allocated_payments": 1})
	world.submit(invoice)


@scenario
def money_on_account_drawn_automatically(world: World) -> None:
	customer = world.customer()
	world.submit(world.receipt(customer, 77))
	world.submit(world.invoice(customer, (SERVICE, 1, 100), allocate_advances_automatically=1))


@scenario
def two_deposits_drawn_in_turn(world: World) -> None:
	order = world.submit(world.order(world.customer(), (HOUR, 10, 100)))
	world.submit(world.receipt(order.customer, 200, (order, 200)))
	world.submit(world.receipt(order.customer, 300, (order, 300)))
	for hours in (4, 6):
		invoice = invoice_of(order)
		invoice.items[0].qty = hours
		invoice.update({"allocate_advances_automatically": 1, "only_include_allocated_payments": 1})
		world.submit(invoice)


@scenario
def drawn_deposits_cancelled(world: World) -> None:
	order = world.submit(world.order(world.customer(), (HOUR, 10, 100)))
	deposits = [
		world.submit(world.receipt(order.customer, amount, (order, amount))) for amount in (200, 300.33)
	]
	invoice = invoice_of(order)
	invoice.update({"allocate_advances_automatically": 1, "only_include_allocated_payments": 1})
	invoice = world.submit(invoice)
	world.cancel(world.submit(payment_of(invoice)))
	for deposit in deposits:
		world.cancel(deposit)


@host_only("exchange gain and loss")
def euro_deposit_drawn_at_another_rate(world: World) -> None:
	customer = world.customer("Conformance Euro", currency="EUR")
	order = world.submit(world.order(customer, (SERVICE, 1, 1000), currency="EUR", conversion_rate=1.2))
	world.submit(world.receipt(customer, 300, (order, 300), currency="EUR", rate=1.15))
	invoice = invoice_of(order)
	invoice.update({"allocate_advances_automatically": 1, "only_include_allocated_payments": 1})
	world.submit(invoice)


@host_only("unlink on cancel")
def order_with_deposit_cancelled(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 1, 1000)))
	world.submit(world.receipt(order.customer, 300, (order, 300)))
	world.cancel(order)


@host_only("unlink on cancel")
def paid_invoice_cancelled(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 1000)))
	world.submit(payment_of(invoice))
	world.cancel(invoice)


@host_only("advances in a separate account")
def deposit_in_a_separate_account(world: World) -> None:
	parent = f"Duties and Taxes - {factories.ABBR}"
	account = factories.account(
		"Conformance Advances",
		parent=parent,
		account_type="Receivable",
		currency="USD",
		root_type="Liability",
	)
	fields = {
		"book_advance_payments_in_separate_party_account": 1,
		"default_advance_received_account": account,
	}
	frappe.db.set_value("Company", factories.COMPANY, fields)
	frappe.clear_document_cache("Company", factories.COMPANY)
	order = world.submit(world.order(world.customer(), (SERVICE, 1, 1000)))
	world.submit(world.receipt(order.customer, 300, (order, 300)))


# Credit notes


@host_only("credit notes")
def credit_note_standing(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 2, 500), taxes=[world.vat(13)]))
	invoice = world.submit(invoice_of(order))
	note = world.save(return_of(invoice))
	world.cancel(world.submit(note))


@host_only("credit notes")
def credit_note_in_part(world: World) -> None:
	order = world.submit(world.order(world.customer(), (HOUR, 10, 100)))
	invoice = world.submit(invoice_of(order))
	world.submit(payment_of(invoice, party_amount=400))
	note = return_of(invoice)
	note.items[0].qty = -2.5
	world.submit(note)
	world.submit(payment_of(invoice))


@host_only("credit notes")
def credit_note_to_bill_again(world: World) -> None:
	order = world.submit(world.order(world.customer(), (HOUR, 10, 100)))
	invoice = world.submit(invoice_of(order))
	note = return_of(invoice, update_billed_amount_in_sales_order=1)
	note.items[0].qty = -4
	world.submit(note)
	world.submit(invoice_of(order))


@host_only("outstanding after credit notes")
def credit_note_against_the_invoice(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 500)))
	world.submit(return_of(invoice, update_outstanding_for_self=0))


@host_only("credit notes")
def credit_note_after_an_advance(world: World) -> None:
	customer = world.customer()
	ordered = world.submit(world.order(customer, (HOUR, 10, 100)))
	world.submit(world.receipt(customer, 400, (ordered, 400)))
	drawing = invoice_of(ordered)
	drawing.set_advances()
	invoice = world.submit(drawing)
	world.refused("as the host maps it", lambda: world.quiet(return_of(invoice)))
	world.refused("without its advances", lambda: world.quiet(return_of(invoice, advances=[])))
	world.submit(world.receipt(customer, 150))
	automatic = world.invoice(customer, (SERVICE, 1, 100), allocate_advances_automatically=1)
	invoice = world.submit(automatic)
	world.refused("drawn automatically", lambda: world.quiet(return_of(invoice)))
	by_hand = return_of(invoice, allocate_advances_automatically=0)
	world.refused("drawn automatically, not again", lambda: world.quiet(by_hand))
	mapped_rows = world.invoice(customer, (SERVICE, 1, 100))
	mapped_rows.append("advances", {"advance_amount": 10, "allocated_amount": 10})
	world.refused("an advance of nothing", world.quiet, mapped_rows)


@host_only("credit notes")
def credit_note_refusals(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (HOUR, 10, 100)))
	more = return_of(invoice)
	more.items[0].qty = -11
	world.refused("more than billed", world.quiet, more)
	dearer = return_of(invoice)
	dearer.items[0].rate = 120
	world.refused("dearer than billed", world.quiet, dearer)
	positive = return_of(invoice)
	positive.items[0].qty = 1
	world.refused("positive", world.quiet, positive)
	early = return_of(invoice, posting_date=add_days(nowdate(), -5), set_posting_time=1)
	world.refused("before the invoice", world.quiet, early)
	world.submit(return_of(invoice))
	world.refused("all returned already", lambda: world.quiet(return_of(invoice)))
	world.refused("cancel the invoice", lambda: world.cancel(invoice))


# Journals


@scenario
def journal_write_off(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 500)))
	world.cancel(world.submit(world.journal(*write_off(invoice, 20))))


def write_off(invoice: object, amount: float) -> tuple[dict, dict]:
	"""Return the two rows that close a part of an invoice without money."""
	party = {"party_type": "Customer", "party": invoice.customer, "account": invoice.debit_to}
	closing = {**party, "credit_in_account_currency": amount}
	closing.update({"reference_type": "Sales Invoice", "reference_name": invoice.name})
	return {"account": expense_account(), "debit_in_account_currency": amount}, closing


@host_only("an advance by Journal Entry")
def journal_receipt_on_an_order(world: World) -> None:
	order = world.submit(world.order(world.customer(), (SERVICE, 1, 500)))
	party = {"party_type": "Customer", "party": order.customer, "account": factories.receivable_account()}
	row = {
		**party,
		"credit_in_account_currency": 120,
		"reference_type": "Sales Order",
		"reference_name": order.name,
	}
	bank = {"account": factories.bank_account(), "debit_in_account_currency": 120}
	world.cancel(world.submit(world.journal(bank, {**row, "is_advance": "Yes"})))


@scenario
def journal_on_account(world: World) -> None:
	party = {"party_type": "Customer", "party": world.customer(), "account": factories.receivable_account()}
	bank = {"account": factories.bank_account(), "debit_in_account_currency": 50}
	world.submit(world.journal(bank, {**party, "credit_in_account_currency": 50}))


@scenario
def journal_refusals(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 500)))
	debit, credit = write_off(invoice, 20)
	world.refused(
		"unbalanced", world.quiet, world.journal({**debit, "debit_in_account_currency": 19}, credit)
	)
	world.refused("more than open", world.quiet, world.journal(*write_off(invoice, 501)))
	world.refused(
		"receivable without party",
		world.quiet,
		world.journal(debit, {**credit, "party": None, "party_type": None}),
	)
	world.refused(
		"both sides", world.quiet, world.journal({**debit, "credit_in_account_currency": 20}, credit)
	)
	group = {**debit, "account": f"Indirect Expenses - {factories.ABBR}"}
	world.refused("group account", world.quiet, world.journal(group, credit))
	world.refused("no rows", world.quiet, world.journal())
	other = world.customer("Conformance Other")
	world.refused("another customer's invoice", world.quiet, world.journal(debit, {**credit, "party": other}))


# From lead to order


@scenario
def lead_to_customer(world: World) -> None:
	from erpnext.crm.doctype.lead.lead import make_customer

	lead = factories.make(
		"Lead", first_name="Ada", company_name="Conformance Works", email_id="ada@l2c.example.com"
	)
	world.step("lead")
	customer = make_customer(lead.name)
	customer.customer_group = factories.leaf_of("Customer Group")
	customer.territory = factories.leaf_of("Territory")
	world.save(customer)
	person = factories.make("Lead", first_name="Grace", last_name="Hopper", lead_owner=factories.sales_user())
	world.does("person", make_customer, person.name)
	world.refused("no name at all", factories.make, "Lead", status="Lead")
	world.refused("mail twice", factories.make, "Lead", first_name="Eve", email_id="ada@l2c.example.com")
	world.refused("not a mail", factories.make, "Lead", first_name="Eve", email_id="nobody")


@host_only("mapping of opportunities")
def lead_opportunity_quotation_order(world: World) -> None:
	from erpnext.crm.doctype.lead.lead import make_opportunity
	from erpnext.crm.doctype.opportunity.opportunity import make_quotation

	lead = factories.make("Lead", first_name="Ada", company_name="Conformance Works")
	world.step("lead")
	opportunity = make_opportunity(lead.name)
	opportunity.currency, opportunity.conversion_rate = "USD", 1
	opportunity.append("items", {"item_code": SERVICE, "qty": 2, "rate": 500, "uom": "Nos"})
	world.save(opportunity)
	quotation = make_quotation(opportunity.name)
	quotation.update({"selling_price_list": factories.price_list(), "plc_conversion_rate": 1})
	quotation.update(
		{"taxes_and_charges": None, "taxes": []}
	)  # the company's default template is not ours to know
	quotation.valid_till = add_days(nowdate(), 30)
	quotation = world.submit(quotation)
	world.submit(_ordered(quotation))


def _ordered(quotation: object) -> object:
	from erpnext.selling.doctype.quotation.quotation import make_sales_order

	order = make_sales_order(quotation.name)
	order.delivery_date = nowdate()
	for line in order.items:
		line.delivery_date = nowdate()
	return order


@scenario
def quotation_to_order(world: World) -> None:
	quotation = world.quotation(world.customer(), (SERVICE, 2, 500), (HOUR, 3, 80), taxes=[world.vat(13)])
	quotation = world.submit(quotation)
	order = world.submit(_ordered(quotation))
	world.refused("cancel the quotation first", lambda: world.cancel(quotation))
	world.cancel(order)
	world.cancel(quotation)


@scenario
def quotation_refusals(world: World) -> None:
	customer = world.customer()
	expired = world.quotation(customer, (SERVICE, 1, 100))
	expired.update({"transaction_date": add_days(nowdate(), -9), "valid_till": add_days(nowdate(), -5)})
	expired = world.submit(expired)
	world.refused("expired", lambda: world.quiet(_ordered(expired)))
	backwards = world.quotation(customer, (SERVICE, 1, 100))
	backwards.valid_till = add_days(nowdate(), -5)
	world.refused("valid till before its date", world.quiet, backwards)


# What only the real host does


@host_only("unreconciliation")
def payment_unreconciled(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 100)))
	payment = world.submit(payment_of(invoice))
	undo = frappe.new_doc("Unreconcile Payment")
	undo.update({"company": factories.COMPANY, "voucher_type": payment.doctype, "voucher_no": payment.name})
	undo.add_references()
	undo.flags.ignore_permissions = True
	undo.insert()
	undo.submit()
	world.step("unreconcile")


@host_only("reconciliation")
def money_on_account_reconciled(world: World) -> None:
	invoice = world.submit(world.invoice(world.customer(), (SERVICE, 1, 100)))
	world.submit(world.receipt(invoice.customer, 60))
	tool = frappe.get_doc("Payment Reconciliation")
	tool.update({"company": factories.COMPANY, "party_type": "Customer", "party": invoice.customer})
	tool.receivable_payable_account = factories.receivable_account()
	tool.get_unreconciled_entries()
	invoices = [row.as_dict() for row in tool.invoices]
	payments = [row.as_dict() for row in tool.payments]
	tool.allocate_entries({"invoices": invoices, "payments": payments})
	tool.reconcile()
	world.step("reconcile")


@scenario
def look_ups(world: World) -> None:
	"""Answers of functions that post nothing: written as the label of a step."""
	import erpnext
	from erpnext.accounts.party import get_party_account
	from erpnext.accounts.utils import get_fiscal_year
	from erpnext.setup.utils import get_exchange_rate

	world.step(f"company currency {erpnext.get_company_currency(factories.COMPANY)}")
	for name, currency in (("Conformance Customer", "USD"), ("Conformance Euro", "EUR")):
		account = get_party_account("Customer", world.customer(name, currency=currency), factories.COMPANY)
		world.step(f"party account {account}")
	world.step(f"rate {flt(get_exchange_rate('EUR', 'USD', nowdate()), 6)}")
	world.step(f"same currency {flt(get_exchange_rate('USD', 'USD', nowdate()), 6)}")
	world.refused("no fiscal year", get_fiscal_year, "2001-01-01", company=factories.COMPANY)
