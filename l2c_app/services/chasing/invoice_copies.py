"""The invoices that a dunning message speaks of, drawn by the host in its own format and the customer's language."""

from collections.abc import Collection
from typing import Any

import frappe
from frappe import _

MOST = 20  # one mail with more papers than this is refused by most servers


def draw(customer: str, invoices: Collection[str]) -> tuple[list[dict[str, Any]], str]:
	"""Return the attachments for the host's mail queue, and a sentence about what is missing, "" for nothing.

	A paper that cannot be drawn stops no message: it is left out, named, and its reason is in the Error Log.
	"""
	language = frappe.db.get_value("Customer", customer, "language")
	names = list(dict.fromkeys(invoices))
	drawn = {name: _draw(name, language) for name in names[:MOST]}
	missing = [name for name in names if not drawn.get(name)]
	sentence = _("Sent without a copy of {0}").format(", ".join(missing)) if missing else ""
	return [paper for paper in drawn.values() if paper], sentence


def _draw(invoice: str, language: str | None) -> dict[str, Any] | None:
	before = frappe.local.lang, frappe.local.jenv, frappe.flags.ignore_print_permissions
	frappe.db.savepoint("l2c_copy")
	try:
		return frappe.attach_print("Sales Invoice", invoice, lang=language or None)
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point="l2c_copy")
		frappe.local.message_log = []
		frappe.log_error(
			title="Invoice not attached", reference_doctype="Sales Invoice", reference_name=invoice
		)
		return None
	finally:  # the host leaves all three as they were set when drawing fails
		frappe.local.lang, frappe.local.jenv, frappe.flags.ignore_print_permissions = before
