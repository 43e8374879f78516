"""What is asked most, columns by texts or numbers they equal, as SQL without a builder; None where that needs one."""

from typing import Any

import frappe

TEXTS, NUMBERS = ("varchar", "text"), ("int", "real")
OPERATORS = {"=": "in", "in": "in", "!=": "not in", "not in": "not in"}


def plain_rows(
	doctype: str,
	fields: Any,
	filters: Any,
	order_by: str | None,
	limit: int | None,
	null_is_empty: bool = False,
) -> list | None:
	"""Rows as dicts."""
	fields = [fields] if isinstance(fields, str) else fields
	column_type = frappe.get_meta(doctype).column_type
	orders = [part.split()[0] for part in order_by.split(",")] if order_by else []
	known = (*(field for field in fields if field != "*"), *orders)
	where = plain_where(doctype, filters, null_is_empty)
	if where is None or not all(isinstance(name, str) and column_type(name) for name in known):
		return None
	columns = ", ".join(field if field == "*" else f"`{field}`" for field in fields)
	ending = (f" order by {order_by}" if order_by else "") + (f" limit {limit}" if limit else "")
	return frappe.db.rows(f"select {columns} from `tab{doctype}` where {where[0]}{ending}", *where[1])


def plain_where(doctype: str, filters: Any, null_is_empty: bool = False) -> tuple[str, list] | None:
	"""The condition and its values."""
	if isinstance(filters, list | tuple):
		return None
	filters = filters if isinstance(filters, dict) else {"name": filters}
	column_type = frappe.get_meta(doctype).column_type
	parts: list[str] = []
	values: list = []
	for column, wanted in filters.items():
		is_pair = isinstance(wanted, list | tuple) and len(wanted) == 2
		operator, listed = wanted if is_pair else ("=", wanted)
		listed = [listed] if operator in ("=", "!=") else listed
		kind = column_type(column)
		if operator not in OPERATORS or not _is_plain(kind, listed, null_is_empty):
			return None
		part = f"`{column}` {OPERATORS[operator]} ({', '.join('?' * len(listed))})"
		excludes = null_is_empty and kind in TEXTS and OPERATORS[operator] == "not in"
		parts.append(f"({part} or `{column}` is null)" if excludes else part)
		values += listed
	return " and ".join(parts) or "1", values


def _is_plain(kind: str | None, listed: Any, null_is_empty: bool) -> bool:
	if not isinstance(listed, list | tuple | set) or not listed:
		return False
	if kind in NUMBERS:
		return all(isinstance(value, int | float) for value in listed)
	return kind in TEXTS and all(isinstance(value, str) and (value or not null_is_empty) for value in listed)
