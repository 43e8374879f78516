import frappe
from frappe.model.document import Document


class SalesCadenceVersion(Document):
	"""The steps of a cadence at one time; running enrolments keep theirs."""


def on_doctype_update() -> None:
	"""One row per cadence and version."""
	frappe.db.add_unique("Sales Cadence Version", ["cadence", "version"], constraint_name="l2c_version")
