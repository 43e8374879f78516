"""The way out: the inverse of install, computed from the same data."""

import frappe

from l2c_app.services.pool import vault_scope
from l2c_app.setup import approval, custom_fields, leftovers


def before_uninstall() -> None:
	"""Give masked leads their contact data back, then take our columns off the native documents and our workflow out of
	the host's lists: while our tables and definitions still exist."""
	for _restored in vault_scope.restore_all():
		# nobody holds back what is restored; one transaction for all leads would be too long
		frappe.db.commit()  # nosemgrep
	custom_fields.delete()
	approval.delete()


def after_uninstall() -> None:
	"""Remove rows about our documents that the host keeps: singles, comments, versions, shares, permissions, jobs."""
	leftovers.delete()
	frappe.clear_cache()
	# the host closes the connection right after this hook, which would undo the clean-up
	frappe.db.commit()  # nosemgrep
