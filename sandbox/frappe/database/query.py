"""Filters, fields and order of a list, as SQL."""

import re
from typing import Any

import frappe
from frappe import _, not_emulated
from frappe.utils import cstr, flt, get_datetime, getdate

OPERATORS = {
	"=": lambda field, value: field == value, "!=": lambda field, value: field != value,
	"<": lambda field, value: field < value, ">": lambda field, value: field > value,
	"<=": lambda field, value: field <= value, ">=": lambda field, value: field >= value,
	"like": lambda field, value: field.like(value), "not like": lambda field, value: field.not_like(value),
	"in": lambda field, value: field.isin(_listed(value)), "not in": lambda field, value: field.notin(_listed(value)),
	"between": lambda field, value: field[value[0] : value[1]],
	"is": lambda field, value: field.isnull() if value == "not set" else field.notnull(),
}  # fmt: skip
NUMBERS = ("Check", "Float", "Int", "Currency", "Percent")


def _listed(value: Any) -> list:
	values = (
		value.split(",")
		if isinstance(value, str)
		else list(value)
		if not hasattr(value, "get_sql")
		else value
	)
	return values or [""]


def default_order(doctype: str) -> str:
	meta = frappe.get_meta(doctype)
	return f"{meta.sort_field or 'modified'} {meta.sort_order or 'desc'}"


def build_query(
	doctype: Any,
	fields: Any,
	filters: Any,
	*,
	order_by: str | None = None,
	limit: int | None = None,
	offset: int | None = None,
	distinct: Any = False,
	group_by: str | None = None,
	delete: bool = False,
	null_is_empty: bool = False,
	or_filters: Any = None,
	**_ignored: Any,
) -> Any:
	"""A query of one DocType; `null_is_empty` as get_all reads NULL."""
	table = doctype if not isinstance(doctype, str) else frappe.qb.DocType(doctype)
	builder = _Lists(table._table_name[3:], table, null_is_empty)
	query = frappe.qb.from_(table, immutable=False)  # built here alone: no copy per step
	builder.query = query.delete() if delete else query
	if not delete:
		builder.select(fields)
	for criterion in builder.criteria(filters):
		builder.query = builder.query.where(criterion)
	if or_filters:
		from pypika import Criterion

		builder.query = builder.query.where(Criterion.any(builder.criteria(or_filters)))
	for field, direction in builder.parse_order(order_by):
		builder.query = builder.query.orderby(field, order=direction)
	for name in (part.strip() for part in (group_by or "").split(",") if part.strip()):
		builder.query = builder.query.groupby(builder.field(name))
	builder.query = builder.query.distinct() if distinct else builder.query
	builder.query = builder.query.limit(limit) if limit else builder.query
	return builder.query.offset(offset) if offset else builder.query


class _Lists:
	"""Reads names of columns, filters and orders of one DocType."""

	def __init__(self, doctype: str, table: Any, null_is_empty: bool) -> None:
		self.doctype, self.table, self.null_is_empty = doctype, table, null_is_empty
		self.meta = frappe.get_meta(doctype)
		self.query: Any = None

	# columns

	def field(self, name: str) -> Any:
		"""`name` or `tabX`.`name`; what would join is not emulated."""
		name = name.replace("`", "").strip()
		prefix, dot, column = name.rpartition(".")
		if not dot or prefix == f"tab{self.doctype}":
			return self._own(column)
		return not_emulated(f"column {name} in a list of {self.doctype}")

	def _own(self, column: str) -> Any:
		known = self.meta.column_type(column) or column in ("name", "*")
		if not known and column in self.meta.dropped:
			not_emulated(f"field {column} of {self.doctype}")
		if not known:
			raise frappe.db.connection.OperationalError(f"Unknown column '{column}' of {self.doctype}")
		return self.table.star if column == "*" else self.table.field(column)

	def select(self, fields: Any) -> None:
		listed = (
			fields if isinstance(fields, list | tuple) else [part.strip() for part in cstr(fields).split(",")]
		)
		for field in listed:
			self.query = self.query.select(self._selected(field))

	def _selected(self, field: Any) -> Any:
		if not isinstance(field, str | dict):
			return field
		if isinstance(field, dict) or "(" in field:
			not_emulated(f"selected field {field}")
		name, _as, alias = (
			re.split(r"( as )", field, maxsplit=1, flags=re.IGNORECASE)
			if " as " in field
			else (field, "", "")
		)
		column = self.field(name)
		return column.as_(alias.strip("` ")) if alias else column

	def parse_order(self, order_by: str | None) -> list:
		from pypika import Field, Order

		parsed = []
		for part in (part.strip() for part in (order_by or "").split(",") if part.strip()):
			if "(" in part:
				not_emulated(f"order by {part}")
			name, _space, direction = part.partition(" ")
			known = (
				"." in name or self.meta.column_type(name.strip("`")) or name.strip("`") in self.meta.dropped
			)
			column = self.field(name) if known else Field(name.strip("`"))
			parsed.append((column, Order.asc if direction.strip().lower() in ("asc", "") else Order.desc))
		return parsed

	# filters

	def criteria(self, filters: Any) -> list:
		"""From a name, a list of names, a dict or a list of conditions."""
		if filters is None:
			return []
		if isinstance(filters, str | int):
			return [self.table.name == str(filters)]
		if isinstance(filters, dict):
			return [self._from_pair(key, value) for key, value in filters.items()]
		if not isinstance(filters, list | tuple):
			return [filters]
		if (
			filters
			and isinstance(filters[0], str)
			and len(filters) in (3, 4)
			and not isinstance(filters[1], list | tuple | dict)
		):
			if str(filters[1]).lower() in OPERATORS or (
				len(filters) == 4 and str(filters[2]).lower() in OPERATORS
			):
				return [self._from_list(filters)]
		if filters and all(isinstance(name, str | int) for name in filters):
			return [self.table.name.isin([str(name) for name in filters])]
		return [
			criterion
			for item in filters
			for criterion in (
				[self._from_list(item)] if isinstance(item, list | tuple) else self.criteria(item)
			)
		]

	def _from_pair(self, key: str, value: Any) -> Any:
		if isinstance(value, list | tuple):
			if len(value) != 2:
				not_emulated(f"filter {key} {value!r}")
			return self._criterion(key, str(value[0]), value[1])
		return self._criterion(key, "=", value)

	def _from_list(self, item: Any) -> Any:
		if len(item) == 2:
			return self._from_pair(*item)
		if len(item) == 3:
			return self._criterion(*item)
		doctype, name, operator, value = item[:4]
		return self._criterion(name if doctype == self.doctype else f"tab{doctype}.{name}", operator, value)

	def _criterion(self, name: Any, operator: str, value: Any) -> Any:
		operator = operator.lower().strip()
		if operator not in OPERATORS:
			not_emulated(f"filter operator {operator}")
		if not isinstance(name, str):
			return OPERATORS[operator](name, value)
		field = self.field(name)
		value = int(value) if isinstance(value, bool) else value
		if self.null_is_empty:
			return self._reading_null_as_empty(field, operator, value)
		if operator == "is":
			return field.isnull() if value == "not set" else field.notnull()
		if value is None:
			return field.isnull()
		return OPERATORS[operator](field, self._comparable(field, operator, value))

	def _df(self, field: Any) -> Any:
		return frappe.get_meta(field.table._table_name[3:])._fields.get(field.name)

	def _comparable(self, field: Any, operator: str, value: Any) -> Any:
		"""The value as the column stores it."""
		kind = frappe.get_meta(field.table._table_name[3:]).column_type(field.name)
		if operator in ("in", "not in") and not hasattr(value, "get_sql"):
			return [self._as_kind(kind, item) for item in _listed(value)]
		if operator == "between":
			start, end = (
				self._as_kind("date" if kind == "datetime" and len(str(v)) <= 10 else kind, v) for v in value
			)
			return [start, f"{end} 23:59:59.999999" if kind == "datetime" and len(str(end)) <= 10 else end]
		return value if operator.endswith("like") else self._as_kind(kind, value)

	def _as_kind(self, kind: str | None, value: Any) -> Any:
		if hasattr(value, "get_sql") or value in ("", None):
			return value
		if kind == "date":
			return getdate(value)
		if kind == "datetime":
			return get_datetime(value)
		return cstr(value) if kind in ("varchar", "text") else value

	def _reading_null_as_empty(self, field: Any, operator: str, value: Any) -> Any:
		"""get_all: NULL counts as the type's empty value where that could decide."""
		df, kind = self._df(field), frappe.get_meta(field.table._table_name[3:]).column_type(field.name)
		if operator == "is":
			blank = (field == "") | field.isnull()
			return (
				blank
				if value == "not set"
				else (field.notnull() if kind in ("date", "datetime") else field != "")
			)
		if operator in ("in", "not in"):
			return self._null_in_list(field, operator, value)
		if (df and df.fieldtype in NUMBERS) or kind in ("int", "real"):
			return OPERATORS[operator](field, flt(value) if operator != "between" else value)
		comparable = "" if value is None else self._comparable(field, operator, value)
		criterion = OPERATORS[operator](field, comparable)
		nullable = field.name not in ("name", "modified", "creation") and operator != "between"
		if (
			not nullable
			or (value and operator in ("=", "like"))
			or (kind in ("date", "datetime") and operator in (">", ">="))
		):
			return criterion
		if operator == "=" or operator in ("!=", "not like", "<", "<="):
			wants_null = not value if operator in ("=",) else bool(value)
			return criterion | field.isnull() if wants_null else criterion
		return criterion

	def _null_in_list(self, field: Any, operator: str, value: Any) -> Any:
		if hasattr(value, "get_sql"):
			return OPERATORS[operator](field, value)
		values = _listed(value or "")
		criterion = OPERATORS[operator](
			field, ["" if v is None else v for v in self._comparable(field, operator, values)]
		)
		has_empty = any(item in (None, "") for item in values)
		return (
			criterion | field.isnull()
			if has_empty == (operator == "in") and field.name != "name"
			else criterion
		)


def get_list(
	doctype: str,
	fields: Any = None,
	filters: Any = None,
	or_filters: Any = None,
	order_by: str | None = "KEEP_DEFAULT_ORDERING",
	group_by: str | None = None,
	limit_start: int = 0,
	limit_page_length: int | None = None,
	*,
	start: int | None = None,
	page_length: int | None = None,
	limit: int | None = None,
	pluck: str | None = None,
	as_list: bool = False,
	distinct: bool = False,
	ignore_permissions: bool = False,
	user: str | None = None,
	parent_doctype: str | None = None,
	**kwargs: Any,
) -> list:
	"""Rows that the user may read: role permissions, the hooks' conditions, shared documents."""
	unknown = {key for key, value in kwargs.items() if value} - {
		"debug",
		"ignore_ifnull",
		"strict",
		"with_childnames",
	}
	if unknown:
		not_emulated(f"get_list({', '.join(sorted(unknown))})")
	fields = [pluck] if pluck and not fields else fields or ["name"]
	if order_by == "KEEP_DEFAULT_ORDERING":
		order_by = default_order(doctype) if not group_by and not _aggregates(fields) else None
	query = build_query(
		doctype, fields, filters, or_filters=or_filters, order_by=order_by, group_by=group_by, distinct=distinct,
		limit=limit or page_length or limit_page_length, offset=start or limit_start,
		null_is_empty=not kwargs.get("ignore_ifnull"),
	)  # fmt: skip
	if not ignore_permissions:
		query = _permitted(doctype, query, user or frappe.session.user, parent_doctype)
	alias = re.split(r" as ", pluck)[-1].replace("`", "").rpartition(".")[2] if pluck else None
	rows = query.run(as_dict=not as_list and not pluck, pluck=alias)
	return list(rows)


def _aggregates(fields: Any) -> bool:
	return any(isinstance(field, dict) or (isinstance(field, str) and "(" in field) for field in fields)


def _permitted(doctype: str, query: Any, user: str, parent_doctype: str | None) -> Any:
	from frappe import permissions, share
	from pypika.terms import PseudoColumn

	table = frappe.qb.DocType(doctype)
	if user == "Administrator":
		return query
	meta_rights = permissions.get_role_permissions(frappe.get_meta(parent_doctype or doctype), user)
	shared = share.get_shared(doctype, user)
	if not (meta_rights.get("read") or meta_rights.get("select")) and not shared:
		raise frappe.PermissionError(_("Insufficient Permission for {0}").format(frappe.bold(doctype)))
	criteria = []
	for sql in permissions.list_conditions(doctype, user):
		criteria.append(PseudoColumn(f"({sql})"))
	if meta_rights.get("has_if_owner_enabled"):
		not_emulated(f"lists of {doctype}, of which some roles see only their own")
	if not (meta_rights.get("read") or meta_rights.get("select")):
		criteria.append(table.name.isin(shared))
	elif criteria and shared:
		from pypika import Criterion

		criteria = [Criterion.all([_as_criterion(item) for item in criteria]) | table.name.isin(shared)]
	for criterion in criteria:
		query = query.where(_as_criterion(criterion))
	return query


def _as_criterion(item: Any) -> Any:
	"""A literal condition that may be joined with others."""
	from pypika.terms import Criterion, PseudoColumn

	if not isinstance(item, PseudoColumn):
		return item

	class Literal(Criterion):
		@property
		def tables_(self) -> set:
			return set()

		def get_sql(self, **_kwargs: Any) -> str:
			return item.name

	return Literal()
