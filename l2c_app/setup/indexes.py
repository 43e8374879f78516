"""Indexes of our tables. The host asks for them only where a DocType's file changed, so each migrate asks again."""

from importlib import import_module

import frappe

from l2c_app.setup.leftovers import our_doctypes


def ensure() -> None:
	"""Add what is missing, by what each DocType says itself; what is there stays."""
	for doctype in our_doctypes():
		name = frappe.scrub(doctype)
		module = import_module(f"l2c_app.l2c_app.doctype.{name}.{name}")
		add = getattr(module, "on_doctype_update", None)
		if add:
			add()
