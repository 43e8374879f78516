"""Native Customer Group: what it lies under decides which recycle rule its customers have."""

from frappe.model.document import Document

from l2c_app.services.pool import recycle_dates, visibility


def on_update(doc: Document, method: str | None = None) -> None:
	"""Give held customers new dates after a group was moved. No query while no customer pool is enabled."""
	before = doc.get_doc_before_save()
	if not visibility.enabled_pools("Customer") or not before:
		return
	if doc.parent_customer_group != before.parent_customer_group:
		recycle_dates.groups_changed()


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""After a merge the customers of the one group have the rules of the other."""
	if merge and visibility.enabled_pools("Customer"):
		recycle_dates.groups_changed()
