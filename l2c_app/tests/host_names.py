"""What the app uses of the host, read from its source: names of frappe and erpnext, and fields of DocTypes."""

import ast
from collections.abc import Iterator

from l2c_app.tests import source

HOSTS = ("frappe", "erpnext")
# Objects of a request or a connection: their attributes are data, or belong to pypika and Redis.
OPAQUE = (
	"local",
	"session",
	"flags",
	"conf",
	"form_dict",
	"response",
	"request",
	"qb",
	"cache",
	"client_cache",
	"user",
)
DATABASE = "frappe.database.database:Database"
STANDARD_FIELDS = {
	"name",
	"owner",
	"creation",
	"modified",
	"modified_by",
	"docstatus",
	"idx",
	"parent",
	"parenttype",
	"parentfield",
	"_assign",
	"_comments",
	"_liked_by",
	"_seen",
	"_user_tags",
	"doctype",
}
READERS = {
	"frappe.get_all",
	"frappe.get_list",
	"frappe.db.get_value",
	"frappe.db.get_values",
	"frappe.db.get_all",
	"frappe.db.exists",
	"frappe.db.count",
	"frappe.db.set_value",
	"frappe.db.delete",
	"frappe.get_value",
	"frappe.get_cached_value",
	"frappe.db.get_single_value",
	"frappe.db.set_single_value",
}
VALUE_READERS = {name for name in READERS if "value" in name}
SINGLE_READERS = {name for name in READERS if "single" in name}


def names() -> set[tuple[str, str]]:
	"""Return (module, name) of everything the app takes from the host, `frappe.db.x` as a method of Database."""
	found = set()
	for module, tree in source.modules().items():
		for name in source.imported(tree, module):
			if name.split(".")[0] in HOSTS and "." in name:
				found.add(tuple(name.rsplit(".", 1)))
		for node in ast.walk(tree):
			found |= set(_attribute_use(source.dotted(node)))
	return {(module, name) for module, name in found if not name.startswith("__")}


def _attribute_use(chain: str) -> Iterator[tuple[str, str]]:
	parts = chain.split(".")
	if parts[0] != "frappe" or len(parts) < 2:
		return
	if parts[1] == "db" and len(parts) > 2:
		yield DATABASE, parts[2]
	elif parts[1] == "utils" and len(parts) > 2:
		yield "frappe.utils", parts[2]
	elif parts[1] not in (*OPAQUE, "db", "utils"):
		yield "frappe", parts[1]


def fields() -> set[tuple[str, str]]:
	"""Return (DocType, field) of every field that is read or written with both names written out."""
	found = set()
	for tree in source.modules().values():
		for node in ast.walk(tree):
			if isinstance(node, ast.Call):
				found |= set(_call_fields(node))
		for function in source.functions(tree):
			found |= set(_query_fields(function))
	return {
		(doctype, field) for doctype, field in found if field.isidentifier() and field not in STANDARD_FIELDS
	}


def _call_fields(call: ast.Call) -> Iterator[tuple[str, str]]:
	"""Yield the fields of frappe.get_all("X", filters=..., fields=...) and its relatives, and of documents as dicts."""
	name = source.dotted(call.func)
	if name in ("frappe.get_doc", "frappe.new_doc") and call.args and isinstance(call.args[0], ast.Dict):
		keys = _keys(call.args[0])
		yield from ((keys["doctype"], key) for key in keys if "doctype" in keys)
	doctype = _text(call.args[0]) if call.args else ""
	if name not in READERS or not doctype:
		return
	named = {keyword.arg: keyword.value for keyword in call.keywords}
	parts = [named.get(key) for key in ("filters", "or_filters", "fields", "fieldname", "pluck", "group_by")]
	position = 1 if name in SINGLE_READERS or (name not in VALUE_READERS and "set" not in name) else 2
	if len(call.args) > position:
		parts.append(call.args[position])
	if name in VALUE_READERS - SINGLE_READERS and len(call.args) > 1 and isinstance(call.args[1], ast.Dict):
		parts.append(call.args[1])
	yield from ((doctype, field) for part in parts if part for field in _field_names(part))
	if "order_by" in named:
		yield from (
			(doctype, word.split()[0]) for word in _text(named["order_by"]).split(",") if word.split()
		)


def _query_fields(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
	"""Yield t.field for every t = frappe.qb.DocType("X") of a function."""
	tables = {}
	for node in ast.walk(function):
		if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
			if source.dotted(node.value.func) == "frappe.qb.DocType" and isinstance(
				node.targets[0], ast.Name
			):
				tables[node.targets[0].id] = _text(node.value.args[0])
	for node in ast.walk(function):
		if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and tables.get(node.value.id):
			if node.attr not in ("as_", "star", "isin", "field"):
				yield tables[node.value.id], node.attr


def _field_names(node: ast.AST) -> Iterator[str]:
	if isinstance(node, ast.Dict):
		yield from _keys(node)
	elif isinstance(node, ast.List | ast.Tuple):
		for element in node.elts:
			if isinstance(element, ast.List | ast.Tuple) and element.elts:
				yield _text(element.elts[0])
			else:
				yield _text(element).split(" as ")[0]
	else:
		yield _text(node)


def _keys(node: ast.Dict) -> dict[str, str]:
	return {
		_text(key): _text(value)
		for key, value in zip(node.keys, node.values, strict=True)
		if key and _text(key)
	}


def _text(node: ast.AST) -> str:
	return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
