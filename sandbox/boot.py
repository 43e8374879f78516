"""A fresh site in memory: tables, the app's fields, the ERPNext half's masters."""

import importlib.util
from typing import Any

import frappe
from frappe.model.meta import Meta, all_doctypes

ROLES = "Administrator|System Manager|Guest|All|Desk User|Script Manager|Report Manager|Workspace Manager"


def boot() -> Any:
	"""Connect, create, install; returns a snapshot of the new site for `frappe.db.restore`."""
	frappe.init()
	frappe.connect()
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
	frappe.db.connection.execute("create table tabSingles (doctype text, field text, value text)")
	frappe.db.connection.execute("create table `tabSeries` (name text primary key, current int)")
	for doctype in all_doctypes():
		meta = frappe.get_meta(doctype)
		if not meta.issingle:
			frappe.db.create_table(meta)
	frappe.db.is_ready = True
	for doctype in all_doctypes():
		_store_doctype(frappe.get_meta(doctype))


def _store_doctype(meta: Meta) -> None:
	"""So that links to DocType and lists of DocTypes work."""
	keys = ("module", "istable", "issingle", "is_submittable", "autoname")
	values = {key: getattr(meta, key) or (None if key in ("module", "autoname") else 0) for key in keys}
	frappe.db.insert_row("DocType", {"name": meta.name, "creation": frappe.utils.now(), **values})


def _basics() -> None:
	roles = {perm.role for doctype in all_doctypes() for perm in frappe.get_meta(doctype).permissions}
	for role in sorted(roles | set(ROLES.split("|"))):
		_row("Role", role, role_name=role, desk_access=1)
	for user_type in ("System User", "Website User"):
		_row("User Type", user_type, is_standard=1)
	for user in frappe.STANDARD_USERS:
		_row(
			"User",
			user,
			email=user,
			first_name=user,
			full_name=user,
			enabled=1,
			user_type="System User",
			language="en",
		)
	settings = {"rounding_method": "Banker's Rounding", "time_zone": "Asia/Shanghai", "language": "en"}
	for field, value in {**settings, "date_format": "mm-dd-yyyy", "number_format": "#,###.##"}.items():
		frappe.db.set_single_value("System Settings", field, value)
	for key in ("date_format", "number_format", "time_zone"):
		frappe.defaults.set_global_default(key, frappe.db.get_single_value("System Settings", key))
	for module in sorted({frappe.get_meta(doctype).module for doctype in all_doctypes()}):
		_row(
			"Module Def", module, module_name=module, app_name="l2c_app" if module == "L2C App" else "frappe"
		)
	for language in ("en", "zh"):
		_row("Language", language, language_code=language, language_name=language, enabled=1)


def _row(doctype: str, name: str, **values: Any) -> None:
	now = frappe.utils.now()
	stamps = dict(creation=now, modified=now, owner="Administrator", modified_by="Administrator")
	frappe.db.insert_row(doctype, {"name": name, **stamps, **values})


def _install_app() -> None:
	"""The app's install hooks, and each DocType's `on_doctype_update`, as on the host."""
	for hook in ("before_install", "after_install"):
		for method in frappe.get_hooks(hook):
			frappe.get_attr(method)()
	from frappe.model.meta import own_doctypes

	for doctype, shape in own_doctypes().items():
		source = frappe.get_app_path(
			"l2c_app", "l2c_app", "doctype", shape["folder"], shape["folder"] + ".py"
		)
		if "def on_doctype_update" in (frappe.read_file(source) or ""):
			frappe.get_attr(
				f"l2c_app.l2c_app.doctype.{shape['folder']}.{shape['folder']}.on_doctype_update"
			)()
		for df in frappe.get_meta(doctype).fields:
			if df.search_index and not frappe.get_meta(doctype).issingle:
				frappe.db.add_index(doctype, [df.fieldname])
	frappe.clear_cache()
