"""Pools of tests that commit, for other processes must see them: removed with all that hangs on them.

By the test itself when it ends; after one that was killed, before the next class of tests: what it left would count there.
"""

import frappe

from l2c_app.services.pool import visibility

PARALLEL = "L2C Parallel Pool"
SECOND = "L2C Second Parallel Pool"
SAME_MOMENT = "L2C Same Moment"
EDIT_RACE = "L2C Edit Race"
KILLED = "L2C Killed Pool"
# which leads are theirs, also without a seat: a test may be killed while it cleans up
LEADS = {
	PARALLEL: {"company_name": ("like", "Parallel %")},
	SECOND: {"company_name": ("like", "Parallel %")},
	SAME_MOMENT: {"city": "Momenttown"},
	EDIT_RACE: {"city": "Racetown"},
	KILLED: {"company_name": ("like", "Killed %")},
}


def remove_left() -> None:
	"""Remove what killed tests left; one query where they left nothing."""
	left = frappe.get_all("Lead Pool", filters={"name": ("in", sorted(LEADS))}, pluck="name", order_by="name")
	for pool in left:
		remove(pool)


def remove(pool: str) -> None:
	"""Remove a pool with its leads, seats, log and runs, and let its people and the settings be as before. Commits.

	The pool goes last: while it stands, it says that there is something to remove.
	"""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	seated = frappe.get_all("Lead Pool Seat", filters={"pool": pool}, pluck="party", order_by="party")
	theirs = frappe.get_all("Lead", filters=LEADS[pool], pluck="name", order_by="name")
	for doctype in ("Lead Pool Seat", "Pool Run Row", "Pool Run"):
		frappe.db.delete(doctype, {"pool": pool})
	for lead in sorted({*seated, *theirs}):
		frappe.delete_doc("Lead", lead, force=True, ignore_missing=True)
	if pool in (PARALLEL, SECOND):
		frappe.db.set_single_value("L2C Settings", "holding_cap_over_all", 0)
		frappe.clear_document_cache("L2C Settings", "L2C Settings")
		frappe.db.set_value("User", {"name": ("like", "parallel.%"), "enabled": 0}, "enabled", 1)
	frappe.db.delete("Lead Pool Log", {"pool": pool})
	frappe.delete_doc("Lead Pool", pool, force=True, ignore_missing=True)
	frappe.db.commit()
	visibility.pools_changed()
