"""The query builder: pypika, in MariaDB's words, run on SQLite."""

import datetime
from enum import Enum
from typing import Any

import frappe
import pypika
from frappe import _dict, not_emulated
from frappe._emulation import module_getattr
from frappe.database import as_date, as_datetime, to_column
from pypika import Case, Criterion, CustomFunction, Field, JoinType, Order, Table
from pypika.dialects import MySQLQueryBuilder
from pypika.queries import QueryBuilder, _SetOperation
from pypika.terms import Function, Interval, ValueWrapper

Column = Field
_format_value = ValueWrapper.get_formatted_value


def _formatted(cls: type, value: Any, **kwargs: Any) -> str:
	"""Literals as SQLite stores them."""
	if isinstance(value, str | Enum) or value is None or hasattr(value, "get_sql"):
		return _format_value.__func__(cls, value, **kwargs)
	stored = to_column(value)
	return _format_value.__func__(cls, stored, **kwargs) if isinstance(stored, str) else repr(stored)


ValueWrapper.get_formatted_value = classmethod(_formatted)


class _Builder(MySQLQueryBuilder):
	"""Locks are accepted and do nothing: there is one connection."""

	QUERY_CLS: Any = None

	def for_update(self, *_args: Any, **_kwargs: Any) -> "_Builder":
		return self

	def run(
		self, *_args: Any, as_dict: Any = False, as_list: Any = False, pluck: Any = False, **kwargs: Any
	) -> Any:
		return _run(self, as_dict, pluck)


class _Query(pypika.dialects.MySQLQuery):
	@classmethod
	def _builder(cls, **kwargs: Any) -> _Builder:
		return _Builder(**kwargs)


_SetOperation.run = lambda self, as_dict=False, pluck=False, **_ignored: _run(self, as_dict, pluck)


def _run(query: Any, as_dict: Any, pluck: Any) -> Any:
	cursor = frappe.db.execute(query.get_sql())
	if cursor.description is None:
		_forget(query)
		return ()
	names = [column[0] for column in cursor.description]
	converters = _converters(query, len(names))
	rows = [
		tuple(_read(value, converter) for value, converter in zip(row, converters, strict=True))
		for row in cursor
	]
	if pluck:
		return [row[names.index(pluck) if isinstance(pluck, str) and pluck in names else 0] for row in rows]
	return [_dict(zip(names, row, strict=True)) for row in rows] if as_dict else tuple(rows)


def _read(value: Any, converter: Any) -> Any:
	if isinstance(value, float):
		return round(value, 9)
	return converter(value) if converter and isinstance(value, str) else value


def _forget(query: Any) -> None:
	"""A written table's shared documents are stale."""
	table = query._update_table or query._insert_table
	if table is not None and table._table_name.startswith("tab"):
		frappe.clear_document_cache(table._table_name[3:])


def _converters(query: Any, width: int) -> list:
	"""Dates that come out of functions have lost their column type."""
	selects = getattr(query, "_selects", [])
	if len(selects) != width:
		return [None] * width
	readers = {"date": as_date, "datetime": as_datetime}
	return [readers.get(_date_type(term)) for term in selects]


def _date_type(term: Any) -> str | None:
	if (
		isinstance(term, Field)
		and term.table is not None
		and getattr(term.table, "_table_name", "").startswith("tab")
	):
		return frappe.get_meta(term.table._table_name[3:]).column_type(term.name)
	if isinstance(term, Function) and term.name.upper() in ("MAX", "MIN", "COALESCE", "GREATEST", "LEAST"):
		kinds = {_date_type(arg) for arg in term.args}
		return kinds.pop() if len(kinds) == 1 else None
	return "date" if isinstance(term, Function) and term.name.upper() in ("DATE", "CURDATE") else None


class _QB:
	"""`frappe.qb`"""

	_BuilderClasss = _Builder

	@staticmethod
	def DocType(doctype: str, *_args: Any, **_kwargs: Any) -> Table:
		frappe.get_meta(doctype)
		return CheckedTable(f"tab{doctype}")

	@staticmethod
	def Table(name: str, *args: Any, **kwargs: Any) -> Table:
		return Table(name, *args, **kwargs)

	@staticmethod
	def from_(table: Any, *_args: Any, immutable: bool = True) -> _Builder:
		table = _QB.DocType(table) if isinstance(table, str) else table
		return _Query.from_(table, immutable=immutable)

	@staticmethod
	def into(table: Any) -> _Builder:
		return _Query.into(_QB.DocType(table) if isinstance(table, str) else table)

	@staticmethod
	def update(table: Any) -> _Builder:
		return _Query.update(_QB.DocType(table) if isinstance(table, str) else table)

	def __getattr__(self, name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		return not_emulated(f"frappe.qb.{name}")


class CheckedTable(Table):
	"""A DocType's table; a field that the sandbox leaves out fails loudly."""

	def field(self, name: str) -> Field:
		frappe.get_meta(self._table_name[3:]).get_field(name)
		return Field(name, table=self)


DocType = _QB.DocType
qb = _QB()
__getattr__ = module_getattr(__name__)
__all__ = [
	"Case", "Column", "Criterion", "CustomFunction", "DocType", "Field", "Interval", "JoinType", "Order", "QueryBuilder",
	"Table", "datetime", "qb",
]  # fmt: skip
