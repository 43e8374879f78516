"""Assignments: ToDos and the list of names on the document."""

import json
from typing import Any

import frappe
from frappe._emulation import module_getattr


def add(args: dict | None = None, *, ignore_permissions: bool = False) -> list:
	"""One ToDo per user who has none open."""
	users = frappe.parse_json(args["assign_to"])
	for user in users:
		key = {"reference_type": args["doctype"], "reference_name": args["name"], "status": "Open", "allocated_to": user}
		if not frappe.db.exists("ToDo", key):
			extra = {"assigned_by": frappe.session.user, "date": args.get("date") or frappe.utils.nowdate()}
			text = args.get("description") or f"Assignment for {args['doctype']} {args['name']}"
			frappe.get_doc({"doctype": "ToDo", **key, **extra, "description": text}).insert(ignore_permissions=True)
	_store(args["doctype"], args["name"])
	return get(args)


def get(args: dict | None = None) -> list:
	filters = {"reference_type": args["doctype"], "reference_name": args["name"], "status": "Open"}
	return frappe.get_all("ToDo", filters=filters, fields=["allocated_to as owner", "name"], order_by="creation", limit=5)


def remove(doctype: str, name: str, assign_to: str, ignore_permissions: bool = False) -> list:
	return set_status(doctype, name, assign_to=assign_to, status="Cancelled")


def close_all_assignments(doctype: str, name: str, ignore_permissions: bool = False) -> bool:
	set_status(doctype, name, status="Closed")
	return True


def clear(doctype: str, name: str, ignore_permissions: bool = False) -> bool:
	set_status(doctype, name, status="Cancelled")
	return True


def set_status(doctype: str, name: str, todo: str | None = None, assign_to: str | None = None, status: str = "Cancelled", **_ignored: Any) -> list:
	filters = {"reference_type": doctype, "reference_name": name, "status": "Open"}
	filters.update({"allocated_to": assign_to} if assign_to else {})
	for open_todo in frappe.get_all("ToDo", filters=filters, pluck="name", order_by="creation"):
		frappe.db.set_value("ToDo", open_todo, "status", status)
	_store(doctype, name)
	return get({"doctype": doctype, "name": name})


def _store(doctype: str, name: str) -> None:
	filters = {"reference_type": doctype, "reference_name": name, "status": "Open"}
	users = frappe.get_all("ToDo", filters=filters, pluck="allocated_to", order_by="creation desc")
	frappe.db.set_value(doctype, name, "_assign", json.dumps(users) if users else "", update_modified=False)


__getattr__ = module_getattr(__name__)
