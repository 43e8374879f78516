"""People at leads and customers."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import append_number_if_name_exists


class Contact(Document):
	def autoname(self) -> None:
		self.name = self._full_name() + (f"-{self.links[0].link_name.strip()}" if self.links else "")
		if frappe.db.exists("Contact", self.name):
			self.name = append_number_if_name_exists("Contact", self.name)

	def validate(self) -> None:
		self.full_name = self._full_name()
		if len(self.email_ids) == 1:
			self.email_ids[0].is_primary = 1
		self._set_primary("email_ids", "is_primary", "email_id")
		self._set_primary("phone_nos", "is_primary_phone", "phone")
		self._set_primary("phone_nos", "is_primary_mobile_no", "mobile_no", "phone")
		if not self.user and self.email_id:
			self.user = frappe.db.get_value("User", {"email": self.email_id})
		for link in self.links:
			link.link_title = (
				link.link_title
				or frappe.get_doc(link.link_doctype, link.link_name).get_title()
				or link.link_name
			)

	def _full_name(self) -> str:
		parts = [part.strip() for part in (self.first_name, self.middle_name, self.last_name) if part]
		return " ".join(parts) or self.company_name or ""

	def _set_primary(self, table: str, mark: str, fieldname: str, source: str | None = None) -> None:
		marked = [row for row in self.get(table) if row.get(mark)]
		if len(marked) > 1:
			frappe.throw(_("Only one {0} can be set as primary.").format(frappe.unscrub(fieldname)))
		self.set(fieldname, marked[0].get(source or fieldname) if marked else "")
