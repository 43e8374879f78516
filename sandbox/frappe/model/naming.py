"""How a document gets its name."""

import re
from typing import Any

import frappe
from frappe import _, not_emulated
from frappe.utils import cstr, now_datetime

ALLOWED_SERIES = re.compile(r"^[\w\- \/.#{}]+$", re.UNICODE)


class InvalidNamingSeriesError(frappe.ValidationError):
	pass


def set_new_name(doc: Any) -> None:
	"""In the host's order: amendment, Single, the controller's autoname, the DocType's rule, hash."""
	doc.run_method("before_naming")
	rule = doc.meta.autoname or ""
	if rule.lower() != "prompt":
		doc.name = None
	if doc.get("amended_from"):
		doc.name = _amended_name(doc)
	elif doc.meta.issingle:
		doc.name = doc.doctype
	if not doc.name:
		doc.run_method("autoname")
	if not doc.name and rule:
		doc.name = _name_by_rule(doc, rule)
	doc.name = validate_name(doc.doctype, doc.name or make_autoname("hash", doc.doctype))


def _name_by_rule(doc: Any, rule: str) -> str | None:
	kind = rule.lower()
	if kind.startswith("field:"):
		fieldname = rule[6:]
		return cstr(doc.get(fieldname)).strip() or frappe.throw(
			_("{0} is required").format(doc.meta.get_label(fieldname))
		)
	if kind.startswith("naming_series:"):
		doc.naming_series = doc.get("naming_series") or get_default_naming_series(doc.doctype)
		return make_autoname(f"{doc.naming_series}.#####", doc.doctype, doc)
	if kind == "prompt":
		return doc.name or frappe.throw(_("Please set the document name"))
	if kind == "hash" or kind == "random":
		return make_autoname("hash")
	return make_autoname(rule, doc=doc) if "#" in rule else not_emulated(f"autoname {rule}")


def _amended_name(doc: Any) -> str:
	"""ORIGINAL-1, then ORIGINAL-2."""
	before = frappe.db.get_value(doc.doctype, doc.amended_from, "amended_from")
	if not before:
		return f"{doc.amended_from}-1"
	stem, _dash, number = doc.amended_from.rpartition("-")
	return f"{stem}-{int(number) + 1}"


def make_autoname(key: str = "", doctype: str = "", doc: Any = "", *, ignore_validate: bool = False) -> str:
	"""A name by a series such as `ABC-.YYYY.-.#####`, or a random one for `hash`."""
	if key == "hash":
		return frappe.generate_hash(length=10)
	series = key if "#" in key else f"{key}.#####"
	if "." not in series or not ALLOWED_SERIES.match(series):
		frappe.throw(_("Invalid naming series {0}").format(series), InvalidNamingSeriesError)
	return parse_naming_series(series.split("."), doctype, doc)


def parse_naming_series(parts: list[str] | str, doctype: str | None = None, doc: Any = None) -> str:
	"""Dates, fields and the first run of # are filled in."""
	today, name, counted = now_datetime(), "", False
	dates = {"YY": "%y", "MM": "%m", "DD": "%d", "YYYY": "%Y"}
	for part in parts.split(".") if isinstance(parts, str) else parts:
		if part.startswith("#"):
			name += "" if counted else getseries(name, len(part))
			counted = True
		elif part in dates:
			name += today.strftime(dates[part])
		elif part in ("WW", "timestamp", "FY"):
			not_emulated(f"series part {part}")
		elif part and doc and (part.startswith("{") or doc.get(part) is not None):
			name += cstr(doc.get(part.strip("{}"))).strip()
		else:
			name += part
	return name


def getseries(key: str, digits: int) -> str:
	"""The next number of this prefix."""
	frappe.db.rows("insert into `tabSeries` (name, current) values (?, 0) on conflict (name) do nothing", key)
	frappe.db.rows("update `tabSeries` set current = current + 1 where name = ?", key)
	current = frappe.db.rows("select current from `tabSeries` where name = ?", key)[0]["current"]
	return str(current).zfill(digits)


def get_default_naming_series(doctype: str) -> str | None:
	df = frappe.get_meta(doctype).get_field("naming_series")
	options = [option for option in ((df and df.options) or "").split("\n") if option]
	return (df and df.default) or (options[0] if options else None)


def append_number_if_name_exists(
	doctype: str, value: str, fieldname: str = "name", separator: str = "-", filters: Any = None
) -> str:
	"""VALUE, VALUE-1, VALUE-2 …"""
	number, candidate = 0, value
	while frappe.db.exists(doctype, {**(filters or {}), fieldname: candidate}):
		number += 1
		candidate = f"{value}{separator}{number}"
	return candidate


def validate_name(doctype: str, name: Any) -> str:
	"""A name is a string without < and >, not the placeholder of a new document."""
	name = cstr(name).strip()
	if not name:
		frappe.throw(_("No Name Specified for {0}").format(doctype))
	if name.startswith("New " + doctype):
		frappe.throw(_("There were some errors setting the name"), frappe.NameError)
	if frappe.get_meta(doctype).istable == 0 and re.search(r"[<>]", name):
		frappe.throw(_("Name cannot contain special characters like {0}").format("<, >"), frappe.NameError)
	return name


def revert_series_if_last(key: str, name: str, doc: Any = None) -> None:
	"""Give the number back if it was the last one handed out."""
	series = key if "#" in key else f"{key}.#####"
	head, digits = series.split("#", 1)[0], len(series) - len(series.split("#", 1)[0])
	prefix = parse_naming_series(head, doc=doc)
	number = name[len(prefix) :].split("-")[0] if name.startswith(prefix) and digits else ""
	if number.isdigit():
		sql = "update `tabSeries` set current = current - 1 where name = ? and current = ?"
		frappe.db.rows(sql, prefix, int(number))
