"""Every line of patches.txt leads to a patch that can run, in its section, once."""

import importlib
import re
import unittest

from l2c_app.tests.source import APP, PACKAGE

LINES = (PACKAGE / "patches.txt").read_text(encoding="utf-8").splitlines()
PATCHES = [line.split("#")[0].strip() for line in LINES if line.strip() and not line.startswith(("#", "["))]


class TestPatches(unittest.TestCase):
	def test_both_sections_exist_in_order(self):
		sections = [line.strip() for line in LINES if line.startswith("[")]
		self.assertEqual(sections, ["[pre_model_sync]", "[post_model_sync]"])

	def test_every_patch_runs_something_that_exists(self):
		for patch in PATCHES:
			with self.subTest(patch=patch):
				self.assertTrue(callable(_target(patch)))

	def test_no_patch_is_listed_twice(self):
		self.assertEqual(len(PATCHES), len(set(PATCHES)))

	def test_every_patch_file_is_listed(self):
		files = [path for path in (PACKAGE / "patches").rglob("*.py") if path.stem != "__init__"]
		listed = {f"{APP}.{'.'.join(path.relative_to(PACKAGE).with_suffix('').parts)}" for path in files}
		self.assertEqual(listed - set(PATCHES), set())


def _target(patch: str) -> object:
	"""Return the function a line runs: `module` means module.execute, `execute:from m import f; f()` means m.f."""
	statement = re.fullmatch(r"execute:from ([\w.]+) import (\w+); ?\2\(\)", patch)
	module, name = statement.groups() if statement else (patch, "execute")
	return getattr(importlib.import_module(module), name)
