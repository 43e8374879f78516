"""Native Holiday List: recycle rules do not count its days."""

from frappe.model.document import Document
from frappe.utils import getdate

from l2c_app.services.pool import recycle_dates, visibility


def on_update(doc: Document, method: str | None = None) -> None:
	"""Give held seats new dates after the days of a list changed. No query while no pool is enabled."""
	before = doc.get_doc_before_save()
	if visibility.enabled_pools() and before and _days(before) != _days(doc):
		recycle_dates.holidays_changed(doc.name)


def _days(doc: Document) -> set:
	return {getdate(row.holiday_date) for row in doc.get("holidays") or []}
