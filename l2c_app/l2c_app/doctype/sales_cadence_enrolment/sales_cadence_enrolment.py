import frappe
from frappe.model.document import Document


class SalesCadenceEnrolment(Document):
	"""That a party runs through a cadence. Written only by the service that advances cadences."""


def on_doctype_update() -> None:
	"""Indexes for what is due and for a party's enrolments."""
	frappe.db.add_index("Sales Cadence Enrolment", ["state", "next_on"], index_name="l2c_due")
	frappe.db.add_index("Sales Cadence Enrolment", ["party_type", "party"], index_name="l2c_party")
