"""Work that a person approved is done in that person's name, whoever's job does it."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def acting_as(user: str) -> Iterator[None]:
	"""Run a block with `user` as the session's user, then return to the one before."""
	before = frappe.session.user
	if user == before:
		yield
		return
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)
