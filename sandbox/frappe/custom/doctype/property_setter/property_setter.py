"""Changed properties of native documents."""

from typing import Any

import frappe
from frappe.model.document import Document


class PropertySetter(Document):
	def autoname(self) -> None:
		self.name = f"{self.doc_type}-{self.field_name or self.doctype_or_field}-{self.property}"

	def on_update(self) -> None:
		frappe.clear_cache()

	def after_delete(self) -> None:
		frappe.clear_cache()


def make_property_setter(
	doctype: str, fieldname: str | None, property: str, value: Any, property_type: str, for_doctype: bool = False, validate_fields_for_doctype: bool = True, is_system_generated: bool = True
) -> Any:
	"""Replace the property on a field, or on the DocType itself."""
	name = f"{doctype}-{fieldname or 'DocType'}-{property}"
	frappe.delete_doc("Property Setter", name, ignore_missing=True)
	kind = "DocType" if for_doctype else "DocField"
	row = dict(doc_type=doctype, field_name=fieldname, property=property, value=value, property_type=property_type)
	doc = frappe.get_doc({"doctype": "Property Setter", "doctype_or_field": kind, **row})
	return doc.insert(ignore_permissions=True)
