"""The database: SQLite in memory, with the columns of the host's MariaDB."""

import datetime
import re
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import frappe
from frappe import _dict, not_emulated
from frappe.database.plain import plain_rows, plain_where
from frappe.database.query import build_query, default_order
from frappe.model import optional_fields
from frappe.utils.data import DATE_READERS, cast

UNIQUE = re.compile(r"UNIQUE constraint failed: tab(.+?)\.(\w+)")


class UniqueViolation(Exception):
	"""Two rows with one key."""

	def __init__(self, message: str, column: str) -> None:
		super().__init__(message)
		self.column = column


class CallbackManager:
	"""Functions to run once at a turn of the transaction."""

	def __init__(self) -> None:
		self._functions: deque[Callable] = deque()
		self.add, self.reset = self._functions.append, self._functions.clear

	def run(self) -> None:
		while self._functions:
			self._functions.popleft()()


def to_column(value: Any) -> Any:
	"""A Python value as it is stored."""
	if type(value) in (str, int, type(None)):
		return value
	if isinstance(value, bool | int):
		return int(value)
	if isinstance(value, float | Decimal):
		return round(float(value), 9)
	if isinstance(value, datetime.datetime):
		return value.isoformat(" ", "microseconds")
	if isinstance(value, datetime.timedelta):
		return str((datetime.datetime.min + value).time())
	return value if value is None or isinstance(value, bytes) else str(value)


def _concat(*parts: Any) -> str | None:
	return None if None in parts else "".join(str(part) for part in parts)


for _kind, _reader in DATE_READERS.items():
	sqlite3.register_converter(_kind, lambda stored, read=_reader: read(stored.decode()))


class Database:
	"""The calls of the host's database object that the app uses."""

	UniqueViolation = UniqueViolation
	db_type = "mariadb"

	def __init__(self) -> None:
		self.before_commit, self.after_commit = CallbackManager(), CallbackManager()
		self.before_rollback, self.after_rollback = CallbackManager(), CallbackManager()
		self.value_cache: dict[str, Any] = {}
		self.connection: sqlite3.Connection | None = None
		self.is_ready = False
		self.commits = 0
		self._rounding: str | None = None

	def connect(self) -> None:
		"""An empty site."""
		self.is_ready = False
		self.connection = sqlite3.connect(
			":memory:", isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES
		)
		self.connection.create_function("concat", -1, _concat)
		self.connection.execute("begin")

	def snapshot(self) -> sqlite3.Connection:
		"""A copy of what is committed, for `restore`."""
		self.commit()
		self.connection.execute("commit")
		copy = sqlite3.connect(":memory:")
		self.connection.backup(copy)
		self.connection.execute("begin")
		return copy

	def restore(self, copy: sqlite3.Connection) -> None:
		"""Undo commits too."""
		self.rollback()
		self.connection.execute("rollback")
		copy.backup(self.connection)
		self.connection.execute("begin")
		self.commits = 0

	# tables

	def create_table(self, meta: Any) -> None:
		"""One table per DocType, with unique indexes."""
		columns = [self._column_definition(meta, column) for column in meta.columns]
		columns += [f"`{column}` text" for column in optional_fields if column not in meta.columns]
		self.connection.execute(f"create table `tab{meta.name}` ({', '.join(columns)})")
		if meta.istable:
			self.add_index(meta.name, ["parent"])
		for df in meta.value_fields:
			if df.unique:
				self.add_unique(meta.name, [df.fieldname])

	def _column_definition(self, meta: Any, column: str) -> str:
		kind = meta.column_type(column)
		if column == "name":
			return "`name` varchar collate nocase primary key not null"
		if kind in ("varchar", "text"):
			return f"`{column}` {kind} collate nocase"
		numeric = kind in ("int", "real") and getattr(meta._fields.get(column), "fieldtype", "") != "Duration"
		return f"`{column}` {kind}{' not null default 0' if numeric else ''}"

	def add_column(self, doctype: str, column: str) -> None:
		"""For a custom field."""
		definition = self._column_definition(frappe.get_meta(doctype), column)
		self.connection.execute(f"alter table `tab{doctype}` add column {definition}")

	def add_index(
		self, doctype: str, fields: list[str], index_name: str | None = None, *, unique: str = ""
	) -> None:
		name = index_name or "_".join(fields) + "_index"
		columns = ", ".join(f"`{re.sub(r'[(].*', '', field)}`" for field in fields)
		self.connection.execute(
			f"create {unique} index if not exists `{doctype}_{name}` on `tab{doctype}` ({columns})"
		)

	def add_unique(self, doctype: str, fields: list[str], constraint_name: str | None = None) -> None:
		self.add_index(doctype, fields, constraint_name or "unique_" + "_".join(fields), unique="unique")

	def get_table_columns(self, doctype: str) -> list[str]:
		return [row["name"] for row in self.rows(f"pragma table_info(`tab{doctype}`)")]

	# statements

	def execute(self, sql: str, values: Iterable = ()) -> sqlite3.Cursor:
		"""Run one statement; what SQLite does not know is not emulated."""
		try:
			return self.connection.execute(sql, [to_column(value) for value in values])
		except sqlite3.IntegrityError as error:
			found = UNIQUE.search(str(error))
			raise UniqueViolation(str(error), found[2]) if found else frappe.DataError(str(error)) from error
		except sqlite3.OperationalError as error:
			if "no such function" in str(error) or "syntax error" in str(error):
				not_emulated(f"{error}: {sql}")
			raise

	def rows(self, sql: str, *values: Any) -> list[_dict]:
		"""Rows as dicts."""
		cursor = self.execute(sql, values)
		names = [column[0] for column in cursor.description or ()]
		return [_dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

	def sql(self, query: Any, values: Any = (), *args: Any, **kwargs: Any) -> Any:
		not_emulated(f"raw SQL: {query}")

	def insert_row(self, doctype: str, values: dict) -> None:
		columns, marks = ", ".join(f"`{column}`" for column in values), ", ".join("?" * len(values))
		sql = f"insert into `tab{doctype}` ({columns}) values ({marks})"
		try:
			self.execute(sql, self._stored(doctype, values))
		except UniqueViolation as error:
			if self.rows(f"select 1 from `tab{doctype}` where name = ?", values["name"]):
				error.column = "name"  # the host looks at the primary key first
			raise

	def update_row(self, doctype: str, name: str, values: dict) -> None:
		columns = ", ".join(f"`{column}` = ?" for column in values)
		values = [*self._stored(doctype, values), name]
		self.execute(f"update `tab{doctype}` set {columns} where name = ?", values)

	def _stored(self, doctype: str, values: dict) -> list:
		"""Text dates as dates, so that one moment is always stored as one text."""
		kinds = map(frappe.get_meta(doctype).column_type, values)
		return [
			(DATE_READERS[kind](value) if value else None) if kind in DATE_READERS else value
			for kind, value in zip(kinds, values.values(), strict=True)
		]

	# values

	def get_value(
		self,
		doctype: str,
		filters: Any = None,
		fieldname: Any = "name",
		*,
		as_dict: Any = False,
		**kwargs: Any,
	) -> Any:
		"""One row's value, list of values, or dict."""
		rows = self.get_values(doctype, filters, fieldname, as_dict=as_dict, limit=1, **kwargs)
		if not rows:
			return None
		return rows[0] if as_dict or len(rows[0]) > 1 else rows[0][0]

	def get_values(
		self,
		doctype: str,
		filters: Any = None,
		fieldname: Any = "name",
		*,
		as_dict: Any = False,
		order_by: str | None = "KEEP_DEFAULT_ORDERING",
		limit: int | None = None,
		pluck: Any = False,
		for_update: bool = False,
		wait: bool = True,
	) -> list:
		"""Rows; NULL is not equal to anything here, unlike in get_all."""
		if frappe.get_meta(doctype).issingle:
			not_emulated(f"get_value of the Single {doctype}: get_single_value reads it")
		if filters is None:
			return []
		order_by = default_order(doctype) if order_by == "KEEP_DEFAULT_ORDERING" else order_by
		found = None if pluck else plain_rows(doctype, fieldname, filters, order_by, limit)
		if found is not None:
			return found if as_dict else [tuple(row.values()) for row in found]
		query = build_query(doctype, fieldname, filters, order_by=order_by, limit=limit)
		return query.run(as_dict=as_dict, pluck=pluck)

	def get_singles_dict(self, doctype: str) -> _dict:
		"""The stored values of a Single, all text."""
		rows = self.rows("select field, value from tabSingles where doctype = ?", doctype)
		return _dict({row["field"]: row["value"] for row in rows})

	def get_single_value(self, doctype: str, fieldname: str, cache: bool = True) -> Any:
		"""Cast by the field's type; a number that was never set is 0."""
		known = self.value_cache.setdefault(doctype, {})
		if not cache or fieldname not in known:
			found = self.rows(
				"select value from tabSingles where doctype = ? and field = ?", doctype, fieldname
			)
			fieldtype = frappe.get_meta(doctype).get_field(fieldname).fieldtype
			known[fieldname] = cast(fieldtype, found[0]["value"] if found else None)
		return known[fieldname]

	def set_single_value(
		self, doctype: str, fieldname: Any, value: Any = None, update_modified: bool = True
	) -> None:
		for field, new in (fieldname if isinstance(fieldname, dict) else {fieldname: value}).items():
			frappe.get_meta(doctype).get_field(field)
			self.execute("delete from tabSingles where doctype = ? and field = ?", [doctype, field])
			self.execute("insert into tabSingles values (?, ?, ?)", [doctype, field, new])
		self._forget()

	def set_value(
		self, dt: str, dn: Any, field: Any, val: Any = None, *, update_modified: bool = True, **stamps: Any
	) -> None:
		"""Past the document: of one by name, or of all that match."""
		values = dict(field) if isinstance(field, dict) else {field: val}
		if dn is None or dt == dn:
			return self.set_single_value(dt, values)
		if update_modified:
			values.update({"modified": frappe.utils.now(), "modified_by": frappe.session.user, **stamps})
		for name in [dn] if isinstance(dn, str) else build_query(dt, ["name"], dn).run(pluck=True):
			self.update_row(dt, name, values)
			frappe.clear_document_cache(dt, name)

	def exists(self, dt: str, dn: Any = None, cache: bool = False) -> Any:
		"""The name, or None."""
		if dt != "DocType" and dt == dn:
			return dn
		return self.get_value(dt, dn, order_by=None) if dn else None

	def count(self, dt: str, filters: Any = None) -> int:
		from frappe.query_builder.functions import Count

		return build_query(dt, [Count("*")], filters or {}).run()[0][0]

	def delete(self, doctype: str, filters: Any = None) -> None:
		if (where := plain_where(doctype, filters or {})) is None:
			build_query(doctype, None, filters).run()
			return
		self.execute(f"delete from `tab{doctype}` where {where[0]}", where[1])
		frappe.clear_document_cache(doctype)

	def get_default(self, key: str) -> Any:
		return frappe.defaults.get_global_default(key)

	def rounding_method(self) -> str:
		"""The site's, read once per site."""
		self._rounding = self._rounding or self.get_single_value("System Settings", "rounding_method")
		return self._rounding or "Banker's Rounding"

	def escape(self, s: Any, percent: bool = True) -> str:
		text = str(s).replace("'", "''")
		return f"'{text.replace('%', '%%') if percent else text}'"

	# transactions

	def commit(self) -> None:
		"""Keep what was written; then what waited for it."""
		self.before_rollback.reset()
		self.after_rollback.reset()
		self.before_commit.run()
		self.connection.execute("commit")
		self.connection.execute("begin")
		self.commits += 1
		self.after_commit.run()

	def rollback(self, *, save_point: str | None = None) -> None:
		"""Undo all, or back to the save point."""
		if save_point:
			self.connection.execute(f"rollback to `{save_point}`")
			self._forget()
			return
		self.before_commit.reset()
		self.after_commit.reset()
		frappe.jobs.clear()
		self.before_rollback.run()
		self.connection.execute("rollback")
		self.connection.execute("begin")
		self._forget()
		self.after_rollback.run()

	def _forget(self) -> None:
		"""What was read may have been undone."""
		self._rounding = None
		self.value_cache.clear()
		frappe.local.document_cache = {}
		frappe.local.new_doc_templates = {}

	def savepoint(self, save_point: str) -> None:
		self.connection.execute(f"savepoint `{save_point}`")

	def __getattr__(self, name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		return not_emulated(f"frappe.db.{name}")
