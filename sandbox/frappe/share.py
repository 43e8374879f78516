"""Shared documents: stored rows that grant."""

from typing import Any

import frappe
from frappe._emulation import module_getattr


def get_shared(
	doctype: str,
	user: str | None = None,
	rights: list[str] | None = None,
	*,
	name: str | None = None,
	**_ignored: Any,
) -> list[str]:
	"""Names of documents shared with the user or with everyone."""
	filters = [["share_doctype", "=", doctype], *([right, "=", 1] for right in rights or ["read"])]
	filters += [["share_name", "=", name]] if name else []
	mine = [["everyone", "=", 1], ["user", "=", user or frappe.session.user]]
	return frappe.get_all("DocShare", filters=filters, or_filters=mine, pluck="share_name", order_by=None)


__getattr__ = module_getattr(__name__)
