"""Fiscal years, the payment ledger, drawing advances into invoices."""

import erpnext
import frappe
from erpnext.exceptions import FiscalYearError, left_out_if, refuse_if
from frappe._emulation import module_getattr
from frappe.query_builder.functions import Sum
from frappe.utils import flt, getdate, nowdate

LEDGER, ADVANCES, INVOICE = "Payment Ledger Entry", "Advance Payment Ledger Entry", "Sales Invoice"
COPIED = (
	"posting_date company account party_type party cost_center due_date voucher_type voucher_no voucher_detail_no "
	"account_currency remarks"
).split()
SAME_ROW = "account party voucher_type voucher_no against_voucher_type against_voucher_no".split()


def get_fiscal_year(date: str | None = None, *, company: str | None = None) -> tuple:
	"""(name, start, end) of the fiscal year of a date; refused when there is none."""
	day = getdate(date or nowdate())
	filters = {"disabled": 0, "year_start_date": ("<=", day), "year_end_date": (">=", day)}
	found = frappe.db.get_value("Fiscal Year", filters, ["name", "year_start_date", "year_end_date"])
	refuse_if(not found, f"{day} is not in any active Fiscal Year", FiscalYearError)
	return tuple(found)


def get_account_currency(account: str) -> str | None:
	"""Currency of an account: its own or the company's."""
	currency, company = frappe.get_cached_value("Account", account, ["account_currency", "company"])
	return currency or erpnext.get_company_currency(company)


def create_payment_ledger_entry(rows: list, *, cancel: bool = False, drawn: bool = False) -> None:
	"""One payment ledger row for each row on a receivable account; on cancel the first are delinked."""
	for row in rows:
		if frappe.get_cached_value("Account", row.account, "account_type") != "Receivable":
			continue
		sign = -1 if cancel else 1
		local = flt(row.debit_in_account_currency) - flt(row.credit_in_account_currency)
		entry = frappe.new_doc(LEDGER, **{key: row.get(key) for key in COPIED})
		entry.update(
			dict(account_type="Receivable", against_voucher_type=row.against_voucher_type or row.voucher_type,
				against_voucher_no=row.against_voucher or row.voucher_no, delinked=int(cancel),
				amount=sign * (flt(row.debit) - flt(row.credit)), amount_in_account_currency=sign * local)
		)  # fmt: skip
		if cancel:
			frappe.db.set_value(LEDGER, {key: entry.get(key) for key in SAME_ROW}, "delinked", 1)
		flags = dict(ignore_permissions=1, update_outstanding="No" if drawn else "Yes")
		if row.get("advance_voucher_no"):
			_post_advance(row, entry, flags)
		entry.flags.update(flags)
		entry.submit()


def _post_advance(row: frappe._dict, entry: object, flags: dict) -> None:
	"""v16: the order of an advance, with the payment ledger's sign; on cancel it and the row of the same event are delinked."""
	known = {key: entry.get(key) for key in ("company", "voucher_type", "voucher_no")}
	known |= dict(against_voucher_type=row.advance_voucher_type, against_voucher_no=row.advance_voucher_no)
	event = "Adjustment" if entry.against_voucher_type == INVOICE else "Submit"
	if entry.delinked:
		frappe.db.set_value(ADVANCES, known | {"event": event}, {"delinked": 1, "event": "Cancel"})
	advance = frappe.new_doc(ADVANCES, **known, event=event, delinked=entry.delinked)
	advance.update(dict(currency=entry.account_currency, amount=entry.amount_in_account_currency))
	advance.flags.update(flags)
	advance.submit()


def outstanding_of(voucher_type: str, voucher_no: str) -> float | None:
	"""What is open on a voucher in account currency; None if it is not posted (any more)."""
	ledger = frappe.qb.DocType(LEDGER)
	against = (ledger.against_voucher_type == voucher_type) & (ledger.against_voucher_no == voucher_no)
	if not frappe.db.exists(LEDGER, {"voucher_type": voucher_type, "voucher_no": voucher_no, "delinked": 0}):
		return None
	total = frappe.qb.from_(ledger).select(Sum(ledger.amount_in_account_currency))
	return flt(total.where((ledger.delinked == 0) & against).run()[0][0])


def update_voucher_outstanding(voucher_type: str, voucher_no: str) -> None:
	"""Write what is open back to the invoice, with its status."""
	outstanding = outstanding_of(voucher_type, voucher_no) if voucher_type == INVOICE else None
	if outstanding is None:
		return
	document = frappe.get_doc(voucher_type, voucher_no)
	document.outstanding_amount = flt(outstanding, document.precision("outstanding_amount"))
	frappe.db.set_value(voucher_type, voucher_no, "outstanding_amount", document.outstanding_amount)
	document.set_status(update=True)
	document.notify_update()


def reconcile_against_document(invoice: object, advances: list) -> None:
	"""Draw advances into an invoice: re-point the payments' references and post their party rows anew."""
	payments: dict[str, list] = {}
	for advance in advances:
		left_out_if(advance.reference_type != "Payment Entry", f"an advance by {advance.reference_type}")
		payments.setdefault(advance.reference_name, []).append(advance)
	for name, rows in payments.items():
		own = {"voucher_type": "Payment Entry", "voucher_no": name, "delinked": 0}
		for ledger in (LEDGER, ADVANCES) if erpnext.V16 else (LEDGER,):
			frappe.db.delete(ledger, own)
		payment = frappe.get_doc("Payment Entry", name)
		orders = [payment.draw(row, invoice) for row in rows]
		create_payment_ledger_entry(payment.save_drawn(), drawn=True)
		update_voucher_outstanding(INVOICE, invoice.name)
		for order in [] if erpnext.V16 else {order for order in orders if order}:
			frappe.get_doc("Sales Order", order).set_total_advance_paid()


__getattr__ = module_getattr(__name__)
