"""A second connection to the database, in a thread: what somebody else does meanwhile. Only on a real host."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import frappe


def elsewhere(action: Callable[[], object], user: str = "Administrator") -> None:
	"""Do and commit something in a connection of its own, in the name of a user. Raises what it raises."""
	failed: list[Exception] = []

	def work(site: str = frappe.local.site) -> None:
		frappe.init(site)
		frappe.connect()
		try:
			frappe.set_user(user)
			action()
			frappe.db.commit()
		except Exception as error:
			failed.append(error)
		finally:
			frappe.destroy()

	thread = threading.Thread(target=work)
	thread.start()
	thread.join()
	if failed:
		raise failed[0]


@contextmanager
def holding(doctype: str, name: str) -> Iterator[None]:
	"""Keep a document locked by a connection of its own."""
	held, done = threading.Event(), threading.Event()

	def work(site: str = frappe.local.site) -> None:
		frappe.init(site)
		frappe.connect()
		frappe.get_doc(doctype, name, for_update=True)
		held.set()
		done.wait(60)
		frappe.destroy()

	thread = threading.Thread(target=work)
	thread.start()
	assert held.wait(60)
	try:
		yield
	finally:
		done.set()
		thread.join()
