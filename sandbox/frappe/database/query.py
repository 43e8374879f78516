"""Filters, fields and order of a list, as SQL."""

from typing import Any

import frappe
from frappe import _, not_emulated
from frappe.database.plain import plain_rows
from frappe.utils.data import DATE_READERS, cstr
from pypika import Criterion, Field, Order

OPERATORS = {
	"=": lambda field, value: field == value, "!=": lambda field, value: field != value,
	"<": lambda field, value: field < value, ">": lambda field, value: field > value,
	"<=": lambda field, value: field <= value, ">=": lambda field, value: field >= value,
	"like": lambda field, value: field.like(value), "not like": lambda field, value: field.not_like(value),
	"in": lambda field, value: field.isin(value), "not in": lambda field, value: field.notin(value),
	"between": lambda field, value: field[value[0] : value[1]],
	"is": lambda field, value: field.isnull() if value == "not set" else field.notnull(),
}  # fmt: skip


class _Literal(Criterion):
	"""A condition written as SQL."""

	def __init__(self, sql: str) -> None:
		super().__init__()
		self.sql = sql

	def get_sql(self, **_kwargs: Any) -> str:
		return self.sql


def default_order(doctype: str) -> str:
	meta = frappe.get_meta(doctype)
	return f"{meta.sort_field or 'modified'} {meta.sort_order or 'desc'}"


def build_query(
	doctype: str,
	fields: Any,
	filters: Any,
	*,
	or_filters: Any = None,
	order_by: str | None = None,
	limit: int | None = None,
	offset: int | None = None,
	null_is_empty: bool = False,
) -> Any:
	"""A query of one DocType, without fields a deletion; `null_is_empty` as get_all reads NULL."""
	lists = _Lists(doctype, null_is_empty)
	query = frappe.qb.from_(lists.table, immutable=False)  # built here alone: no copy per step
	query = query.select(*lists.selected(fields)) if fields else query.delete()
	for criterion in lists.criteria(filters):
		query = query.where(criterion)
	if or_filters:
		query = query.where(Criterion.any(lists.criteria(or_filters)))
	for field, direction in lists.parse_order(order_by):
		query = query.orderby(field, order=direction)
	query = query.limit(limit) if limit else query
	return query.offset(offset) if offset else query


class _Lists:
	"""Reads names of columns, filters and orders of one DocType."""

	def __init__(self, doctype: str, null_is_empty: bool) -> None:
		self.doctype, self.null_is_empty = doctype, null_is_empty
		self.table, self.meta = frappe.qb.DocType(doctype), frappe.get_meta(doctype)

	# columns

	def field(self, name: str) -> Any:
		"""`name` or `tabX`.`name`; what would join is not emulated."""
		prefix, dot, column = name.replace("`", "").strip().rpartition(".")
		if (dot and prefix != f"tab{self.doctype}") or column in self.meta.dropped:
			not_emulated(f"field {name} in a list of {self.doctype}")
		if column == "*":
			return self.table.star
		if not self.meta.column_type(column):
			raise frappe.db.connection.OperationalError(f"Unknown column '{column}' of {self.doctype}")
		return self.table.field(column)

	def selected(self, fields: Any) -> list:
		listed = fields if isinstance(fields, list | tuple) else cstr(fields).split(",")
		return [self._selected(field) if isinstance(field, str | dict) else field for field in listed]

	def _selected(self, field: Any) -> Any:
		if isinstance(field, dict) or "(" in field:
			not_emulated(f"selected field {field}")
		name, _as, alias = field.partition(" as ")
		return self.field(name).as_(alias.strip("` ")) if alias else self.field(name)

	def parse_order(self, order_by: str | None) -> list:
		parsed = []
		for part in (part.strip() for part in (order_by or "").split(",") if part.strip()):
			if "(" in part:
				not_emulated(f"order by {part}")
			name, _space, direction = part.partition(" ")
			known = "." in name or self.meta.column_type(name.strip("`"))
			column = self.field(name) if known else Field(name.strip("`"))  # the alias of a selected field
			parsed.append((column, Order.desc if direction.strip().lower() == "desc" else Order.asc))
		return parsed

	# filters

	def criteria(self, filters: Any) -> list:
		"""From a name, a dict or a list of conditions."""
		if isinstance(filters, str | int):
			return [self.table.name == str(filters)]
		if isinstance(filters, dict):
			pairs = filters.items()
			filters = [
				(key, *value) if isinstance(value, list | tuple) else (key, "=", value)
				for key, value in pairs
			]
		for item in filters or ():
			if not isinstance(item, list | tuple) or len(item) != 3:
				not_emulated(f"filter {item!r}")
		return [self._criterion(*item) for item in filters or ()]

	def _criterion(self, name: str, operator: str, value: Any) -> Any:
		operator = operator.lower().strip()
		if operator not in OPERATORS or hasattr(value, "get_sql"):
			not_emulated(f"filter operator {operator} {value}")
		field = self.field(name)
		kind = self.meta.column_type(field.name)
		if self.null_is_empty:
			return self._reading_null_as_empty(field, kind, operator, value)
		return field.isnull() if value is None else self._compared(field, kind, operator, value)

	def _compared(self, field: Any, kind: str, operator: str, value: Any) -> Any:
		"""With the value as the column stores it."""
		if operator in ("in", "not in"):
			value = [_as_kind(kind, item) for item in _listed(value)] or [""]
		elif operator == "between":
			start, end = (_as_kind(kind, moment) for moment in value)
			if kind == "datetime" and len(str(value[1])) <= 10:
				end = end.replace(hour=23, minute=59, second=59, microsecond=999999)
			value = start, end
		elif operator not in ("is", "like", "not like"):
			value = _as_kind(kind, value)
		return OPERATORS[operator](field, value)

	def _reading_null_as_empty(self, field: Any, kind: str, operator: str, value: Any) -> Any:
		"""get_all: NULL counts as the type's empty value where that could decide."""
		is_text, is_number = kind in ("varchar", "text"), kind in ("int", "real")
		if operator == "is" and is_text:
			return (field == "") | field.isnull() if value == "not set" else field != ""
		value = (0 if is_number else "") if value is None else value
		criterion = self._compared(field, kind, operator, value)
		is_nullable = not is_number and field.name not in ("name", "creation", "modified")
		return criterion | field.isnull() if is_nullable and _fits_empty(operator, value) else criterion


def _listed(value: Any) -> list:
	return value.split(",") if isinstance(value, str) else list(value or ())


def _as_kind(kind: str, value: Any) -> Any:
	if kind in DATE_READERS:
		return DATE_READERS[kind](value) if value else ""
	return cstr(value) if kind in ("varchar", "text") else float(value or 0)


def _fits_empty(operator: str, value: Any) -> bool:
	"""Whether an empty value meets the condition."""
	if operator in ("in", "not in"):
		return any(item in (None, "") for item in _listed(value)) == (operator == "in")
	return not value if operator == "=" else operator in ("!=", "not like", "<", "<=") and bool(value)


def get_list(
	doctype: str,
	fields: Any = None,
	filters: Any = None,
	*,
	or_filters: Any = None,
	order_by: str | None = "KEEP_DEFAULT_ORDERING",
	start: int = 0,
	limit: int | None = None,
	pluck: str | None = None,
	as_list: bool = False,
	ignore_permissions: bool = False,
	user: str | None = None,
	parent_doctype: str | None = None,
	**unknown: Any,
) -> list:
	"""Rows that the user may read: role permissions and the hooks' conditions. Shared documents: the real host's."""
	if unknown:
		not_emulated(f"get_list({', '.join(sorted(unknown))})")
	order_by = default_order(doctype) if order_by == "KEEP_DEFAULT_ORDERING" else order_by
	fields = [pluck] if pluck and not fields else fields or ["name"]
	if ignore_permissions and not (or_filters or start or as_list):
		rows = plain_rows(doctype, fields, filters, order_by, limit, null_is_empty=True)
		if rows is not None:
			return [row[pluck] for row in rows] if pluck else rows
	query = build_query(
		doctype, fields, filters, or_filters=or_filters,
		order_by=order_by, limit=limit, offset=start, null_is_empty=True,
	)  # fmt: skip
	if not ignore_permissions:
		query = _permitted(doctype, query, user or frappe.session.user, parent_doctype)
	rows = query.run(as_dict=not as_list and not pluck, pluck=pluck)
	return list(rows)


def get_all(doctype: str, *args: Any, **kwargs: Any) -> list:
	"""Rows without permission checks."""
	return get_list(doctype, *args, **{**kwargs, "ignore_permissions": True})


def _permitted(doctype: str, query: Any, user: str, parent_doctype: str | None) -> Any:
	if user == "Administrator":
		return query
	rights = frappe.permissions.get_role_permissions(frappe.get_meta(parent_doctype or doctype), user)
	if not (rights.get("read") or rights.get("select")):
		raise frappe.PermissionError(_("Insufficient Permission for {0}").format(frappe.bold(doctype)))
	if rights.get("has_if_owner_enabled"):
		not_emulated(f"lists of {doctype}, of which some roles see only their own")
	for sql in frappe.permissions.list_conditions(doctype, user):
		query = query.where(_Literal(f"({sql})"))
	return query
