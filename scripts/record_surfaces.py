#!/usr/bin/env python3
"""Renew l2c_app/tests/surfaces/VERSION.json: of a host's names and fields, those that the app uses.

Sources, the first that knows a module or DocType wins: recorded facts (--facts, a folder with api.json and fields.json)
and the source tree of a bench (--bench).
"""

import argparse
import ast
import json
import sys
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
	record = {"names": names(arguments), "fields": fields(arguments)}
	path = ROOT / "l2c_app" / "tests" / "surfaces" / f"{arguments.version}.json"
	path.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")


def names(arguments: argparse.Namespace) -> dict[str, dict[str, str]]:
	"""Return {module: {name: signature}} of the used names that the host has; the others are printed."""
	facts = json.loads((arguments.facts / "api.json").read_text()) if arguments.facts else {}
	found: dict[str, dict[str, str]] = {}
	for module, name in sorted(host_names.names()):
		signature = facts.get(module, {}).get(name)
		if signature is None and arguments.bench:
			signature = defined(arguments.bench, module.split(":")[0]).get(name)
		if signature is None:
			print(f"not in {arguments.version}: {module}.{name}")
		else:
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
	for node in ast.walk(ast.parse(path.read_text())):
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


def fields(arguments: argparse.Namespace) -> dict[str, list[str]]:
	"""Return {native DocType: used fields that the host has}; the others are printed."""
	facts = json.loads((arguments.facts / "fields.json").read_text()) if arguments.facts else {}
	folder = ROOT / "l2c_app" / "l2c_app" / "doctype"
	ours, found = {json.loads(path.read_text())["name"] for path in folder.glob("*/*.json")}, {}
	for doctype, field in sorted(host_names.fields()):
		if doctype in ours or field.startswith("l2c_"):
			continue
		known = facts.get(doctype, {}).get("fields") or doctype_fields(arguments.bench, doctype)
		if field in known:
			found.setdefault(doctype, []).append(field)
		else:
			print(f"not in {arguments.version}: {doctype}.{field}")
	return found


def doctype_fields(bench: Path | None, doctype: str) -> set[str]:
	"""Return the fields of a DocType from the JSON in the bench's source."""
	name = doctype.lower().replace(" ", "_").replace("-", "_")
	for app in host_names.HOSTS if bench else ():
		for path in (bench / "apps" / app / app).rglob(f"doctype/{name}/{name}.json"):
			return {field["fieldname"] for field in json.loads(path.read_text())["fields"]}
	return set()


if __name__ == "__main__":
	main()
