"""A fresh site in memory: tables, the app's fields, the ERPNext half's masters."""

import importlib.util
from pathlib import Path
from typing import Any

import frappe
from frappe.model.meta import Meta, all_doctypes, own_doctypes

ROLES = "Administrator|System Manager|Guest|All|Desk User|Script Manager|Report Manager|Workspace Manager"
SETTINGS = {
	"rounding_method": "Banker's Rounding", "time_zone": "Asia/Shanghai", "language": "en",
	"date_format": "mm-dd-yyyy", "number_format": "#,###.##",
}  # fmt: skip


INDEXED = {"Dynamic Link": ("link_name",), "Lead": ("email_id",), "User": ("email",)}


def boot() -> Any:
	"""Connect, create, install; returns a snapshot of the new site for `frappe.db.restore`."""
	frappe.init()
	frappe.db.connect()
	_create_tables()
	_basics()
	if importlib.util.find_spec("erpnext.site"):
		importlib.import_module("erpnext.site").create()
	for doctype in all_doctypes():
		if frappe.get_meta(doctype).is_tree:
			frappe.utils.nestedset.rebuild_tree(doctype)
	_install_app()
	return frappe.db.snapshot()


def _create_tables() -> None:
	frappe.db.execute("create table tabSingles (doctype text, field text, value text)")
	frappe.db.execute("create table `tabSeries` (name text primary key, current int)")
	for doctype in all_doctypes():
		meta = frappe.get_meta(doctype)
		if not meta.issingle:
			frappe.db.create_table(meta)
			for field in INDEXED.get(doctype, ()):
				frappe.db.add_index(doctype, [field])
	frappe.db.is_ready = True
	for doctype in all_doctypes():
		_store_doctype(frappe.get_meta(doctype))


def _store_doctype(meta: Meta) -> None:
	"""So that links to DocType and lists of DocTypes work."""
	values = {key: getattr(meta, key) or 0 for key in ("istable", "issingle", "is_submittable")}
	_row("DocType", meta.name, module=meta.module, autoname=meta.autoname or None, **values)


def _basics() -> None:
	metas = [frappe.get_meta(doctype) for doctype in all_doctypes()]
	for role in sorted({perm.role for meta in metas for perm in meta.permissions} | set(ROLES.split("|"))):
		_row("Role", role, role_name=role, desk_access=1)
	for user_type in ("System User", "Website User"):
		_row("User Type", user_type, is_standard=1)
	for user in frappe.STANDARD_USERS:
		names = {"email": user, "first_name": user, "full_name": user}
		_row("User", user, enabled=1, user_type="System User", language="en", **names)
	frappe.db.set_single_value("System Settings", SETTINGS)
	for key in ("date_format", "number_format", "time_zone"):
		frappe.defaults.set_global_default(key, SETTINGS[key])
	for module in sorted({meta.module for meta in metas}):
		app = "l2c_app" if module == "L2C App" else "frappe"
		_row("Module Def", module, module_name=module, app_name=app)
	for language in ("en", "zh"):
		_row("Language", language, language_code=language, language_name=language, enabled=1)


def _row(doctype: str, name: str, **values: Any) -> None:
	now = frappe.utils.now()
	stamps = dict(creation=now, modified=now, owner="Administrator", modified_by="Administrator")
	frappe.db.insert_row(doctype, {"name": name, **stamps, **values})


def _install_app() -> None:
	"""The app's install hooks, and each DocType's `on_doctype_update`, as on the host."""
	for method in frappe.get_hooks("before_install") + frappe.get_hooks("after_install"):
		frappe.get_attr(method)()
	for doctype, shape in own_doctypes().items():
		name = shape["folder"]
		source = Path(frappe.get_app_path("l2c_app", "l2c_app", "doctype", name, f"{name}.py"))
		if "def on_doctype_update" in source.read_text():
			frappe.get_attr(f"l2c_app.l2c_app.doctype.{name}.{name}.on_doctype_update")()
		meta = frappe.get_meta(doctype)
		for df in () if meta.issingle else meta.fields:
			if df.search_index:
				frappe.db.add_index(doctype, [df.fieldname])
	frappe.clear_cache()
