"""Renewing the recorded surfaces drops nothing that the app uses, whatever the sources lack or this Python cannot read."""

import importlib.util
import json
import tempfile
import unittest
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from l2c_app.tests import host_names
from l2c_app.tests.source import PACKAGE

SCRIPT = PACKAGE.parent / "scripts" / "record_surfaces.py"


@unittest.skipUnless(SCRIPT.exists(), "installed without its scripts")
class TestRecordSurfaces(unittest.TestCase):
	def setUp(self):
		spec = importlib.util.spec_from_file_location("record_surfaces", SCRIPT)
		self.script = importlib.util.module_from_spec(spec)
		spec.loader.exec_module(self.script)
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.bench = Path(folder.name)
		self.source("frappe/plain.py", "def known(a, b=1): pass\n")
		self.source("frappe/newer.py", "def known(: pass\n")

	def source(self, path: str, text: str):
		file = self.bench / "apps" / "frappe" / path
		file.parent.mkdir(parents=True, exist_ok=True)
		file.write_text(text)

	def printed(self, action, *arguments):
		out = StringIO()
		with redirect_stdout(out):
			result = action(*arguments)
		return result, out.getvalue()

	def test_a_file_that_cannot_be_read_is_named_and_its_recorded_names_stay(self):
		used = {("frappe.plain", "known"), ("frappe.newer", "known"), ("frappe.newer", "fresh")}
		recorded = {"frappe.newer": {"known": "()"}, "frappe.old": {"unused": "()"}}
		with patch.object(host_names, "names", return_value=used):
			names, said = self.printed(self.script.names, {}, self.bench, recorded)
		self.assertEqual(names, {"frappe.plain": {"known": "(a, b=1)"}, "frappe.newer": {"known": "()"}})
		self.assertIn("not readable by this Python, skipped", said)
		self.assertIn("newer.py, line 1", said)
		self.assertIn("kept as recorded: frappe.newer.known", said)
		self.assertIn("not found: frappe.newer.fresh", said)

	def test_fields_come_from_facts_and_source_and_recorded_ones_stay(self):
		meta = {"fields": [{"fieldname": "in_source"}]}
		self.source("frappe/desk/doctype/a_list/a_list.json", json.dumps(meta))
		used = {("A List", field) for field in ("in_source", "in_facts", "in_record", "nowhere")}
		facts, recorded = {"A List": {"fields": {"in_facts": {}}}}, {"A List": ["in_record", "unused"]}
		with patch.object(host_names, "fields", return_value=used):
			fields, said = self.printed(self.script.fields, facts, self.bench, recorded)
		self.assertEqual(fields, {"A List": ["in_facts", "in_record", "in_source", "unused"]})
		self.assertEqual(said, "kept as recorded: A List.in_record\nnot found: A List.nowhere\n")
