"""Every text of the app that a person can see, found in its source: for the test that holds the translations complete."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from l2c_app.tests.source import PACKAGE, modules

TEXT = r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')"""
JS_CALL = re.compile(r"\b__\(\s*" + TEXT)
JINJA_CALL = re.compile(r"\b_\(\s*" + TEXT)
LABEL_KEYS = ("label", "description", "chart_name", "title", "format")
DESK_FOLDERS = ("number_card", "dashboard_chart", "workspace", "print_format", "report", "notification")
NOT_FOR_PEOPLE = {"Series"}


def all_strings() -> dict[str, str]:
	"""Return {text: one place where it is used}."""
	found: dict[str, str] = {}
	for place, text in (*_python(), *_scripts(), *_templates(), *_doctypes(), *_desk(), *_custom_fields()):
		if text.strip() and text not in NOT_FOR_PEOPLE and re.search(r"[A-Za-z]", text):
			found.setdefault(text, place)
	return found


def _python() -> Iterator[tuple[str, str]]:
	for module, tree in modules().items():
		for node in ast.walk(tree):
			if not isinstance(node, ast.Call) or not node.args:
				continue
			name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
			first = node.args[0]
			if name == "_" and isinstance(first, ast.Constant) and isinstance(first.value, str):
				yield module, first.value


def _scripts() -> Iterator[tuple[str, str]]:
	for path in sorted(PACKAGE.rglob("*.js")):
		if "dist" not in path.parts and "node_modules" not in path.parts:
			yield from _matches(path, JS_CALL)


def _templates() -> Iterator[tuple[str, str]]:
	for path in sorted(PACKAGE.rglob("*.html")):
		yield from _matches(path, JINJA_CALL)


def _matches(path: Path, pattern: re.Pattern) -> Iterator[tuple[str, str]]:
	for double, single in pattern.findall(path.read_text(encoding="utf-8")):
		yield path.name, (double or single).replace('\\"', '"').replace("\\'", "'")


def _doctypes() -> Iterator[tuple[str, str]]:
	for path in sorted((PACKAGE / "l2c_app" / "doctype").glob("*/*.json")):
		document = json.loads(path.read_text(encoding="utf-8"))
		yield path.name, document["name"]
		yield path.name, document.get("description") or ""
		for field in document["fields"]:
			yield from _field(path.name, field)


def _field(place: str, field: dict) -> Iterator[tuple[str, str]]:
	yield place, field.get("label") or ""
	yield place, field.get("description") or ""
	if field.get("fieldtype") == "Select" and field.get("fieldname") != "naming_series":
		yield from ((place, option) for option in (field.get("options") or "").split("\n"))


def _desk() -> Iterator[tuple[str, str]]:
	for folder in DESK_FOLDERS:
		for path in sorted((PACKAGE / "l2c_app" / folder).glob("*/*.json")):
			yield from _labels(path.name, json.loads(path.read_text(encoding="utf-8")))


def _labels(place: str, node: object) -> Iterator[tuple[str, str]]:
	if isinstance(node, list):
		for item in node:
			yield from _labels(place, item)
	elif isinstance(node, dict):
		for key in LABEL_KEYS:
			if isinstance(node.get(key), str):
				yield place, node[key]
		for value in node.values():
			yield from _labels(place, value)


def _custom_fields() -> Iterator[tuple[str, str]]:
	from l2c_app.setup.custom_fields import FIELDS

	for doctype, fields in FIELDS.items():
		for field in fields:
			yield from _field(f"custom fields of {doctype}", dict(field))
