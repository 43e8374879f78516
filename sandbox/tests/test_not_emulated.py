"""What the sandbox does not stand for must be loud, and stay recorded when swallowed."""

import unittest
from collections.abc import Callable
from pathlib import Path

import frappe
import pytest
from frappe._emulation import NotEmulated, raised


@pytest.mark.meets_not_emulated
class TestNotEmulated(unittest.TestCase):
	"""Each case is met in a `try` that swallows everything, as code under test may do."""

	def assert_recorded(self, action: Callable) -> None:
		"""The action must raise NotEmulated and leave a trace."""
		raised.clear()
		try:
			action()
		except Exception as error:
			self.assertIsInstance(error, NotEmulated)
		self.assertTrue(raised, "nothing was recorded")

	def test_names_of_modules(self) -> None:
		self.assert_recorded(lambda: frappe.get_print)
		self.assert_recorded(lambda: frappe.utils.get_site_path_of_nothing)
		self.assert_recorded(lambda: frappe.db.sql("select 1"))
		self.assert_recorded(lambda: frappe.qb.terms_of_nothing)

	def test_sub_modules_and_hasattr_keep_their_meaning(self) -> None:
		raised.clear()
		from frappe import permissions

		self.assertTrue(hasattr(frappe, "permissions") and permissions)
		self.assertFalse(hasattr(frappe, "in_test"))
		self.assertEqual(raised, [])

	def test_filters_and_functions(self) -> None:
		self.assert_recorded(lambda: frappe.get_all("ToDo", filters={"date": ("timespan", "last week")}))
		self.assert_recorded(lambda: frappe.get_all("ToDo", fields=["year(date)"]))
		table = frappe.qb.DocType("ToDo")
		unknown = frappe.query_builder.CustomFunction("FIND_IN_SET", ["text"])
		self.assert_recorded(lambda: frappe.qb.from_(table).select(unknown(table.description)).run())

	def test_series_parts_and_rules(self) -> None:
		from frappe.model.naming import make_autoname

		self.assert_recorded(lambda: make_autoname("X-.WW.-.###"))

	def test_hook_keys(self) -> None:
		from unittest.mock import patch

		import l2c_app.hooks as hooks

		frappe._all_hooks.cache_clear()
		with patch.object(hooks, "boot_session", ["a.b"], create=True):
			self.assert_recorded(lambda: frappe.get_hooks("doc_events"))
		frappe._all_hooks.cache_clear()

	def test_fields_left_out(self) -> None:
		from unittest.mock import patch

		meta = frappe.get_meta("ToDo")
		with patch.object(meta, "dropped", frozenset({"left_out"})):
			todo = frappe.new_doc("ToDo", description="x")
			self.assert_recorded(lambda: todo.left_out)
			self.assert_recorded(lambda: todo.get("left_out"))
			self.assert_recorded(lambda: frappe.get_all("ToDo", filters={"left_out": 1}))
			self.assert_recorded(lambda: frappe.qb.DocType("ToDo").left_out)
			todo.left_out = 5
			self.assert_recorded(todo.insert)

	def tearDown(self) -> None:
		frappe.db.rollback()
		raised.clear()


class TestSite(unittest.TestCase):
	"""The stand-in says what it is."""

	def test_it_is_known_as_the_sandbox(self) -> None:
		self.assertTrue(frappe.__sandbox__)
		self.assertEqual(frappe.__version__.split(".")[0], {"v15": "15", "v16": "16"}[frappe.flavour])

	def test_jobs_wait_for_the_commit(self) -> None:
		frappe.enqueue("frappe.utils.nowdate")
		self.assertEqual(len(frappe.jobs), 1)
		frappe.db.rollback()
		self.assertEqual(frappe.enqueue("frappe.utils.cint", s="5", now=True), 5)
		frappe.jobs.clear()


def test_a_swallowed_one_fails_the_test(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
	"""The plugin's own promise."""
	monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
	pytester.makepyfile(
		"""
		import frappe
		def test_swallows():
			try:
				frappe.get_print
			except Exception:
				pass
		"""
	)
	result = pytester.runpytest_subprocess("-p", "pytest_plugin")
	result.assert_outcomes(failed=1)
