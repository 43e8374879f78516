"""Where a customer's mail goes, for many customers at once."""

from collections.abc import Collection, Mapping
from typing import Any

import frappe

from l2c_app.core.names import NO_NAMES

INVOICE = "Sales Invoice"


def parties(customers: Collection[str]) -> dict[str, Any]:
	"""Return what decides about contact with these customers: {name: name, email_id, disabled, customer_group, language}."""
	fields = ["name", "email_id", "disabled", "customer_group", "language"]
	filters = {"name": ("in", sorted(customers) or NO_NAMES)}
	return {
		row.name: row for row in frappe.get_all("Customer", filters=filters, fields=fields, order_by="name")
	}


def of(known: Mapping[str, Any]) -> dict[str, str]:
	"""Return the mail address of each customer: its own, else the contact of its latest invoice."""
	found = {name: row.email_id for name, row in known.items() if row.email_id}
	without = sorted(known.keys() - found.keys())
	if without:
		invoices = frappe.get_all(
			INVOICE,
			filters={"customer": ("in", without), "docstatus": 1, "contact_email": ("!=", "")},
			fields=["customer", "contact_email"],
			order_by="posting_date, name",
		)
		found.update({row.customer: row.contact_email for row in invoices})
	return found
