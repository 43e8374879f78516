"""Fiscal years, the payment ledger, drawing advances into invoices."""

import erpnext
import frappe
from frappe import _, not_emulated
from frappe._emulation import module_getattr
from frappe.query_builder.functions import Sum
from frappe.utils import flt, getdate, nowdate

KEEPS_OUTSTANDING = ("Sales Invoice",)


class FiscalYearError(frappe.ValidationError):
	pass


def get_fiscal_year(
	date: str | None = None,
	fiscal_year: str | None = None,
	label: str = "Date",
	verbose: int = 1,
	company: str | None = None,
) -> tuple:
	"""(name, start, end) of the fiscal year of a date."""
	return get_fiscal_years(date, fiscal_year, label, verbose, company)[0]


def get_fiscal_years(
	transaction_date: str | None = None,
	fiscal_year: str | None = None,
	label: str = "Date",
	verbose: int = 1,
	company: str | None = None,
) -> list[tuple]:
	"""All fiscal years of a date; refused when there is none."""
	date = getdate(transaction_date or nowdate())
	filters = {"disabled": 0, "year_start_date": ("<=", date), "year_end_date": (">=", date)}
	if fiscal_year:
		filters["name"] = fiscal_year
	fields = ["name", "year_start_date", "year_end_date"]
	found = frappe.get_all("Fiscal Year", filters=filters, fields=fields, order_by="year_start_date desc")
	if not found:
		message = _("{0} {1} is not in any active Fiscal Year").format(label, date)
		if verbose:
			frappe.msgprint(message)
		raise FiscalYearError(message)
	return [(row.name, row.year_start_date, row.year_end_date) for row in found]


def frozen_until(company: str) -> tuple:
	"""(last frozen date, role that may post all the same): a setting in v15, the company's in v16."""
	if erpnext.V16:
		return frappe.db.get_value(
			"Company", company, ["accounts_frozen_till_date", "role_allowed_for_frozen_entries"]
		)
	fields = ("acc_frozen_upto", "frozen_accounts_modifier")
	return tuple(frappe.db.get_single_value("Accounts Settings", field) for field in fields)


def get_account_currency(account: str) -> str | None:
	"""Currency of an account: its own or the company's."""
	if not account:
		return None
	currency, company = frappe.get_cached_value("Account", account, ["account_currency", "company"])
	return currency or frappe.get_cached_value("Company", company, "default_currency")


def create_payment_ledger_entry(
	gl_entries: list, cancel: int = 0, adv_adj: int = 0, update_outstanding: str = "Yes"
) -> None:
	"""One payment ledger row for each row on a receivable account; on cancel the first are delinked."""
	for row in gl_entries:
		account_type = frappe.get_cached_value("Account", row.account, "account_type")
		if account_type not in ("Receivable", "Payable"):
			continue
		sign = (1 if account_type == "Receivable" else -1) * (-1 if cancel else 1)
		entry = frappe.get_doc(
			doctype="Payment Ledger Entry",
			account_type=account_type,
			against_voucher_type=row.against_voucher_type or row.voucher_type,
			against_voucher_no=row.against_voucher or row.voucher_no,
			amount=sign * (flt(row.debit) - flt(row.credit)),
			amount_in_account_currency=sign
			* (flt(row.debit_in_account_currency) - flt(row.credit_in_account_currency)),
			delinked=int(bool(cancel)),
			**{key: row.get(key) for key in COPIED},
		)
		if cancel:
			frappe.db.set_value(
				"Payment Ledger Entry", {key: entry.get(key) for key in SAME_ROW}, "delinked", 1
			)
		flags = dict(ignore_permissions=1, adv_adj=adv_adj, update_outstanding=update_outstanding)
		if row.get("advance_voucher_no"):
			_post_advance(row, entry, flags, cancel=bool(cancel))
		entry.flags.update(flags)
		entry.submit()


def _post_advance(row: dict, entry: object, flags: dict, *, cancel: bool) -> None:
	"""v16: the order of an advance, with the payment ledger's sign; on cancel both rows are delinked."""
	of_order = dict(against_voucher_type=row.advance_voucher_type, against_voucher_no=row.advance_voucher_no)
	same = {key: entry.get(key) for key in ("company", "voucher_type", "voucher_no")}
	if cancel:
		frappe.db.set_value(
			"Advance Payment Ledger Entry", {**same, **of_order}, {"delinked": 1, "event": "Cancel"}
		)
	advance = frappe.new_doc("Advance Payment Ledger Entry")
	advance.update(
		{**same, **of_order, "currency": entry.account_currency, "amount": entry.amount_in_account_currency}
	)
	advance.update(
		{
			"event": "Adjustment" if entry.against_voucher_type == "Sales Invoice" else "Submit",
			"delinked": int(cancel),
		}
	)
	advance.flags.update(flags)
	advance.submit()


COPIED = (
	"posting_date company account party_type party cost_center due_date voucher_type voucher_no voucher_detail_no "
	"account_currency remarks"
).split()
SAME_ROW = (
	"company account_type account party_type party voucher_type voucher_no against_voucher_type against_voucher_no"
).split()


def outstanding_of(
	voucher_type: str, voucher_no: str, account: str | None, party_type: str, party: str
) -> float | None:
	"""What is open on a voucher in account currency; None if it was never posted itself or is gone."""
	ledger = frappe.qb.DocType("Payment Ledger Entry")
	live = (ledger.delinked == 0) & (ledger.party_type == party_type) & (ledger.party == party)
	if account:
		live &= ledger.account == account
	own = (ledger.voucher_type == voucher_type) & (ledger.voucher_no == voucher_no)
	against = (ledger.against_voucher_type == voucher_type) & (ledger.against_voucher_no == voucher_no)
	total = frappe.qb.from_(ledger).select(Sum(ledger.amount_in_account_currency))
	if frappe.qb.from_(ledger).select(ledger.name).where(live & own & against).limit(1).run():
		return flt(total.where(live & against).run()[0][0])
	return None


def update_voucher_outstanding(
	voucher_type: str, voucher_no: str, account: str, party_type: str, party: str
) -> None:
	"""Write what is open back to the invoice, with its status."""
	if voucher_type not in KEEPS_OUTSTANDING or not party:
		return
	outstanding = outstanding_of(voucher_type, voucher_no, account, party_type, party)
	if outstanding is None:
		return
	document = frappe.get_doc(voucher_type, voucher_no)
	document.outstanding_amount = flt(outstanding, document.precision("outstanding_amount"))
	frappe.db.set_value(voucher_type, voucher_no, "outstanding_amount", document.outstanding_amount)
	document.set_status(update=True)
	document.notify_update()


def reconcile_against_document(advances: list) -> None:
	"""Draw advances into an invoice: re-point the payment's references and post its party rows anew."""
	vouchers: dict[tuple, list] = {}
	for advance in advances:
		vouchers.setdefault((advance.voucher_type, advance.voucher_no), []).append(advance)
	for (voucher_type, voucher_no), rows in vouchers.items():
		if voucher_type != "Payment Entry":
			not_emulated(f"an advance by {voucher_type}")
		for ledger in ("Payment Ledger Entry", *(("Advance Payment Ledger Entry",) if erpnext.V16 else ())):
			frappe.db.delete(ledger, {"voucher_type": voucher_type, "voucher_no": voucher_no, "delinked": 0})
		payment = frappe.get_doc(voucher_type, voucher_no)
		for row in rows:
			payment.check_if_advance_entry_modified(row)
			payment.draw(row)
		payment.flags.update(ignore_validate_update_after_submit=True, ignore_permissions=True)
		payment.save_drawn(rows)
		create_payment_ledger_entry(payment.posted_rows(), update_outstanding="No", adv_adj=1)
		for row in rows:
			update_voucher_outstanding(
				row.against_voucher_type, row.against_voucher, row.account, row.party_type, row.party
			)
		if (order := payment.drawn_order) and not erpnext.V16:
			frappe.get_doc("Sales Order", order).set_total_advance_paid()


def get_balance_on(
	account: str | None = None, date: str | None = None, party_type: str | None = None, party: str | None = None,
	company: str | None = None, **_ignored: object,
) -> float:  # fmt: skip
	"""Balance of an account or a party, debit less credit: account currency, for a party company currency."""
	ledger = frappe.qb.DocType("GL Entry")
	query = frappe.qb.from_(ledger).where((ledger.is_cancelled == 0) & (ledger.posting_date <= getdate(date)))
	if company:
		query = query.where(ledger.company == company)
	if party:
		query = query.where((ledger.party_type == party_type) & (ledger.party == party))
		return flt((query.select(Sum(ledger.debit) - Sum(ledger.credit))).run()[0][0])
	query = query.where(ledger.account == account)
	return flt(
		query.select(Sum(ledger.debit_in_account_currency) - Sum(ledger.credit_in_account_currency)).run()[0][
			0
		]
	)


__getattr__ = module_getattr(__name__)
