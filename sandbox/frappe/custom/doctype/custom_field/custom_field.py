"""Columns that apps add to native documents."""

import frappe
from frappe.model import column_types
from frappe.model.document import Document


class CustomField(Document):
	def autoname(self) -> None:
		self.name = f"{self.dt}-{self.fieldname}"

	def on_update(self) -> None:
		frappe.clear_cache()
		if self.fieldtype in column_types and self.fieldname not in frappe.db.get_table_columns(self.dt):
			frappe.db.add_column(self.dt, self.fieldname)

	def on_trash(self) -> None:
		frappe.clear_cache()


def create_custom_fields(custom_fields: dict, ignore_validate: bool = False, update: bool = True) -> None:
	"""Create or refresh fields: DocType, or several, → field or list of fields."""
	for doctypes, fields in custom_fields.items():
		for doctype in (doctypes,) if isinstance(doctypes, str) else doctypes:
			for field in (fields,) if isinstance(fields, dict) else fields:
				_create(doctype, field, update)
	frappe.clear_cache()


def _create(doctype: str, field: dict, update: bool) -> None:
	known = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
	if known and not update:
		return
	doc = frappe.get_doc("Custom Field", known) if known else frappe.new_doc("Custom Field", dt=doctype)
	doc.update(field)
	doc.flags.ignore_validate = True
	doc.save(ignore_permissions=True)
