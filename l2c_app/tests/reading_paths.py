"""Every native way to read a document, for tests that hold who may read what."""

import json
from collections.abc import Callable
from unittest.mock import patch

import frappe

from l2c_app.api import back_doors
from l2c_app.tests.base import IN_SANDBOX

if not IN_SANDBOX:
	from frappe.utils.global_search import sync_value

INDEXED = "frappe.desk.doctype.global_search_settings.global_search_settings.get_doctypes_for_global_search"


class ReadingPaths:
	"""For a test case with `documents`: {DocType: name}."""

	documents: dict[str, str]

	def paths(self) -> dict[str, Callable[[str, str], bool]]:
		"""Return every way to read: each answers whether the document is shown, or raises PermissionError."""
		return {
			"get_doc": self.by_document,
			"REST": self.by_rest,
			"client": self.by_client,
			"list": self.by_list,
			"report": self.by_report,
			"export": self.by_export,
			"form": self.by_form,
			"print": self.by_print,
			"link search": self.by_link,
			"global search": self.by_global_search,
		}

	def stored(self, doctype: str, values: dict) -> str:
		"""Store a row as a machine would write it. Returns its name."""
		document = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(length=10), **values})
		document.db_insert()
		return document.name

	def by_document(self, doctype: str, name: str) -> bool:
		frappe.get_doc(doctype, name).check_permission("read")
		return True

	def by_rest(self, doctype: str, name: str) -> bool:
		from frappe.api import v1

		frappe.local.form_dict = frappe._dict()
		return bool(v1.read_doc(doctype, name))

	def by_client(self, doctype: str, name: str) -> bool:
		return bool(frappe.client.get(doctype, name))

	def by_list(self, doctype: str, name: str) -> bool:
		return bool(frappe.client.get_list(doctype, filters={"name": name}))

	def by_report(self, doctype: str, name: str) -> bool:
		from frappe.desk import reportview

		filters = json.dumps([[doctype, "name", "=", name]])
		frappe.local.form_dict = frappe._dict(doctype=doctype, fields='["name"]', filters=filters)
		return name in json.dumps(reportview.get() or {}, default=str)

	def by_export(self, doctype: str, name: str) -> bool:
		from frappe.desk import reportview

		filters = json.dumps([[doctype, "name", "=", name]])
		frappe.local.form_dict = frappe._dict(
			doctype=doctype,
			fields=json.dumps([f"`tab{doctype}`.`name`"]),
			filters=filters,
			file_format_type="CSV",
		)
		frappe.local.form_dict["title"] = doctype
		frappe.local.response = frappe._dict(docs=[])
		reportview.export_query()
		content = frappe.response.get("filecontent") or frappe.response.get("result") or b""
		text = content.decode() if isinstance(content, bytes) else str(content)
		return name in text

	def by_form(self, doctype: str, name: str) -> bool:
		from frappe.desk.form import load

		frappe.local.response = frappe._dict(docs=[])
		load.getdoc(doctype, name)
		return bool(frappe.response.docs)

	def by_print(self, doctype: str, name: str) -> bool:
		from frappe.www import printview

		return bool(printview.get_html_and_style(doc=doctype, name=name).get("html"))

	def by_link(self, doctype: str, name: str) -> bool:
		found = back_doors.search_link(doctype=doctype, txt=name, ignore_user_permissions=1)
		return name in [row["value"] for row in found]

	def by_global_search(self, doctype: str, name: str) -> bool:
		"""Search as the Desk does, by a word that only this document's row of the index has."""
		word = "matrix" + frappe.generate_hash(length=10)
		row = {"doctype": doctype, "name": name, "content": word, "published": 0, "title": name, "route": ""}
		sync_value(row)
		try:
			with patch(INDEXED, lambda: list(self.documents)):
				return name in [hit["name"] for hit in back_doors.global_search(word, doctype=doctype)]
		finally:
			frappe.db.delete("__global_search", {"doctype": doctype, "name": name})  # outlives a rollback

	def check(self, path: Callable, doctype: str, name: str, *, title: str, expected: bool) -> None:
		"""Walk one path: shown or not as the table says. Rights that the role lacks natively only narrow it further."""
		try:
			shown = path(doctype, name)
		except frappe.PermissionError:
			shown = False
		if title == "export" and not self.has_native_right(doctype, name, title):
			expected = False
		self.assertEqual(shown, expected)

	def has_native_right(self, doctype: str, name: str, right: str) -> bool:
		"""Return True when the user's roles give the right, some only on what he made himself."""
		return bool(frappe.has_permission(doctype, right, doc=name))
