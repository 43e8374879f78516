"""The way out: the inverse of install, computed from the same data."""

import frappe

from l2c_app.setup import custom_fields, leftovers


def before_uninstall() -> None:
	"""Take our columns off the native documents while their definitions still exist."""
	custom_fields.delete()


def after_uninstall() -> None:
	"""Remove rows about our documents that the host keeps: singles, comments, versions, shares, permissions, jobs."""
	leftovers.delete()
	frappe.clear_cache()
	frappe.db.commit()  # the host closes the connection right after this hook, which would undo the clean-up
