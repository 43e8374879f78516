"""The database: SQLite in memory, shaped and collated like the host's MariaDB."""

import datetime
import functools
import math
import re
import sqlite3
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import frappe
from frappe import _dict, not_emulated
from frappe.database.query import build_query, default_order
from frappe.model import optional_fields

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

	def add(self, func: Callable) -> None:
		self._functions.append(func)

	def __call__(self, func: Callable) -> None:
		self.add(func)

	def run(self) -> None:
		while self._functions:
			self._functions.popleft()()

	def reset(self) -> None:
		self._functions.clear()


@functools.lru_cache(maxsize=100_000)
def collation_key(text: str) -> str:
	"""Equal for texts that differ in case, accents or trailing blanks, as in utf8mb4_unicode_ci."""
	plain = unicodedata.normalize("NFKD", text)
	return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold().rstrip(" ")


def _collate(left: str, right: str) -> int:
	if left == right:
		return 0
	left, right = collation_key(left), collation_key(right)
	return (left > right) - (left < right)


@functools.lru_cache(maxsize=1000)
def _like_pattern(pattern: str) -> re.Pattern:
	parts = re.split(r"(\\.|%|_)", collation_key(pattern))
	wild = {"%": ".*", "_": "."}
	return re.compile(
		"".join(wild.get(part) or re.escape(part.removeprefix("\\")) for part in parts), re.DOTALL
	)


def _like(pattern: Any, value: Any) -> bool | None:
	if value is None or pattern is None:
		return None
	return bool(_like_pattern(str(pattern)).fullmatch(collation_key(str(value))))


class _Sum:
	"""Exact to the ninth digit, as sums of DECIMAL are."""

	def __init__(self) -> None:
		self.values: list[float] = []

	def step(self, value: Any) -> None:
		if value is not None:
			self.values.append(float(value))

	def finalize(self) -> float | None:
		return round(math.fsum(self.values), 9) if self.values else None


class _Average(_Sum):
	def finalize(self) -> float | None:
		return round(math.fsum(self.values) / len(self.values), 9) if self.values else None


def to_column(value: Any) -> Any:
	"""A Python value as it is stored."""
	if isinstance(value, bool | int):
		return int(value)
	if isinstance(value, float | Decimal):
		return round(float(value), 9)
	if isinstance(value, datetime.datetime):
		return value.strftime("%Y-%m-%d %H:%M:%S.%f")
	if isinstance(value, datetime.date):
		return value.isoformat()
	if isinstance(value, datetime.timedelta):
		return str((datetime.datetime.min + value).time())
	if isinstance(value, datetime.time):
		return value.isoformat()
	return value if value is None or isinstance(value, bytes) else str(value)


def as_date(text: Any) -> datetime.date:
	return datetime.date.fromisoformat((text if isinstance(text, str) else text.decode())[:10])


def as_datetime(text: Any) -> datetime.datetime:
	return datetime.datetime.fromisoformat(text if isinstance(text, str) else text.decode())


sqlite3.register_converter("date", as_date)
sqlite3.register_converter("datetime", as_datetime)
sqlite3.register_converter("time", lambda text: frappe.utils.to_timedelta(text.decode()))


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
		self.close()
		self.connection = sqlite3.connect(
			":memory:", isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES
		)
		self.connection.create_collation("frappe", _collate)
		for name, arity, function in _functions():
			self.connection.create_function(name, arity, function)
		self.connection.create_aggregate("sum", 1, _Sum)
		self.connection.create_aggregate("avg", 1, _Average)
		self.connection.execute("begin")

	def close(self) -> None:
		if self.connection:
			self.connection.close()
		self.connection, self.is_ready = None, False

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
		columns = []
		for column in meta.columns:
			columns.append(self._column_definition(meta, column))
		columns += [f"`{column}` text" for column in optional_fields if column not in meta.columns]
		self.connection.execute(f"create table `tab{meta.name}` ({', '.join(columns)})")
		if meta.istable:
			self.connection.execute(f"create index `parent_{meta.name}` on `tab{meta.name}` (parent)")
		for df in meta.value_fields:
			if df.unique:
				self.add_unique(meta.name, [df.fieldname], f"unique_{df.fieldname}")

	def _column_definition(self, meta: Any, column: str) -> str:
		kind = meta.column_type(column)
		if column == "name":
			return "`name` varchar collate frappe primary key not null"
		numeric = kind in ("int", "real") and getattr(meta._fields.get(column), "fieldtype", "") != "Duration"
		zero = " not null default 0" if numeric else ""
		return f"`{column}` {kind}{' collate frappe' if kind in ('varchar', 'text') else ''}{zero}"

	def add_column(self, doctype: str, column: str) -> None:
		"""For a custom field."""
		definition = self._column_definition(frappe.get_meta(doctype), column)
		self.connection.execute(f"alter table `tab{doctype}` add column {definition}")

	def add_index(self, doctype: str, fields: list[str], index_name: str | None = None) -> None:
		name = index_name or "_".join(fields) + "_index"
		columns = ", ".join(f"`{re.sub(r'[(].*', '', field)}`" for field in fields)
		self.connection.execute(
			f"create index if not exists `{doctype}_{name}` on `tab{doctype}` ({columns})"
		)

	def add_unique(self, doctype: str, fields: list[str] | str, constraint_name: str | None = None) -> None:
		fields = [fields] if isinstance(fields, str) else fields
		name = constraint_name or "unique_" + "_".join(fields)
		columns = ", ".join(f"`{field}`" for field in fields)
		self.connection.execute(
			f"create unique index if not exists `{doctype}_{name}` on `tab{doctype}` ({columns})"
		)

	def get_table_columns(self, doctype: str) -> list[str]:
		return [row["name"] for row in self.rows(f"pragma table_info(`tab{doctype}`)")]

	def has_column(self, doctype: str, column: str) -> bool:
		return column in self.get_table_columns(doctype) or column in frappe.get_meta(doctype).dropped

	field_exists = has_column

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
		columns = ", ".join(f"`{column}`" for column in values)
		marks = ", ".join("?" * len(values))
		try:
			self.execute(
				f"insert into `tab{doctype}` ({columns}) values ({marks})", self._stored(doctype, values)
			)
		except UniqueViolation as error:
			if self.rows(f"select 1 from `tab{doctype}` where name = ?", values["name"]):
				error.column = "name"  # the host looks at the primary key first
			raise

	def update_row(self, doctype: str, name: str, values: dict) -> None:
		columns = ", ".join(f"`{column}` = ?" for column in values)
		self.execute(
			f"update `tab{doctype}` set {columns} where name = ?", [*self._stored(doctype, values), name]
		)

	def _stored(self, doctype: str, values: dict) -> list:
		meta = frappe.get_meta(doctype)
		return [as_column(meta.column_type(column), value) for column, value in values.items()]

	# values

	def get_value(
		self, doctype: str, filters: Any = None, fieldname: Any = "name", *args: Any, **kwargs: Any
	) -> Any:
		"""One row's value, list of values, or dict."""
		as_dict = kwargs.get("as_dict") or (len(args) > 1 and args[1])
		kwargs.pop("as_dict", None)
		rows = self.get_values(doctype, filters, fieldname, as_dict=as_dict, limit=1, **kwargs)
		if not rows:
			return None
		return rows[0] if as_dict or kwargs.get("pluck") or len(rows[0]) > 1 else rows[0][0]

	def get_values(
		self,
		doctype: str,
		filters: Any = None,
		fieldname: Any = "name",
		ignore: Any = None,
		as_dict: Any = False,
		debug: bool = False,
		order_by: str | None = "DefaultOrderBy",
		limit: int | None = None,
		**kwargs: Any,
	) -> list:
		"""Rows; NULL is not equal to anything here, unlike in get_all."""
		if frappe.get_meta(doctype).issingle:
			return self._single_values(doctype, fieldname, as_dict)
		if filters is None:
			return []
		order_by = (
			default_order(doctype) if order_by in ("DefaultOrderBy", "KEEP_DEFAULT_ORDERING") else order_by
		)
		if (
			as_dict
			and fieldname == "*"
			and not kwargs
			and (found := self._whole_rows(doctype, filters, order_by)) is not None
		):
			return found[:limit]
		query = build_query(
			doctype, fieldname, filters, order_by=order_by, limit=limit, distinct=kwargs.get("distinct")
		)
		if not as_dict and isinstance(fieldname, str) and fieldname == "*":
			as_dict = True
		return query.run(as_dict=as_dict, pluck=kwargs.get("pluck"))

	def _whole_rows(self, doctype: str, filters: Any, order_by: str | None) -> list | None:
		"""Whole rows by name, or by texts that columns equal: what loading documents asks for, without a builder."""
		filters = filters if isinstance(filters, dict) else {"name": filters}
		meta = frappe.get_meta(doctype)
		if not all(isinstance(value, str) and meta.column_type(column) for column, value in filters.items()):
			return None
		where = " and ".join(f"`{column}` = ?" for column in filters)
		rows = self.rows(f"select * from `tab{doctype}` where {where} order by {order_by}", *filters.values())
		return [
			_dict({column: round(v, 9) if isinstance(v, float) else v for column, v in row.items()})
			for row in rows
		]

	def _single_values(self, doctype: str, fieldname: Any, as_dict: Any) -> list:
		stored = self.get_singles_dict(doctype, cast=True)
		if fieldname == "*":
			return [stored]
		names = [fieldname] if isinstance(fieldname, str) else list(fieldname)
		values = [stored.get(name) for name in names]
		return [_dict(zip(names, values, strict=True)) if as_dict else values]

	def get_singles_dict(
		self, doctype: str, debug: bool = False, *, for_update: bool = False, cast: bool = False
	) -> _dict:
		"""The stored values of a Single, all text unless cast."""
		meta = frappe.get_meta(doctype)
		rows = self.rows("select field, value from tabSingles where doctype = ?", doctype)
		stored = _dict({row["field"]: row["value"] for row in rows})
		if not cast:
			return stored
		for df in meta.value_fields:
			if df.fieldname in stored:
				stored[df.fieldname] = frappe.utils.cast(df.fieldtype, stored[df.fieldname])
		return stored

	def get_single_value(self, doctype: str, fieldname: str, cache: bool = True) -> Any:
		"""Cast by the field's type; a number that was never set is 0."""
		df = frappe.get_meta(doctype).get_field(fieldname)
		if not df:
			frappe.throw(frappe._("Field {0} does not exist on {1}").format(fieldname, doctype))
		found = self.rows("select value from tabSingles where doctype = ? and field = ?", doctype, fieldname)
		return frappe.utils.cast(df.fieldtype, found[0]["value"] if found else None)

	def write_single(self, doctype: str, values: dict) -> None:
		self.execute("delete from tabSingles where doctype = ?", [doctype])
		for field, value in values.items():
			self.execute("insert into tabSingles values (?, ?, ?)", [doctype, field, value])
		self._forget()

	def set_single_value(
		self, doctype: str, fieldname: Any, value: Any = None, *args: Any, **kwargs: Any
	) -> None:
		for field, new in (fieldname if isinstance(fieldname, dict) else {fieldname: value}).items():
			frappe.get_meta(doctype).get_field(field)
			self.execute("delete from tabSingles where doctype = ? and field = ?", [doctype, field])
			self.execute("insert into tabSingles values (?, ?, ?)", [doctype, field, new])
		self._forget()

	def set_value(
		self,
		dt: str,
		dn: Any,
		field: Any,
		val: Any = None,
		modified: Any = None,
		modified_by: str | None = None,
		update_modified: bool = True,
		debug: bool = False,
		for_update: bool = True,
	) -> None:
		"""Past the document: of one by name, or of all that match."""
		values = dict(field) if isinstance(field, dict) else {field: val}
		if dn is None or dt == dn:
			return self.set_single_value(dt, values)
		if update_modified:
			values.update(
				modified=modified or frappe.utils.now(), modified_by=modified_by or frappe.session.user
			)
		query = build_query(dt, ["name"], dn, order_by=None)
		for name in query.run(pluck=True):
			self.update_row(dt, name, values)
			frappe.clear_document_cache(dt, name)

	def exists(self, dt: Any, dn: Any = None, cache: bool = False) -> Any:
		"""The name, or None."""
		if isinstance(dt, dict):
			dt = dict(dt)
			dt, dn = dt.pop("doctype"), dt
		if dt != "DocType" and dt == dn:
			return dn
		return (
			self.get_value(dt, dn, order_by=None)
			if dn
			else (None if dn is not None else self.get_value(dt, {}))
		)

	def count(
		self, dt: str, filters: Any = None, debug: bool = False, cache: bool = False, distinct: bool = True
	) -> int:
		from frappe.query_builder.functions import Count

		return build_query(dt, [Count("*")], filters or {}, order_by=None).run()[0][0]

	def delete(self, doctype: str, filters: Any = None, debug: bool = False, **kwargs: Any) -> None:
		build_query(
			doctype, None, filters if filters is not None else kwargs.get("conditions") or {}, delete=True
		).run()

	def get_default(self, key: str, parent: str = "__default") -> Any:
		return frappe.defaults.get_global_default(key)

	def rounding_method(self) -> str:
		"""The site's, read once per site."""
		self._rounding = self._rounding or self.get_single_value("System Settings", "rounding_method")
		return self._rounding or "Banker's Rounding"

	def escape(self, s: Any, percent: bool = True) -> str:
		if isinstance(s, str):
			text = s.replace("'", "''")
			return f"'{text.replace('%', '%%') if percent else text}'"
		return f"'{s}'"

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


def as_column(kind: str | None, value: Any) -> Any:
	"""Text dates in the stored form, numbers as numbers."""
	if value in (None, "") or kind not in ("date", "datetime", "time"):
		return None if value == "" and kind in ("date", "datetime", "time") else value
	if kind == "date":
		return frappe.utils.getdate(value)
	return frappe.utils.get_datetime(value) if kind == "datetime" else frappe.utils.to_timedelta(value)


def _functions() -> list[tuple[str, int, Callable]]:
	"""SQL functions that MariaDB has and SQLite lacks or sees differently."""

	def days(later: str, earlier: str) -> int | None:
		return (as_date(later) - as_date(earlier)).days if later and earlier else None

	def concat(*parts: Any) -> str | None:
		return None if None in parts else "".join(str(part) for part in parts)

	def best(choose: Callable) -> Callable:
		return lambda *values: None if None in values else choose(values)

	return [
		("like", 2, _like),
		("datediff", 2, days),
		("concat", -1, concat),
		("concat_ws", -1, lambda mark, *parts: mark.join(str(part) for part in parts if part is not None)),
		("greatest", -1, best(max)),
		("least", -1, best(min)),
		("now", 0, lambda: to_column(frappe.utils.now_datetime())),
		("curdate", 0, frappe.utils.nowdate),
		("year", 1, lambda text: int(text[:4]) if text else None),
		("month", 1, lambda text: int(text[5:7]) if text else None),
		("if", 3, lambda condition, yes, no: yes if condition else no),
	]
