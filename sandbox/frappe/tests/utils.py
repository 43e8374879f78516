"""The host's test base, with a rollback after every class, and settings for a while."""

import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe


class FrappeTestCase(unittest.TestCase):
	@classmethod
	def setUpClass(cls) -> None:
		frappe.db.commit()
		cls.addClassCleanup(frappe.db.rollback)
		super().setUpClass()

	@contextmanager
	def set_user(self, user: str) -> Iterator[None]:
		before = frappe.session.user
		frappe.set_user(user)
		try:
			yield
		finally:
			frappe.set_user(before)


@contextmanager
def change_settings(doctype: str, settings_dict: dict | None = None, **values: Any) -> Iterator[None]:
	"""Other values of a Single inside the block."""
	values = {**(settings_dict or {}), **values}
	before = {key: frappe.db.get_single_value(doctype, key) for key in values}
	frappe.get_doc(doctype).update(values).save(ignore_permissions=True)
	try:
		yield
	finally:
		frappe.get_doc(doctype).update(before).save(ignore_permissions=True)
