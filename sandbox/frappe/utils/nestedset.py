"""Trees: every node knows the range (lft, rgt) of what is below it."""

import frappe
from frappe.model.document import Document


class NestedSet(Document):
	def on_update(self) -> None:
		if not self.lft or self.has_value_changed(_parent_field(self.doctype)):
			rebuild_tree(self.doctype)
			self.lft, self.rgt = frappe.db.get_value(self.doctype, self.name, ["lft", "rgt"])


def _parent_field(doctype: str) -> str:
	return "reports_to" if doctype == "Employee" else f"parent_{frappe.scrub(doctype)}"


def rebuild_tree(doctype: str) -> None:
	"""Number the whole tree; siblings keep their order, new ones come last."""
	children: dict[str | None, list[str]] = {}
	sql = f"select name, `{_parent_field(doctype)}` as above from `tab{doctype}` order by lft = 0, lft, creation, name"
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
