"""Native Company: collection cases carry its name in their key."""

from frappe.model.document import Document

from l2c_app.services.chasing import renames


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""The keys of live cases take the new name."""
	renames.company_renamed(new)
