"""What the visitor owes, and what he can say to it: promise, dispute, pay, and his statement."""

from typing import Any

import frappe
from frappe.utils import nowdate

from l2c_app.services.portal import answers, pages


def get_context(context: Any) -> None:
	"""Fill the page; a guest logs in first."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/open-invoices"
		raise frappe.Redirect
	invoices = pages.invoices()
	codes = frappe.get_meta("Receivable Dispute").get_field("code").options.split("\n")
	context.update(
		{
			"invoices": invoices,
			"payable": answers.payment_urls([row["invoice"] for row in invoices]),
			"statements": pages.statements(),
			"codes": codes,
			"today": nowdate(),
			"no_cache": 1,
			"show_sidebar": True,
		}
	)
