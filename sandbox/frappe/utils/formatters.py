"""Values as a print format shows them."""

from typing import Any

import frappe
from frappe.model.meta import get_field_precision
from frappe.utils.data import cint, cstr, flt, fmt_money, format_datetime, formatdate


def format_value(value: Any, df: Any = None, doc: Any = None, currency: str | None = None, **_ignored: Any) -> str:
	"""By the field's type."""
	df = frappe._dict(df if isinstance(df, dict) else {"fieldtype": df or "Data"})
	if df.fieldtype == "Date":
		return formatdate(value)
	if df.fieldtype == "Datetime":
		return format_datetime(value)
	if df.fieldtype == "Currency":
		option = df.options or ""
		if not currency and ":" in option and doc:
			link, key, wanted = option.split(":")
			currency = frappe.get_cached_value(link, doc.get(key), wanted) if doc.get(key) else None
		elif not currency and option and doc:
			parent = doc.get("parent_doc") or getattr(doc, "parent_doc", None)
			currency = doc.get(option) or (parent.get(option) if parent else None)
		currency = currency or frappe.db.get_default("currency")
		return fmt_money(value, precision=get_field_precision(df, doc), currency=currency)
	if df.fieldtype in ("Float", "Percent"):
		text = fmt_money(flt(value), precision=get_field_precision(df, doc))
		return f"{text}%" if df.fieldtype == "Percent" else text
	return str(cint(value)) if df.fieldtype == "Int" else cstr(value)
