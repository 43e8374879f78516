"""Bills and cheques: money on an account in clearing settles at once and is collected when the bank has cleared it."""

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from l2c_app.services.errors import ClearingAccountError, refuse

SETTINGS = "Receipt Settings"


def accounts() -> frozenset[str]:
	"""Return the ledger accounts in clearing, from the cached settings."""
	return frozenset(row.account for row in frappe.get_cached_doc(SETTINGS).clearing_accounts)


def waits(payment: Any, in_clearing: frozenset[str], *, on: date = date.max) -> bool:
	"""Return whether a received payment lies on an account in clearing and was not cleared up to a day."""
	received = payment.payment_type == "Receive" and payment.paid_to in in_clearing
	return received and not (payment.clearance_date and getdate(payment.clearance_date) <= on)


def check_settings(settings: Document) -> None:
	"""Let only bank accounts of the row's company be in clearing: others are never cleared. Raises ClearingAccountError."""
	for row in settings.clearing_accounts:
		fields = ["company", "account_type", "is_group"]
		found = frappe.db.get_value("Account", row.account, fields, as_dict=True)
		if not found or found.is_group or (found.company, found.account_type) != (row.company, "Bank"):
			refuse(
				ClearingAccountError,
				_("Row {0}: account {1} cannot be in clearing.").format(row.idx, row.account),
				do=_("Choose a bank account of that company: only those get a clearance date."),
			)
