"""Native Assignment Rule: it may not hand out what a pool hands out."""

from frappe.model.document import Document

from l2c_app.services.pool import assignment_rules


def validate(doc: Document, method: str | None = None) -> None:
	"""Refuse a rule that would fight the pools."""
	assignment_rules.check_rule(doc)
