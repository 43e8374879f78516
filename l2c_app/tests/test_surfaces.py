"""Every name and every native field that the app uses exists in the recorded surfaces of both host versions.

The records under surfaces/ hold only what we use; scripts/record_surfaces.py renews them.
"""

import json
import unittest

from l2c_app.setup import custom_fields, leftovers
from l2c_app.tests import host_names
from l2c_app.tests.source import PACKAGE

VERSIONS = ("v15", "v16")
# Used only behind compat, on the version that has it.
ONE_VERSION_ONLY = {
	("frappe.tests", "IntegrationTestCase"): "v16",
	("frappe.tests.utils", "FrappeTestCase"): "v15",
}


class TestSurfaces(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.surfaces = {
			version: json.loads((PACKAGE / "tests" / "surfaces" / f"{version}.json").read_text())
			for version in VERSIONS
		}

	def test_every_name_exists_in_both_versions(self):
		used = host_names.names()
		self.assertGreater(len(used), 60)
		for version, surface in self.surfaces.items():
			for module, name in sorted(used):
				if ONE_VERSION_ONLY.get((module, name), version) == version:
					with self.subTest(version=version, name=f"{module}.{name}"):
						self.assertIn(name, surface["names"].get(module, {}))

	def test_every_native_field_exists_in_both_versions(self):
		ours = set(leftovers.our_doctypes())
		used = {(doctype, field) for doctype, field in host_names.fields() if doctype not in ours}
		self.assertGreater(len(used), 40)
		for version, surface in self.surfaces.items():
			for doctype, field in sorted(used):
				if field not in _our_columns(doctype):
					with self.subTest(version=version, field=f"{doctype}.{field}"):
						self.assertIn(field, surface["fields"].get(doctype, []))

	def test_every_own_field_exists_in_our_documents(self):
		folder = PACKAGE / PACKAGE.name / "doctype"
		own = {}
		for path in folder.glob("*/*.json"):
			shape = json.loads(path.read_text())
			own[shape["name"]] = {field["fieldname"] for field in shape["fields"]}
		used = {(doctype, field) for doctype, field in host_names.fields() if doctype in own}
		self.assertEqual(
			[f"{doctype}.{field}" for doctype, field in sorted(used) if field not in own[doctype]], []
		)

	def test_nothing_is_recorded_that_we_do_not_use(self):
		used = host_names.names()
		for version, surface in self.surfaces.items():
			recorded = {(module, name) for module, names in surface["names"].items() for name in names}
			with self.subTest(version=version):
				self.assertEqual(recorded - used, set())


def _our_columns(doctype: str) -> set[str]:
	return {field["fieldname"] for field in custom_fields.FIELDS.get(doctype, [])}
