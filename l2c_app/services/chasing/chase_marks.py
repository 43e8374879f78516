"""Chased customers whom a step touched: what the ledger did to them is worked out before the commit."""

import frappe

from l2c_app.services.chasing import case_doors, chased_customers

SAVE_POINT = "l2c_chase"


def mark(customer: str | None) -> None:
	"""Note a chased customer whose case and promises must be read again before commit. No query once the set is warm."""
	if chased_customers.is_chased(customer):
		_marks().add(customer)


def flush() -> list[str]:
	"""Bring the marked customers up to date, now. Returns them. Errors reach the caller."""
	names = sorted(getattr(frappe.local, "l2c_chased", None) or ())
	frappe.local.l2c_chased = None
	if names:
		case_doors.pass_through(names)
	return names


def _flush_before_commit() -> None:
	"""As flush; a failure is logged and left to the hourly job, for the accountant's document comes first."""
	if not getattr(frappe.local, "l2c_chased", None):
		return
	frappe.db.savepoint(SAVE_POINT)
	try:
		flush()
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point=SAVE_POINT)
		frappe.log_error(title="Collection cases not refreshed")


def _marks() -> set[str]:
	marks = getattr(frappe.local, "l2c_chased", None)
	if marks is None:
		marks = frappe.local.l2c_chased = set()
		frappe.db.before_commit.add(_flush_before_commit)
		frappe.db.after_rollback.add(_forget)
	return marks


def _forget() -> None:
	frappe.local.l2c_chased = None
