"""Trees: every node knows the range (lft, rgt) of what is below it."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document


class NestedSetChildExistsError(frappe.ValidationError):
	pass


class NestedSet(Document):
	def on_update(self) -> None:
		if not self.lft or self.has_value_changed(parent_field(self.doctype)):
			rebuild_tree(self.doctype)
			self.lft, self.rgt = frappe.db.get_value(self.doctype, self.name, ["lft", "rgt"])

	def on_trash(self, allow_root_deletion: bool = False) -> None:
		if frappe.db.exists(self.doctype, {parent_field(self.doctype): self.name}):
			message = _("Cannot delete {0} as it has child nodes").format(self.name)
			frappe.throw(message, NestedSetChildExistsError)


def parent_field(doctype: str) -> str:
	return "reports_to" if doctype == "Employee" else f"parent_{frappe.scrub(doctype)}"


def rebuild_tree(doctype: str, *_ignored: Any) -> None:
	"""Number the whole tree; siblings keep their order, new ones come last."""
	parent = parent_field(doctype)
	children: dict[str | None, list[str]] = {}
	sql = f"select name, `{parent}` as above from `tab{doctype}` order by lft = 0, lft, creation, name"
	for row in frappe.db.rows(sql):
		children.setdefault(row.above or None, []).append(row.name)
	_number(doctype, children, None, 0)
	frappe.clear_document_cache(doctype)


def _number(doctype: str, children: dict, above: str | None, last: int) -> int:
	for name in children.get(above, ()):
		left = last + 1
		last = _number(doctype, children, name, left) + 1
		frappe.db.execute(f"update `tab{doctype}` set lft = ?, rgt = ? where name = ?", [left, last, name])
	return last
