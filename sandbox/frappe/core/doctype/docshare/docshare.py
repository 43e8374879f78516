"""A document shared with a user."""

import frappe
from frappe import _
from frappe.model.document import Document


class DocShare(Document):
	def validate(self) -> None:
		if self.everyone:
			self.user = None
		elif not self.user:
			frappe.throw(_("User is mandatory for Share"), frappe.MandatoryError)
		doc = frappe.get_doc(self.share_doctype, self.share_name)
		if not self.flags.ignore_share_permission and not frappe.has_permission(self.share_doctype, "share", doc):
			frappe.throw(_('You need to have "Share" permission'), frappe.PermissionError)
		self.write = self.write or self.submit
		self.read = self.read or self.write or self.share

	def after_insert(self) -> None:
		self._comment("Shared", _("{0} shared this document with {1}"))

	def on_trash(self) -> None:
		self._comment("Unshared", _("{0} un-shared this document with {1}"))

	def _comment(self, kind: str, text: str) -> None:
		doc = frappe.get_doc(self.share_doctype, self.share_name)
		doc.add_comment(kind, text.format(frappe.utils.get_fullname(self.owner), self.user or _("everyone")))
