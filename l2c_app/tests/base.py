"""The test case of this app: one class for the v15 bench, the v16 bench and the sandbox."""

import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import frappe

from l2c_app import compat

IN_SANDBOX: bool = bool(getattr(frappe, "__sandbox__", False))
WAITS_FOR_HOST = "waits for a real host: "
MANY_USERS = 1000
Decorated = TypeVar("Decorated", bound=Callable | type)


def bench_only(reason: str) -> Callable[[Decorated], Decorated]:
	"""Mark a test or class that needs the real host. The sandbox skips it, and the runner counts such skips."""
	return unittest.skipIf(IN_SANDBOX, WAITS_FOR_HOST + reason)


class L2CTestCase(compat.test_case_class()):
	"""Master data once per class (committed, idempotent), everything a test does rolled back after it.

	Tests neither commit nor override tearDown; what they need they make in setUp or in the test.
	"""

	@classmethod
	def setUpClass(cls) -> None:
		from l2c_app.tests import committed_pools, factories

		frappe.set_user("Administrator")
		if not IN_SANDBOX:
			committed_pools.remove_left()
			# the host lets a site have 60 new users an hour; the tests together need more, and a run must not depend on that
			frappe.local.conf.throttle_user_limit = MANY_USERS
		factories.bootstrap()
		frappe.db.commit()
		super().setUpClass()

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		self.addCleanup(self._forget)

	def _forget(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.local.l2c_dirty = None
		# the host remembers the mail account for the whole process: one rolled back would go on sending, and sending commits
		frappe.local.outgoing_email_account = {}
		if not IN_SANDBOX:
			# counting the connections of a document limits every later statement of the session to one second
			frappe.db.set_execution_timeout(0)
		frappe.local.message_log = []
		frappe.clear_document_cache("L2C Settings", "L2C Settings")

	@contextmanager
	def as_user(self, user: str) -> Iterator[None]:
		"""Run a block as `user`, then return to the one before, also after a refusal."""
		before = frappe.session.user
		frappe.set_user(user)
		try:
			yield
		finally:
			frappe.set_user(before)

	@contextmanager
	def settings(self, doctype: str, **values: object) -> Iterator[None]:
		"""Run a block under other values of a Single; the old values come back also after a failure."""
		before = {field: frappe.db.get_single_value(doctype, field) for field in values}
		self._write_single(doctype, values)
		try:
			yield
		finally:
			self._write_single(doctype, before)

	def _write_single(self, doctype: str, values: dict) -> None:
		for fieldname, value in values.items():
			frappe.db.set_single_value(doctype, fieldname, value)
		frappe.clear_document_cache(doctype, doctype)
