"""Shared documents: stored rows that grant."""

from typing import Any

import frappe
from frappe._emulation import module_getattr


def add(doctype: str, name: str, user: str | None = None, read: int = 1, write: int = 0, submit: int = 0, share: int = 0, everyone: int = 0, flags: dict | None = None, notify: int = 0) -> Any:
	"""Share with a user, or with everyone."""
	if not (flags or {}).get("ignore_share_permission"):
		frappe.get_doc(doctype, name).check_permission("share")
	return add_docshare(doctype, name, user, read, write, submit, share, everyone)


def add_docshare(doctype: str, name: str, user: str | None = None, read: int = 1, write: int = 0, submit: int = 0, share: int = 0, everyone: int = 0, flags: dict | None = None, notify: int = 0) -> Any:
	"""Without asking for the right to share."""
	key = dict(share_doctype=doctype, share_name=name, **({"everyone": 1} if everyone else {"user": user or frappe.session.user}))
	found = frappe.db.get_value("DocShare", key)
	doc = frappe.get_doc("DocShare", found) if found else frappe.get_doc({"doctype": "DocShare", **key})
	doc.update(dict(read=read, write=write, submit=submit, share=share))
	return doc.save(ignore_permissions=True)


def remove(doctype: str, name: str, user: str, flags: dict | None = None) -> None:
	for share in frappe.get_all("DocShare", {"share_doctype": doctype, "share_name": name, "user": user}, pluck="name"):
		frappe.delete_doc("DocShare", share, ignore_permissions=True)


def get_users(doctype: str, name: str) -> list:
	"""Who sees a document by a share."""
	fields = ["name", "user", "read", "write", "submit", "share", "everyone", "owner", "creation"]
	return frappe.get_all("DocShare", filters={"share_doctype": doctype, "share_name": name}, fields=fields)


def get_shared(doctype: str, user: str | None = None, rights: list[str] | None = None, *, name: str | None = None, **_ignored: Any) -> list[str]:
	"""Names of documents shared with the user or with everyone."""
	filters = [["share_doctype", "=", doctype], *([right, "=", 1] for right in rights or ["read"])]
	filters += [["share_name", "=", name]] if name else []
	mine = [["everyone", "=", 1], ["user", "=", user or frappe.session.user]]
	return frappe.get_all("DocShare", filters=filters, or_filters=mine, pluck="share_name", order_by=None)


__getattr__ = module_getattr(__name__)
