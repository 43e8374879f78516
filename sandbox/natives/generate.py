"""Write v15.json and v16.json: what the sandbox knows of the hosts' own DocTypes.

usage: python sandbox/natives/generate.py FACTS_FOLDER APPS_FOLDER
FACTS_FOLDER/<v15|v16>/fields.json: DocType → fields as [type, options, reqd, no_copy, permlevel], recorded
from running sites. APPS_FOLDER: the apps of a v15 bench, for what the facts lack (defaults, lengths, fetch
rules) and for DocTypes that were not recorded. keep.json beside this file says what is kept:
`**` every field; `*` every field that a user types, plus the named ones; otherwise the named ones; `-name`
takes one away. A mandatory field is always kept. The names of all other fields are listed as dropped, so that
touching one of them fails loudly.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
LAYOUT = {"Section Break", "Column Break", "Tab Break", "HTML", "Button", "Image", "Fold", "Heading"}
EXTRAS = (
	"default", "allow_on_submit", "fetch_from", "fetch_if_empty", "length", "precision", "unique",
	"non_negative", "set_only_once", "read_only", "ignore_user_permissions",
)  # fmt: skip
FLAGS = ("is_submittable", "istable", "issingle", "is_tree", "title_field", "search_fields", "track_changes")
RIGHTS = "select read write create delete submit cancel amend report export import share print email if_owner"


def shipped(apps: Path) -> dict[str, dict]:
	"""DocType → its JSON as shipped with the apps of a bench."""
	found = {}
	for path in sorted(apps.glob("*/*/**/doctype/*/*.json")):
		if path.stem != path.parent.name or not {"frappe", "erpnext"} & {path.relative_to(apps).parts[0]}:
			continue
		doctype = json.loads(path.read_text())
		if isinstance(doctype, dict) and doctype.get("doctype") == "DocType":
			found[doctype["name"]] = doctype
	return found


def is_kept(name: str, field: dict, rule: list[str], doctypes: dict) -> bool:
	"""Whether keep.json keeps this field; a table goes with its DocType."""
	if f"-{name}" in rule or (field["fieldtype"].startswith("Table") and field["options"] not in doctypes):
		return False
	if field.get("reqd") or name in rule or "**" in rule:
		return True
	return "*" in rule and not field.get("read_only")


def merged_fields(recorded: dict | None, json_fields: list[dict]) -> dict[str, dict]:
	"""Fieldname → properties; the recorded facts win over the shipped JSON."""
	known = {row["fieldname"]: row for row in json_fields if row["fieldtype"] not in LAYOUT}
	if recorded is None:
		return known
	fields = {}
	for name in sorted(recorded, key=lambda name: list(known).index(name) if name in known else 999):
		fieldtype, options, reqd, no_copy, permlevel = recorded[name]
		row = dict(known[name]) if known.get(name, {}).get("fieldtype") == fieldtype else {}
		if not (row.get("options") or "").startswith(
			options or "-"
		):  # recorded options are cut off at 400 characters
			row["options"] = options
		row.update(fieldtype=fieldtype, reqd=reqd, no_copy=no_copy, permlevel=permlevel)
		if fieldtype not in LAYOUT:
			fields[name] = row
	return fields


def native(facts: dict | None, doctype: dict, rule: list[str], doctypes: dict) -> dict:
	"""One entry of the generated file."""
	fields = merged_fields(facts and facts["fields"], doctype["fields"])
	kept, dropped = {}, []
	for name, row in fields.items():
		if not is_kept(name, row, rule, doctypes):
			dropped.append(name)
			continue
		extra = {key: row[key] for key in (*EXTRAS, "reqd", "no_copy", "permlevel") if row.get(key)}
		kept[name] = [row["fieldtype"], row.get("options") or "", row.get("label") or "", extra]
	permissions = []
	for perm in doctype.get("permissions", []):
		rights = " ".join(right for right in RIGHTS.split() if perm.get(right))
		permissions.append([perm["role"], perm.get("permlevel") or 0, rights])
	entry = {"module": doctype["module"], "autoname": (facts or doctype).get("autoname") or ""}
	entry.update({key: (facts or {}).get(key) or doctype.get(key) for key in FLAGS})
	entry = {key: value for key, value in entry.items() if value}
	return {**entry, "fields": kept, "permissions": permissions, "dropped": " ".join(dropped)}


def main(facts_folder: Path, apps: Path) -> None:
	"""Write both flavours."""
	rules = json.loads((HERE / "keep.json").read_text())
	doctypes = shipped(apps)
	for flavour in ("v15", "v16"):
		facts = json.loads((facts_folder / flavour / "fields.json").read_text())
		lines = []  # a DocType recorded as null does not exist in that version
		for name, rule in sorted(rules.items()):
			if facts.get(name, doctypes.get(name)) is None:
				continue
			shape = doctypes.get(name) or {"module": facts[name]["module"], "fields": []}
			entry = native(facts.get(name), shape, rule.split(), rules)
			lines.append(f"{json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}")
		(HERE / f"{flavour}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
	main(Path(sys.argv[1]), Path(sys.argv[2]))
