"""What the portal shows a customer of his contracts and invoices: figures live from the ledger, in their own currency."""

from collections import Counter
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, format_date, getdate, nowdate

from l2c_app.core.money import from_minor, to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing import disputes, receivables, row_promises
from l2c_app.services.ledger import contract_position
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.portal import own
from l2c_app.services.printing import print_renderer
from l2c_app.services.signing import requests

FIGURES = ("billed", "settled", "open", "due", "overdue")
MOST = 200


def contracts() -> list[dict[str, Any]]:
	"""Return the visitor's approved contracts, newest first."""
	rows = frappe.get_all(
		"Sales Contract",
		filters={"customer": ("in", own.customers() or NO_NAMES), "docstatus": 1},
		fields=["name", "title", "status", "currency", "grand_total", "transaction_date", "open_amount"],
		order_by="transaction_date desc, name desc",
		limit=MOST,
	)
	return [
		{
			"name": row.name,
			"title": row.title or "",
			"status": _(row.status),
			"date": format_date(row.transaction_date),
			"total": print_renderer.money(row.grand_total, row.currency),
			"open": print_renderer.money(row.open_amount, row.currency),
		}
		for row in rows
	]


def contract(name: str) -> dict[str, Any]:
	"""Return a contract of the visitor with its plan and invoices. Raises PermissionError."""
	document = own.contract(name)
	found = contract_position.live(name)
	rows = {row.row_id: row for row in document.plan_rows}
	days = row_promises.open_days(name)

	def money(amount: float) -> str:
		return print_renderer.money(amount, document.currency)

	return {
		"name": name,
		"contract_title": document.title or "",
		"status": _(document.status),
		"seller": frappe.db.get_value("Company", document.company, "company_name"),
		"total": money(document.grand_total),
		"dates": [format_date(day) for day in (document.start_date, document.end_date) if day],
		"figures": {figure: money(found[figure]) for figure in FIGURES},
		"plan": [
			_plan_row(row, rows[row["row_id"]], money, days) for row in found["rows"] if row["row_id"] in rows
		],
		"may_promise": not document.terminated_on,
		"invoices": _invoices(document),
		"to_sign": _open_request(name),
		"signed": bool(document.signed_on),
	}


def invoices() -> list[dict[str, Any]]:
	"""Return what the visitor owes, piece by piece, oldest first, with what he said about it and may still dispute."""
	mine = own.customers()
	if not mine:
		return []
	found = [
		_piece(piece, *key, getdate(nowdate()))
		for key, pieces in receivables.owed(mine).items()
		for piece in pieces
	]
	said, undisputed = _said([row["invoice"] for row in found]), _undisputed(found)
	for row in found:
		row["said"] = said.get(row["invoice"], [])
		row["disputable"] = min(row["amount"], undisputed[row["invoice"]])
	return sorted(found, key=lambda row: (row["due_date"], row["invoice"]))[:MOST]


def _piece(piece: Any, customer: str, company: str, currency: str, today: date) -> dict[str, Any]:
	amount = flt(from_minor(piece.open, money_unit()))
	late = (today - piece.due).days if piece.due else 0
	return {
		"invoice": piece.document,
		"customer": customer,
		"company": company,
		"due_date": piece.due or today,
		"due": format_date(piece.due) if piece.due else "",
		"late": _("{0} days late").format(late) if late > 0 else "",
		"amount": amount,
		"open": print_renderer.money(amount, currency),
	}


def _undisputed(rows: list[dict[str, Any]]) -> dict[str, float]:
	"""Return what of each invoice is open and not disputed yet."""
	unit = money_unit()
	left: Counter[str] = Counter()
	for row in rows:
		left[row["invoice"]] += to_minor(row["amount"], unit)
	already = disputes.disputed(left)
	return {name: flt(from_minor(max(0, amount - already[name]), unit)) for name, amount in left.items()}


def statements() -> list[dict[str, str]]:
	"""Return (customer, company) of which the visitor can have a statement."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	return (
		frappe.qb.from_(entry)
		.where((entry.party_type == "Customer") & entry.party.isin(own.customers() or NO_NAMES))
		.where((entry.delinked == 0) & (entry.account_type == "Receivable"))
		.select(entry.party.as_("customer"), entry.company)
		.distinct()
		.orderby(entry.party, entry.company)
		.run(as_dict=True)
	)


def _plan_row(figures: dict[str, Any], row: Any, money: Any, days: dict[str, date]) -> dict[str, Any]:
	"""`left`: what may still be promised, in figures; `proposed`: what of it the form offers, as at the desk."""
	left = figures["open"] if row.row_id not in days else 0
	return {
		"row_id": row.row_id,
		"left": left,
		"proposed": left if figures["due"] > 0 else "",
		"said": _("Payment promised for {0}").format(format_date(days[row.row_id]))
		if row.row_id in days
		else "",
		"label": row.label or row.row_id,
		"due_date": format_date(row.due_date or row.fixed_date) if row.due_date or row.fixed_date else "",
		"status": _(figures["status"]),
		**{figure: money(figures[figure]) for figure in ("amount", "billed", "settled", "open", "due")},
	}


def _invoices(document: Any) -> list[str]:
	names = sorted({row.sales_invoice for row in document.plan_billing if row.sales_invoice})
	filters = {"name": ("in", names or NO_NAMES), "docstatus": 1, "customer": document.customer}
	return frappe.get_all("Sales Invoice", filters=filters, pluck="name", order_by="posting_date, name")


def _open_request(contract: str) -> str | None:
	"""Return the visitor's own request that waits for his signature."""
	filters = {
		"contract": contract,
		"email": frappe.db.get_value("User", frappe.session.user, "email") or "",
		"status": ("in", ["Sent", "Viewed"]),
	}
	return frappe.db.get_value(requests.REQUEST, filters)


def _said(names: list[str]) -> dict[str, list[str]]:
	found: dict[str, list[str]] = {}
	filters = {"sales_invoice": ("in", names or NO_NAMES), "status": "Open"}
	promised = frappe.get_all(
		"Promise to Pay", filters=filters, fields=["sales_invoice", "promised_for"], order_by="creation"
	)
	for row in promised:
		text = _("Payment promised for {0}").format(format_date(row.promised_for))
		found.setdefault(row.sales_invoice, []).append(text)
	disputed = frappe.get_all(
		"Receivable Dispute", filters=filters, fields=["sales_invoice", "code"], order_by="creation"
	)
	for row in disputed:
		found.setdefault(row.sales_invoice, []).append(_("Disputed: {0}").format(_(row.code)))
	return found
