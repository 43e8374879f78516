"""The visitor's contracts."""

from typing import Any

import frappe

from l2c_app.services.portal import pages


def get_context(context: Any) -> None:
	"""Fill the list; a guest logs in first."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/sales-contracts"
		raise frappe.Redirect
	context.update({"contracts": pages.contracts(), "no_cache": 1, "show_sidebar": True})
