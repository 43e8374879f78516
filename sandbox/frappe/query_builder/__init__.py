"""The query builder: pypika, in MariaDB's words, run on SQLite."""

from enum import Enum
from typing import Any

import frappe
from frappe import _dict, not_emulated
from frappe._emulation import module_getattr
from frappe.database import to_column
from frappe.utils.data import DATE_READERS
from pypika import Case, CustomFunction, Field, Order, Table
from pypika.dialects import MySQLQuery, MySQLQueryBuilder
from pypika.terms import Function, ValueWrapper
from pypika.utils import format_alias_sql

_sql_of_term = ValueWrapper.get_sql


def _literal(self: ValueWrapper, **kwargs: Any) -> str:
	"""Literals as SQLite stores them."""
	if hasattr(self.value, "get_sql"):
		return _sql_of_term(self, **kwargs)
	stored = to_column(_plain(self.value))
	if isinstance(stored, str):
		sql = frappe.db.escape(stored)
	else:
		sql = "null" if stored is None else repr(stored)
	return format_alias_sql(sql, self.alias, **kwargs)


ValueWrapper.get_sql = _literal


def _plain(value: Any) -> Any:
	return value.value if isinstance(value, Enum) else value


class _Builder(MySQLQueryBuilder):
	"""Locks are accepted and do nothing: there is one connection."""

	QUERY_CLS: Any = None

	def __copy__(self) -> "_Builder":
		copied = type(self).__new__(type(self))
		own = {
			key: value.copy() if type(value) in (list, set) else value for key, value in self.__dict__.items()
		}
		copied.__dict__.update(own)
		return copied

	def get_sql(self, *args: Any, **kwargs: Any) -> str:
		"""What an update joins stands behind FROM in SQLite."""
		if not (self._update_table and self._joins):
			return super().get_sql(*args, **kwargs)
		moved = self.__copy__()
		for join in moved._joins:
			moved._from.append(join.item)
			moved._wheres = moved._wheres & join.criterion if moved._wheres else join.criterion
		moved._joins = []
		return moved.get_sql(*args, **kwargs)

	def for_update(self, *_args: Any, **_kwargs: Any) -> "_Builder":
		return self

	def run(self, *, as_dict: Any = False, pluck: Any = False) -> Any:
		"""Tuples, dicts, or the values of one column."""
		values = [_plain(term.value) for row in self._values for term in row if type(term) is ValueWrapper]
		# As the host, which binds values: only then are doubled percent signs of written out texts unfolded.
		cursor = frappe.db.execute(self.get_sql().replace("%%", "%"), values)
		if cursor.description is None:
			self._forget()
			return ()
		names = [column[0] for column in cursor.description]
		readers = [DATE_READERS.get(_date_type(term)) for term in self._selects]
		readers = readers if len(readers) == len(names) else [None] * len(names)
		rows = [tuple(map(_read, row, readers)) for row in cursor]
		if pluck:
			position = names.index(pluck) if pluck in names else 0
			return [row[position] for row in rows]
		return [_dict(zip(names, row, strict=True)) for row in rows] if as_dict else tuple(rows)

	def _values_sql(self, **kwargs: Any) -> str:
		"""Rows come as parameters: one statement for all rows of a kind."""
		rows = (
			",".join("?" if type(term) is ValueWrapper else term.get_sql(**kwargs) for term in row)
			for row in self._values
		)
		return f" VALUES ({'),('.join(rows)})"

	def _forget(self) -> None:
		"""A written table's shared documents are stale."""
		table = self._update_table or self._insert_table
		if isinstance(table, CheckedTable):
			frappe.clear_document_cache(table.doctype)


class _Query(MySQLQuery):
	@classmethod
	def _builder(cls, **kwargs: Any) -> _Builder:
		return _Builder(**kwargs)


def _read(value: Any, reader: Any) -> Any:
	if isinstance(value, float):
		return round(value, 9)
	return reader(value) if reader and isinstance(value, str) else value


def _date_type(term: Any) -> str | None:
	"""Dates that come out of functions have lost their column type."""
	if isinstance(term, Field) and isinstance(term.table, CheckedTable):
		return frappe.get_meta(term.table.doctype).column_type(term.name)
	if isinstance(term, Function) and term.name.upper() in ("MAX", "MIN", "COALESCE"):
		kinds = {_date_type(arg) for arg in term.args}
		return kinds.pop() if len(kinds) == 1 else None
	return None


class CheckedTable(Table):
	"""A DocType's table; a field that the sandbox leaves out fails loudly."""

	@property
	def doctype(self) -> str:
		return self._table_name[3:]

	def field(self, name: str) -> Field:
		frappe.get_meta(self.doctype).get_field(name)
		return Field(name, table=self)


class _QB:
	"""`frappe.qb`"""

	@staticmethod
	def DocType(doctype: str) -> Table:
		frappe.get_meta(doctype)
		return CheckedTable(f"tab{doctype}")

	@staticmethod
	def from_(table: Any, immutable: bool = True) -> _Builder:
		return _Query.from_(table, immutable=immutable)

	asc, desc = Order.asc, Order.desc
	into = staticmethod(_Query.into)
	update = staticmethod(_Query.update)

	def __getattr__(self, name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		return not_emulated(f"frappe.qb.{name}")


DocType = _QB.DocType
qb = _QB()
__getattr__ = module_getattr(__name__)
__all__ = ["Case", "CustomFunction", "DocType", "Field", "Order", "qb"]
