"""The app's own source as syntax trees, for the tests that hold its structure."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
APP = PACKAGE.name
LAYERS = ("core", "services", "overrides", "permissions", "api", "setup", "patches")


@cache
def modules() -> dict[str, ast.Module]:
	"""Return {dotted name: tree} of every module of the app except its tests."""
	found = {}
	for path in sorted(PACKAGE.rglob("*.py")):
		parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
		if "tests" not in parts:
			found[".".join(parts).removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
	return found


def layer_of(module: str) -> str:
	"""Return the layer a module lives in: core, services, ..., doctype, or its own name at the top of the app."""
	parts = module.split(".")
	if len(parts) > 2 and parts[1] == APP:
		return "doctype"
	return parts[1] if len(parts) > 1 else APP


def imported(tree: ast.AST, module: str) -> Iterator[str]:
	"""Yield every dotted name that a module imports, also inside functions."""
	for node in ast.walk(tree):
		if isinstance(node, ast.Import):
			yield from (alias.name for alias in node.names)
		elif isinstance(node, ast.ImportFrom):
			prefix = node.module or ""
			if node.level:
				prefix = ".".join(module.split(".")[: -node.level] + ([prefix] if prefix else []))
			yield from (f"{prefix}.{alias.name}" for alias in node.names)


def imported_modules(module: str) -> set[str]:
	"""Return the other modules of the app that a module imports, also inside functions."""
	known, found = modules(), set()
	for name in imported(known[module], module):
		found.add(name if name in known else name.rpartition(".")[0])
	return found & known.keys() - {module}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
	"""Yield every function and method."""
	for node in ast.walk(tree):
		if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
			yield node


def dotted(node: ast.AST) -> str:
	"""Return `frappe.db.get_value` for that attribute chain, "" for anything else."""
	if isinstance(node, ast.Name):
		return node.id
	if isinstance(node, ast.Attribute):
		base = dotted(node.value)
		return f"{base}.{node.attr}" if base else ""
	return ""


def whitelisted(tree: ast.AST) -> Iterator[tuple[ast.FunctionDef, list[str]]]:
	"""Yield (function, allowed HTTP methods) of every whitelisted function; no methods given is an empty list."""
	for function in functions(tree):
		for decorator in function.decorator_list:
			call = decorator if isinstance(decorator, ast.Call) else None
			if dotted(call.func if call else decorator) == "frappe.whitelist":
				yield function, _methods(call)


def _methods(call: ast.Call | None) -> list[str]:
	for keyword in call.keywords if call else []:
		if keyword.arg == "methods":
			return [element.value for element in keyword.value.elts]
	return []
