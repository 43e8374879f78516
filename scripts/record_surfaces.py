#!/usr/bin/env python3
"""Renew l2c_app/tests/surfaces/VERSION.json: of a host's names and fields, those that the app uses.

Sources: recorded facts (--facts, a folder with api.json and fields.json), the source tree of a bench (--bench), and the
record itself. What was recorded before and no source shows stays, and is printed: a source may lack a module, or be written
for a newer Python than this one. Only names that the app does not use any more leave the record.
"""

import argparse
import ast
import json
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from l2c_app.tests import host_names


def main() -> None:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("version", choices=("v15", "v16"))
	parser.add_argument("--facts", type=Path)
	parser.add_argument("--bench", type=Path)
	arguments = parser.parse_args()
	path = ROOT / "l2c_app" / "tests" / "surfaces" / f"{arguments.version}.json"
	recorded = json.loads(path.read_text()) if path.exists() else {"names": {}, "fields": {}}
	record = {
		"names": names(facts(arguments, "api"), arguments.bench, recorded["names"]),
		"fields": fields(facts(arguments, "fields"), arguments.bench, recorded["fields"]),
	}
	path.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")


def facts(arguments: argparse.Namespace, kind: str) -> dict[str, dict]:
	"""Return recorded facts by module or by DocType, empty without any."""
	return json.loads((arguments.facts / f"{kind}.json").read_text()) if arguments.facts else {}


def names(
	facts: dict[str, dict[str, str]], bench: Path | None, recorded: dict[str, dict[str, str]]
) -> dict[str, dict[str, str]]:
	"""Return {module: {name: signature}} of the used names that the host has or the record has; the others are printed."""
	found: dict[str, dict[str, str]] = {}
	for module, name in sorted(host_names.names()):
		signature = facts.get(module, {}).get(name)
		if signature is None and bench:
			signature = defined(bench, module.split(":")[0]).get(name)
		if signature is None:
			signature = recorded.get(module, {}).get(name)
			print(f"{'not found' if signature is None else 'kept as recorded'}: {module}.{name}")
		if signature is not None:
			found.setdefault(module, {})[name] = signature
	return found


def defined(bench: Path, module: str, depth: int = 3) -> dict[str, str]:
	"""Return {name: kind} that a module of the bench's source defines or imports, star imports followed."""
	base = bench / "apps" / module.split(".")[0] / Path(*module.split("."))
	path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
	if not path.exists() or not depth:
		return {}
	result = (
		{child.stem: "module" for child in base.glob("*") if child.suffix in ("", ".py")}
		if base.is_dir()
		else {}
	)
	for node in ast.walk(parsed(path)):
		if isinstance(node, ast.FunctionDef | ast.ClassDef):
			result[node.name] = "class" if isinstance(node, ast.ClassDef) else f"({ast.unparse(node.args)})"
		elif isinstance(node, ast.Assign | ast.AnnAssign):
			targets = node.targets if isinstance(node, ast.Assign) else [node.target]
			result.update({target.id: "value" for target in targets if isinstance(target, ast.Name)})
			result.update(
				{target.attr: "attribute" for target in targets if isinstance(target, ast.Attribute)}
			)
		elif isinstance(node, ast.ImportFrom):
			origin = f"{module}.{node.module}" if node.level and base.is_dir() else node.module
			for alias in node.names:
				star = alias.name == "*" and origin
				result.update(
					defined(bench, origin, depth - 1) if star else {alias.asname or alias.name: "import"}
				)
	return result


@cache
def parsed(path: Path) -> ast.Module:
	"""Return the tree of a source file; of one that this Python cannot read an empty one, and its name is printed."""
	try:
		return ast.parse(path.read_text())
	except SyntaxError as error:
		print(f"not readable by this Python, skipped: {path}, line {error.lineno}")
		return ast.Module(body=[], type_ignores=[])


def fields(
	facts: dict[str, dict], bench: Path | None, recorded: dict[str, list[str]]
) -> dict[str, list[str]]:
	"""Return {native DocType: fields} of the used fields that the host has and of all that the record has; what no source
	shows is printed."""
	folder = ROOT / "l2c_app" / "l2c_app" / "doctype"
	ours = {json.loads(path.read_text())["name"] for path in folder.glob("*/*.json")}
	found = {doctype: set(known) for doctype, known in recorded.items()}
	for doctype, field in sorted(host_names.fields()):
		if doctype in ours or field.startswith("l2c_"):
			continue
		if field in facts.get(doctype, {}).get("fields", ()) or field in doctype_fields(bench, doctype):
			found.setdefault(doctype, set()).add(field)
		else:
			kept = field in found.get(doctype, ())
			print(f"{'kept as recorded' if kept else 'not found'}: {doctype}.{field}")
	return {doctype: sorted(known) for doctype, known in found.items()}


@cache
def doctype_fields(bench: Path | None, doctype: str) -> frozenset[str]:
	"""Return the fields of a DocType from the JSON in the bench's source."""
	name = doctype.lower().replace(" ", "_").replace("-", "_")
	for app in host_names.HOSTS if bench else ():
		for path in (bench / "apps" / app / app).rglob(f"doctype/{name}/{name}.json"):
			return frozenset(field["fieldname"] for field in json.loads(path.read_text())["fields"])
	return frozenset()


if __name__ == "__main__":
	main()
