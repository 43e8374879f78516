"""One contract of the visitor: its plan, what is billed, settled and due, and his signature."""

from typing import Any
from urllib.parse import quote

import frappe
from frappe.utils import nowdate

from l2c_app.services.portal import pages


def get_context(context: Any) -> None:
	"""Fill the page; a guest logs in first, somebody else's contract is not permitted."""
	name = str(frappe.form_dict.get("name") or "")
	if frappe.session.user == "Guest":
		target = quote(f"/sales-contracts/{name}", safe="")
		frappe.local.flags.redirect_location = f"/login?redirect-to={target}"
		raise frappe.Redirect
	shown = pages.contract(name)
	context.update({"contract": shown, "today": nowdate(), "no_cache": 1, "show_sidebar": True})
