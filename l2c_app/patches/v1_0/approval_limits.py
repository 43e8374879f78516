"""The limits of approval moved from the workflow's condition to L2C Settings; a condition an admin changed stays."""

import frappe

from l2c_app.setup import approval, defaults

BEFORE = (
	"doc.base_grand_total <= 1000000 and (doc.additional_discount_percentage or 0) <= 20"
	" and (doc.discount_amount or 0) * 100 <= 20 * (doc.grand_total + (doc.discount_amount or 0))"
)


def execute() -> None:
	"""Store the limits, then let the shipped workflow ask for them."""
	defaults.store()
	shipped = {"parent": approval.WORKFLOW, "condition": BEFORE}
	frappe.db.set_value("Workflow Transition", shipped, "condition", approval.SMALL)
