"""How a document gets its name."""

import re
from typing import Any

import frappe
from frappe import _, not_emulated
from frappe.utils import cstr, now_datetime

DATE_PARTS = {"YY": "%y", "MM": "%m", "DD": "%d", "YYYY": "%Y"}


def set_new_name(doc: Any) -> None:
	"""In the host's order: amendment, the controller's autoname, the DocType's rule, hash."""
	doc.run_method("before_naming")
	rule = doc.meta.autoname or ""
	if rule.lower() != "prompt":
		doc.name = None
	if doc.get("amended_from"):
		doc.name = _amended_name(doc)
	if not doc.name:
		doc.run_method("autoname")
	if not doc.name and rule:
		doc.name = _name_by_rule(doc, rule)
	doc.name = validate_name(doc.doctype, doc.name or make_autoname("hash"))


def _name_by_rule(doc: Any, rule: str) -> str | None:
	kind, _colon, fieldname = rule.partition(":")
	if kind == "field":
		return cstr(doc.get(fieldname)).strip() or frappe.throw(
			_("{0} is required").format(doc.meta.get_label(fieldname))
		)
	if kind == "naming_series":
		return make_autoname(f"{doc.naming_series}.#####", doc)
	if kind.lower() == "prompt":
		return doc.get("__newname") or frappe.throw(_("Please set the document name"))
	if kind.lower() in ("hash", "random"):
		return make_autoname("hash")
	return make_autoname(rule, doc) if "#" in rule else not_emulated(f"autoname {rule}")


def _amended_name(doc: Any) -> str:
	"""ORIGINAL-1, then ORIGINAL-2."""
	before = frappe.db.get_value(doc.doctype, doc.amended_from, "amended_from")
	stem, _dash, number = doc.amended_from.rpartition("-")
	return f"{stem}-{int(number) + 1}" if before else f"{doc.amended_from}-1"


def make_autoname(key: str, doc: Any = None) -> str:
	"""A name by a series such as `ABC-.YYYY.-.#####`, or a random one for `hash`."""
	if key == "hash":
		return frappe.generate_hash(length=10)
	return _fill_in(key if "#" in key else f"{key}.#####", doc)


def _fill_in(series: str, doc: Any) -> str:
	"""Dates, fields and the first run of # are filled in."""
	name, counted = "", False
	for part in series.split("."):
		if part.startswith("#"):
			name += "" if counted else _next_number(name, len(part))
			counted = True
		elif part in DATE_PARTS:
			name += now_datetime().strftime(DATE_PARTS[part])
		elif part in ("WW", "timestamp", "FY"):
			not_emulated(f"series part {part}")
		elif part and doc and (part.startswith("{") or doc.get(part) is not None):
			name += cstr(doc.get(part.strip("{}"))).strip()
		else:
			name += part
	return name


def _next_number(key: str, digits: int) -> str:
	frappe.db.rows("insert into `tabSeries` (name, current) values (?, 0) on conflict (name) do nothing", key)
	frappe.db.rows("update `tabSeries` set current = current + 1 where name = ?", key)
	current = frappe.db.rows("select current from `tabSeries` where name = ?", key)[0]["current"]
	return str(current).zfill(digits)


def append_number_if_name_exists(doctype: str, value: str) -> str:
	"""VALUE, VALUE-1, VALUE-2 …"""
	number, candidate = 0, value
	while frappe.db.exists(doctype, candidate):
		number += 1
		candidate = f"{value}-{number}"
	return candidate


def validate_name(doctype: str, name: Any) -> str:
	"""A name is a string without < and >, not the placeholder of a new document."""
	name = cstr(name).strip()
	if not name:
		frappe.throw(_("No Name Specified for {0}").format(doctype))
	if name.startswith("New " + doctype) or re.search(r"[<>]", name):
		frappe.throw(_("Name cannot contain special characters like {0}").format("<, >"), frappe.NameError)
	return name


def revert_series_if_last(key: str, name: str, doc: Any) -> None:
	"""Give the number back if it was the last one handed out."""
	prefix = _fill_in(key.split("#", 1)[0], doc)
	number = name.removeprefix(prefix).split("-")[0]
	if number.isdigit():
		sql = "update `tabSeries` set current = current - 1 where name = ? and current = ?"
		frappe.db.rows(sql, prefix, int(number))
