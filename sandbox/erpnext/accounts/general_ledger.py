"""Posts rows to the general ledger and, through them, to the payment ledger."""

import frappe
from erpnext.accounts.utils import create_payment_ledger_entry, frozen_until
from frappe import _, not_emulated
from frappe._emulation import module_getattr
from frappe.utils import flt, getdate

MERGE_BY = "account cost_center party party_type voucher_detail_no against_voucher against_voucher_type project".split()
SIDES = [
	(f"debit{suffix}", f"credit{suffix}")
	for suffix in ("", "_in_account_currency", "_in_transaction_currency")
]


def make_gl_entries(
	gl_map: list, cancel: bool = False, adv_adj: bool = False, update_outstanding: str = "Yes"
) -> None:
	"""Post a voucher's rows, or reverse them."""
	if cancel:
		return make_reverse_gl_entries(gl_map, adv_adj=adv_adj, update_outstanding=update_outstanding)
	disabled = {row.account for row in gl_map if frappe.get_cached_value("Account", row.account, "disabled")}
	if disabled:
		frappe.throw(
			_("Cannot create accounting entries against disabled accounts: {0}").format(", ".join(disabled))
		)
	gl_map = process_gl_map(gl_map)
	if len(gl_map) == 1:
		frappe.throw(_("Incorrect number of General Ledger Entries found."))
	if not gl_map:
		return
	create_payment_ledger_entry(gl_map, adv_adj=adv_adj, update_outstanding=update_outstanding)
	_balance(gl_map)
	check_freezing_date(gl_map[0].posting_date, gl_map[0].company, adv_adj)
	for row in gl_map:
		make_entry(row, adv_adj)


def process_gl_map(gl_map: list) -> list:
	"""Merge rows of one account, drop empty ones, turn negative amounts to the other side."""
	merged: dict[tuple, frappe._dict] = {}
	for row in gl_map:
		known = merged.setdefault(tuple(row.get(key) for key in MERGE_BY), row)
		if known is not row:
			for field in (field for side in SIDES for field in side):
				known[field] = flt(known.get(field)) + flt(row.get(field))
	kept = [row for row in merged.values() if flt(row.debit, 2) or flt(row.credit, 2)]
	for row in kept:
		for debit, credit in SIDES:
			row[debit], row[credit] = _positive(flt(row.get(debit)), flt(row.get(credit)))
	return kept


def _positive(debit: float, credit: float) -> tuple[float, float]:
	if debit < 0:
		debit, credit = 0.0, credit - debit
	if credit < 0:
		debit, credit = debit - credit, 0.0
	return debit, credit


def _balance(gl_map: list) -> None:
	"""Round to cents; small differences go to the round off account, larger ones are refused."""
	for row in gl_map:
		for debit, credit in (SIDES[0], SIDES[2]):
			row[debit], row[credit] = flt(row.get(debit), 2), flt(row.get(credit), 2)
	first = gl_map[0]
	difference, shown = (
		flt(sum(row[debit] - row[credit] for row in gl_map), 2) for debit, credit in (SIDES[0], SIDES[2])
	)
	if abs(difference) > (0.05 if first.voucher_type in ("Journal Entry", "Payment Entry") else 0.5):
		frappe.throw(
			_("Debit and Credit not equal for {0}. Difference is {1}.").format(first.voucher_no, difference)
		)
	if not difference:
		return
	account, center = frappe.get_cached_value(
		"Company", first.company, ["round_off_account", "round_off_cost_center"]
	)
	if any(row.account == account for row in gl_map):
		not_emulated("a second row on the round off account")
	entry = frappe._dict(
		{key: first[key] for key in ("voucher_type", "voucher_no", "company", "posting_date", "remarks")}
	)
	entry.update(account=account, cost_center=center, is_opening="No")
	for (debit, credit), amount in zip(SIDES, (difference, difference, shown), strict=True):
		entry[debit], entry[credit] = max(0, -amount), max(0, amount)
	gl_map.append(entry)


def check_freezing_date(posting_date: str, company: str, adv_adj: bool = False) -> None:
	"""Books are frozen up to a date for all but one role."""
	frozen, role = frozen_until(company)
	if not frozen or adv_adj or getdate(posting_date) > getdate(frozen):
		return
	if role not in frappe.get_roles() or frappe.session.user == "Administrator":
		frappe.throw(_("You are not authorized to add or update entries before {0}").format(frozen))


def make_entry(row: dict, adv_adj: bool = False) -> None:
	"""Store one row."""
	entry = frappe.new_doc("GL Entry")
	entry.update({key: value for key, value in row.items() if key != "post_net_value"})
	entry.flags.update(ignore_permissions=1, adv_adj=adv_adj, notify_update=False)
	entry.submit()


def make_reverse_gl_entries(
	gl_entries: list | None = None,
	voucher_type: str | None = None,
	voucher_no: str | None = None,
	adv_adj: bool = False,
	update_outstanding: str = "Yes",
) -> None:
	"""Cancel a voucher's rows and post their opposite."""
	voucher_type, voucher_no = (
		(gl_entries[0].voucher_type, gl_entries[0].voucher_no) if gl_entries else (voucher_type, voucher_no)
	)
	filters = {"voucher_type": voucher_type, "voucher_no": voucher_no, "is_cancelled": 0}
	rows = gl_entries or frappe.get_all("GL Entry", filters=filters, fields=["*"], order_by="creation, idx")
	if not rows:
		return
	create_payment_ledger_entry(rows, cancel=1, adv_adj=adv_adj, update_outstanding=update_outstanding)
	check_freezing_date(rows[0].posting_date, rows[0].company, adv_adj)
	frappe.db.set_value("GL Entry", filters, "is_cancelled", 1)
	for row in rows:
		opposite = frappe._dict(
			{key: value for key, value in row.items() if key not in ("name", "creation", "modified", "owner")}
		)
		for debit, credit in SIDES:
			opposite[debit], opposite[credit] = flt(row.get(credit)), flt(row.get(debit))
		opposite.update(is_cancelled=1, remarks="On cancellation of " + row.voucher_no)
		if opposite.debit or opposite.credit:
			make_entry(opposite, adv_adj)


__getattr__ = module_getattr(__name__)
