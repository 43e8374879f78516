"""SQL and HTML in every text field of every DocType that we ship: stored as text, never run, never shown as a script."""

import json
from collections.abc import Iterator
from unittest.mock import patch

import frappe

from l2c_app.setup import leftovers
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.source import PACKAGE

SQL = "'; drop table `tabLead`; -- \" \\ %s {0} {{ 7 * 7 }}"
HOSTILE = f"<script>alert('l2c')</script><img src=x onerror=alert(1)>{SQL}"
TEXTS = ("Data", "Small Text", "Text", "Long Text", "Text Editor")
SHORTEST = len(HOSTILE)


def shipped() -> Iterator[dict]:
	"""Yield the definition of each DocType as shipped."""
	for path in sorted((PACKAGE / "l2c_app" / "doctype").glob("*/*.json")):
		yield json.loads(path.read_text(encoding="utf-8"))


def text_fields(definition: dict) -> list[str]:
	"""Return the fields that take any text: not names, nor what the host checks to be a phone, mail address and the like."""
	return [
		field["fieldname"]
		for field in definition["fields"]
		if field["fieldtype"] in TEXTS
		and field["fieldname"] != naming_field(definition)
		and not (field["fieldtype"] == "Data" and field.get("options"))
		and (field.get("length") or 140) >= SHORTEST
	]


def naming_field(definition: dict) -> str:
	"""Return the field that names the document: in names the host refuses "<" and ">" itself."""
	return (definition.get("autoname") or "").partition("field:")[2]


@bench_only("the host's own sanitising and print")
class TestHostileText(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.leads = frappe.db.count("Lead")

	def store(self, definition: dict) -> frappe.model.document.Document:
		"""Save a document with hostile text in every field, by the host's own path and without our rules in between."""
		document = frappe.new_doc(definition["name"])
		document.update(dict.fromkeys(text_fields(definition), HOSTILE))
		if definition.get("autoname") == "prompt":
			document.name = frappe.generate_hash(length=10)
		if naming_field(definition):
			document.set(naming_field(definition), frappe.generate_hash(length=10))
		if definition.get("istable"):
			document.update({"parent": "nobody", "parenttype": "Sales Contract", "parentfield": "items"})
		document.flags.ignore_permissions = document.flags.ignore_mandatory = document.flags.ignore_links = (
			True
		)
		with patch.object(type(document), "run_method"):
			if definition.get("issingle"):
				document.save()
			else:
				document.insert()
		return frappe.get_doc(definition["name"], document.name)

	def test_every_text_field_of_every_doctype(self) -> None:
		seen = 0
		for definition in shipped():
			with self.subTest(definition["name"]):
				stored = self.store(definition)
				for field in text_fields(definition):
					seen += 1
					text = str(stored.get(field) or "").lower()
					self.assertNotIn("<script", text, field)
					self.assertNotIn("<img src=x onerror", text, field)
					self.assertIn("drop table", text, field)
		self.assertGreater(seen, 150)
		self.assertEqual(frappe.db.count("Lead"), self.leads)
		self.assertEqual({each["name"] for each in shipped()}, set(leftovers.our_doctypes()))

	def test_what_is_stored_prints_as_text(self) -> None:
		for definition in shipped():
			if definition.get("istable") or definition.get("issingle"):
				continue
			with self.subTest(definition["name"]):
				stored = self.store(definition)
				html = frappe.get_print(definition["name"], stored.name).lower()
				self.assertNotIn("<script>alert", html)
				self.assertNotIn("onerror=alert", html)
				self.assertNotIn("49 }}", html)
