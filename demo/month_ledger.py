"""What the ledgers of the story say about open invoices, money and plans, for the collections month."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

import frappe

from l2c_app.core.cash_forecast import Owing
from l2c_app.core.matching import Item

CURRENCY, CENTS = "USD", 100
KINDS = (
	"number",
	"number spaced",
	"running number",
	"name only",
	"short",
	"went back",
	"nobody",
	"unpaid",
	"promised",
)
WAITS, SMALLEST = "waits", 100
MATCHED = ("number", "number spaced", "running number", "name only", "promised")


@dataclass(frozen=True)
class Open:
	"""One open invoice: minor units, who owes it under which contract, how it is paid, money that waits for it."""

	item: Item
	name: str
	contract: str
	kind: str
	unapplied: int = 0


@dataclass(frozen=True)
class Row:
	invoice: str
	amount: int
	day: date
	is_cash: bool


def entries() -> list[Row]:
	fields = ["against_voucher_no", "amount_in_account_currency", "posting_date", "voucher_type"]
	filters = {"party_type": "Customer", "delinked": 0, "account_currency": CURRENCY}
	filters |= {"against_voucher_type": "Sales Invoice"}
	found = frappe.get_all(
		"Payment Ledger Entry", filters=filters, fields=fields, order_by="posting_date, name"
	)
	return [
		Row(
			row.against_voucher_no,
			round(row.amount_in_account_currency * CENTS),
			frappe.utils.getdate(row.posting_date),
			row.voucher_type == "Payment Entry",
		)
		for row in found
	]


def invoices(names: list[str]) -> list:
	fields = ["name", "customer", "customer_name", "due_date", "l2c_contract"]
	return frappe.get_all(
		"Sales Invoice", filters={"name": ("in", names)}, fields=fields, order_by="due_date, name"
	)


def paid(invoice: str) -> int:
	return -sum(row.amount for row in entries() if row.invoice == invoice and row.is_cash)


def new(each: Open) -> int:
	"""Return what came on an invoice since it was read."""
	return each.item.open - sum(row.amount for row in entries() if row.invoice == each.item.key)


def open_invoices() -> list[Open]:
	"""Return the open invoices of contracts, the oldest first, each with the way in which its customer pays."""
	left: Counter = Counter()
	for row in entries():
		left[row.invoice] += row.amount
	found: list[Open] = []
	kinds = iter([*KINDS, *MATCHED, *MATCHED])
	for row in invoices([name for name, amount in left.items() if amount >= SMALLEST]):
		due = frappe.utils.getdate(row.due_date)
		item = Item(row.name, row.customer, left[row.name], CURRENCY, due, (row.name,))
		unapplied = waiting(row.l2c_contract)
		kind = WAITS if unapplied else next(kinds, "")
		if row.l2c_contract and kind:
			found.append(Open(item, row.customer_name, row.l2c_contract, kind, unapplied))
	return found


def waiting(contract: str) -> int:
	"""Return money on a contract that no invoice has taken: its invoices are open, yet nobody owes them."""
	known = frappe.db.get_value("Sales Contract", contract, ["advance", "on_account"]) if contract else None
	return round(sum(known) * CENTS) if known else 0


def owing_before(start: date) -> tuple[list[Owing], float]:
	"""Return what the plans of contracts signed before a day still asked for, and the usual delay in days by then.

	Money before that day goes to the rows in the order of their due dates.
	"""
	received, owing, delays = money(), [], []
	for contract, rows in plans(start).items():
		came = [[day, amount] for day, amount in received.get(contract, ()) if day < start]
		for due, amount in rows:
			while amount and came:
				part = min(amount, came[0][1])
				delays.append(((came[0][0] - due).days, part))
				amount, came[0][1] = amount - part, came[0][1] - part
				came = came if came[0][1] else came[1:]
			if amount:
				owing.append(Owing(amount, due))
	paid = sum(part for _days, part in delays)
	return owing, sum(days * part for days, part in delays) / paid if paid else 0.0


def plans(start: date) -> dict[str, list[tuple[date, int]]]:
	"""Return (due date, minor units of company currency) of every plan row, by contract."""
	filters = {"docstatus": 1, "transaction_date": ("<", start)}
	fields = ["name", "conversion_rate"]
	rates = {
		row.name: row.conversion_rate
		for row in frappe.get_all("Sales Contract", filters=filters, fields=fields, order_by="name")
	}
	filters = {"parent": ("in", list(rates)), "parenttype": "Sales Contract", "due_date": ("is", "set")}
	fields = ["parent", "due_date", "amount"]
	found: dict[str, list[tuple[date, int]]] = defaultdict(list)
	for row in frappe.get_all(
		"Sales Contract Plan Row", filters=filters, fields=fields, order_by="due_date, idx"
	):
		amount = round(row.amount * rates[row.parent] * CENTS)
		found[row.parent].append((frappe.utils.getdate(row.due_date), amount))
	return found


def money() -> dict[str, list[tuple[date, int]]]:
	"""Return (day, minor units of company currency) of the money of every contract, the oldest first."""
	filters = {"kind": ("in", ["Cash", "Advance"]), "base_amount": (">", 0)}
	fields = ["contract", "posting_date", "base_amount"]
	found: dict[str, list[tuple[date, int]]] = defaultdict(list)
	for row in frappe.get_all(
		"Contract Voucher", filters=filters, fields=fields, order_by="posting_date, name"
	):
		found[row.contract].append((frappe.utils.getdate(row.posting_date), round(row.base_amount * CENTS)))
	return found
