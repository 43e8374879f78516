"""Where clearance of money may change: bank lines, the settings, and the host's Bank Clearance, which tells nobody."""

from collections.abc import Iterable

import frappe
from frappe.model.document import Document

from l2c_app.services.ledger import recompute
from l2c_app.services.ledger.clearing import accounts
from l2c_app.services.ledger.ledger_reads import PAYMENT


def settings_changed(settings: Document) -> None:
	"""Have the contracts recomputed whose money lies on an account that came to the list or left it."""
	before = settings.get_doc_before_save()
	was = {row.account for row in before.clearing_accounts} if before else set()
	changed = was ^ {row.account for row in settings.clearing_accounts}
	if changed:
		filters = {"paid_to": ("in", sorted(changed)), "docstatus": 1, "party_type": "Customer"}
		_mark(frappe.get_all(PAYMENT, filters=filters, pluck="name", order_by="name"))


def line_changed(line: Document) -> None:
	"""Note the payments on a bank line, also those just taken off: their clearance may have changed."""
	if not accounts():
		return
	before = line.get_doc_before_save()
	rows = [*line.payment_entries, *(before.payment_entries if before else ())]
	_mark({row.payment_entry for row in rows if row.payment_document == PAYMENT})


def catch_up() -> int:
	"""Note payments that were cleared, or uncleared, where no event tells (the host's Bank Clearance). Returns how many."""
	in_clearing = sorted(accounts())
	voucher, payment = frappe.qb.DocType("Contract Voucher"), frappe.qb.DocType(PAYMENT)
	query = (
		frappe.qb.from_(voucher)
		.join(payment)
		.on((payment.name == voucher.voucher_no) & (voucher.voucher_type == PAYMENT))
		.select(payment.name)
		.distinct()
		.orderby(payment.name)
	)
	cleared = (voucher.kind == "In Clearing") & payment.clearance_date.isnotnull()
	if in_clearing:
		again = voucher.kind.isin(["Cash", "Advance"]) & payment.paid_to.isin(in_clearing)
		cleared = cleared | (again & payment.clearance_date.isnull() & (payment.payment_type == "Receive"))
	names = [row[0] for row in query.where(cleared).run()]
	_mark(names)
	return len(names)


def _mark(names: Iterable[str]) -> None:
	recompute.mark_vouchers((PAYMENT, name) for name in names)
