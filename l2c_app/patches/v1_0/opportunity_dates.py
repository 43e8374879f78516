"""Opportunities show when they are followed up next, as leads do: those that were followed up before get their dates."""

import frappe

from l2c_app.services.follow_up import follow_up_party

OPPORTUNITY = follow_up_party.OPPORTUNITY


def execute() -> None:
	"""Work out the dates of opportunities with follow ups. Safe to repeat."""
	filters = {"reference_doctype": OPPORTUNITY}
	names = frappe.get_all(
		"Follow Up", filters=filters, pluck="reference_name", distinct=True, order_by="reference_name"
	)
	follow_up_party.roll_up_many(OPPORTUNITY, names)
