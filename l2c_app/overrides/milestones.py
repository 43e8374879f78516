"""Task and Project: plan rows wait for them. Those that no contract waits for are left after a look into the cache."""

from frappe.model.document import Document

from l2c_app.services.contract import contract_natives, milestones


def changed(doc: Document, method: str | None = None) -> None:
	"""Completed, opened again or deleted: the rows follow. A task may complete its project without telling it."""
	for doctype, name in ((doc.doctype, doc.name), ("Project", doc.get("project"))):
		if name and milestones.watched(doctype, name):
			contract_natives.milestone_changed(doctype, name)


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""It has another name."""
	if milestones.watched(doc.doctype, old):
		milestones.renamed(doc.doctype, old, new)
