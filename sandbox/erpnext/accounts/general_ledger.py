"""Posts rows to the general ledger and, through them, to the payment ledger."""

import frappe
from erpnext.accounts.utils import create_payment_ledger_entry
from erpnext.exceptions import left_out_if, refuse_if, refuse_left_out
from frappe.utils import flt

MERGE_BY = "account cost_center party voucher_detail_no against_voucher against_voucher_type project".split()
SUFFIXES = ("", "_in_account_currency", "_in_transaction_currency")
SIDES = [(f"debit{suffix}", f"credit{suffix}") for suffix in SUFFIXES]
STAMPS = ("name", "creation", "modified", "owner")


def make_gl_entries(rows: list) -> None:
	"""Post a voucher's rows; what is due to rounding alone is left to a real host."""
	disabled = [row.account for row in rows if frappe.get_cached_value("Account", row.account, "disabled")]
	refuse_if(disabled, f"Cannot create accounting entries against disabled accounts: {disabled}")
	rows = process_gl_map(rows)
	refuse_if(len(rows) == 1, "Incorrect number of General Ledger Entries found.")
	if not rows:
		return
	create_payment_ledger_entry(rows)
	for row in rows:
		for debit, credit in (SIDES[0], SIDES[2]):
			row[debit], row[credit] = flt(row.get(debit), 2), flt(row.get(credit), 2)
	difference = abs(flt(sum(row.debit - row.credit for row in rows), 2))
	allowed = 0.5 if rows[0].voucher_type == "Sales Invoice" else 0.05
	refuse_if(difference > allowed, f"Debit and Credit not equal. Difference is {difference}.")
	left_out_if(difference, "rounding entries")
	refuse_settings(rows[0].company)
	for row in rows:
		make_entry(row)


def process_gl_map(rows: list) -> list:
	"""Merge rows of one account, drop empty ones."""
	merged: dict[tuple, frappe._dict] = {}
	for row in rows:
		known = merged.setdefault(tuple(row.get(key) for key in MERGE_BY), row)
		if known is not row:
			known.update({key: flt(known.get(key)) + flt(row.get(key)) for side in SIDES for key in side})
	kept = [row for row in merged.values() if flt(row.debit, 2) or flt(row.credit, 2)]
	left_out_if(any(flt(row.debit) < 0 or flt(row.credit) < 0 for row in kept), "negative ledger rows")
	return kept


def refuse_settings(company: str) -> None:
	"""Books may be frozen by a setting (v15) or by the company (v16), advances booked apart, rates held."""
	for settings in (("Company", company), ("Accounts Settings",), ("Selling Settings",)):
		refuse_left_out(frappe.get_cached_doc(*settings))


def make_entry(row: frappe._dict) -> None:
	"""Store one row."""
	entry = frappe.new_doc("GL Entry", **row)
	entry.flags.update(ignore_permissions=1, notify_update=False)
	entry.submit()


def make_reverse_gl_entries(voucher: object, rows: list | None = None) -> None:
	"""Cancel a voucher's rows and post their opposite."""
	filters = {"voucher_type": voucher.doctype, "voucher_no": voucher.name, "is_cancelled": 0}
	rows = rows or frappe.get_all("GL Entry", filters=filters, fields=["*"], order_by="creation, idx")
	create_payment_ledger_entry(rows, cancel=True)
	refuse_settings(voucher.company)
	frappe.db.set_value("GL Entry", filters, "is_cancelled", 1)
	for row in rows:
		opposite = frappe._dict({key: value for key, value in row.items() if key not in STAMPS})
		for debit, credit in SIDES:
			opposite[debit], opposite[credit] = flt(row.get(credit)), flt(row.get(debit))
		opposite.update(is_cancelled=1, remarks=f"On cancellation of {voucher.name}")
		if opposite.debit or opposite.credit:
			make_entry(opposite)
