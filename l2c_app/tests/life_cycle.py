"""Checks of install and uninstall on a site made for nothing else; scripts/bench_test.py calls them one by one.

They compare every row of every table with what was remembered before, so a change that nobody thought of is found.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import frappe
from frappe.utils import cstr

from l2c_app.setup import approval, custom_fields, kanban, leftovers

APP = "l2c_app"
COLUMN_PREFIX = "l2c_"
# Written by the host on every run, about nothing of ours.
HOUSEKEEPING = {
	"__Auth",
	"__global_search",
	"tabAccess Log",
	"tabActivity Log",
	"tabDefaultValue",
	"tabDeleted Document",
	"tabError Log",
	"tabInstalled Application",
	"tabPatch Log",
	"tabPortal Menu Item",
	"tabScheduled Job Log",
	"tabSeries",
	"tabSessions",
	"tabVersion",
}
# Time stamps, and what ERPNext's own nightly job caches on the company.
NIGHTLY = {"sales_monthly_history", "transactions_annual_history", "total_monthly_sales"}
VOLATILE = NIGHTLY | {
	"creation",
	"modified",
	"modified_by",
	"owner",
	"idx",
	"last_execution",
	"last_heartbeat",
}
# A lead that the pool masks for ever while the app leaves.
SEALED_POOL, SEALED_LEAD = "Sealed Traces", "Trace Sealed"
SEALED_PHONE, SEALED_MAIL = "+8613800138001", "sealed@trace.example.com"
SINGLES_OF_THE_HOST = {"Installed Applications", "Portal Settings", "System Settings", "Global Defaults"}


def remember(name: str) -> None:
	"""Store a digest of every row of every native table under a name."""
	path = _memory(name)
	path.parent.mkdir(parents=True, exist_ok=True)
	path.write_text(json.dumps(_snapshot()))


def natives_are_as_remembered(name: str) -> None:
	"""Every remembered native row must still be there, unchanged. Raises AssertionError with the first differences."""
	differences = []
	now = _snapshot()
	for table, rows in json.loads(_memory(name).read_text()).items():
		current = now.get(table, {})
		differences += [f"{table}: {key}" for key, digest in rows.items() if current.get(key) != digest]
	assert not differences, f"{len(differences)} native rows changed: {differences[:20]}"


def nothing_is_left(name: str | None = None) -> None:
	"""No table, column, row or pointer of ours may remain; with a name also no row more than remembered."""
	found = [*_tables_left(), *_columns_left(), *_pointers_left()]
	assert not found, f"{len(found)} leftovers: {found[:30]}"
	if name:
		before = json.loads(_memory(name).read_text())
		extra = [
			f"{table}: {key}"
			for table, rows in _snapshot().items()
			for key in rows
			if key not in before.get(table, {})
		]
		assert not extra, f"{len(extra)} rows more than before: {extra[:20]}"
		natives_are_as_remembered(name)


def native_forms_open() -> None:
	"""Form definitions and lists of the native documents we touch load, and agree with the table behind them."""
	from frappe.desk.form.load import getdoctype, run_onload

	for doctype in (
		*custom_fields.FIELDS,
		"Opportunity",
		"Quotation",
		"Customer",
		"Delivery Note",
		"Journal Entry",
	):
		frappe.clear_cache(doctype=doctype)
		getdoctype(doctype)
		columns = set(frappe.db.get_table_columns(doctype))
		missing = [field for field in frappe.get_meta(doctype).get_valid_columns() if field not in columns]
		assert not missing, f"{doctype} has fields without a column: {missing}"
		for row in frappe.get_all(doctype, order_by="creation", limit=3):
			run_onload(frappe.get_doc(doctype, row.name))


def complete_wizard() -> None:
	"""Finish ERPNext's set-up wizard as a user would, with the company that the tests use."""
	from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

	from l2c_app.tests import factories

	year = frappe.utils.now_datetime().year
	arguments = {
		"language": "English",
		"country": "United States",
		"timezone": "Asia/Shanghai",
		"currency": factories.COMPANY_CURRENCY,
		"full_name": "Demo Admin",
		"email": "demo@l2c.example.com",
		"password": frappe.generate_hash(length=20),
		"company_name": factories.COMPANY,
		"company_abbr": factories.ABBR,
		"chart_of_accounts": "Standard",
		"fy_start_date": f"{year}-01-01",
		"fy_end_date": f"{year}-12-31",
		"setup_demo": 0,
		"enable_telemetry": 0,
	}
	setup_complete(json.dumps(arguments))
	assert frappe.db.exists("Company", factories.COMPANY), "the wizard made no company"
	assert frappe.get_meta("Lead").has_field("l2c_pooled"), "our fields went missing in the wizard"


def leave_traces() -> None:
	"""Make native and own documents, and the rows people leave about them: comments, shares, filters, permissions."""
	from l2c_app.tests import factories

	frappe.set_user("Administrator")
	factories.bootstrap()
	customer = factories.customer()
	order = factories.sales_order(customer)
	factories.sales_invoice(customer)
	factories.payment(customer, 300, against=[("Sales Order", order.name, 300)])
	rep = factories.sales_user("trace.rep")
	pool = factories.make("Lead Pool", pool_name="Traces", members=[{"member_type": "User", "user": rep}])
	lead = factories.lead("Trace Prospect", mobile_no="+8613800138000")
	_leave_a_pooled_lead(rep)
	_switch_on_the_approval()
	follow_up = factories.make(
		"Follow Up",
		reference_doctype="Lead",
		reference_name=lead.name,
		assigned_to=rep,
		planned_for=frappe.utils.add_days(frappe.utils.now_datetime(), 1),
	)
	for document in (pool, follow_up):
		_leave_traces_on(document, rep)


def _leave_a_pooled_lead(rep: str) -> None:
	from l2c_app.tests import factories

	factories.lead_pool(SEALED_POOL, members=(rep,), managers=(rep,))
	factories.pooled_lead(SEALED_LEAD, mobile_no=SEALED_PHONE, email_id=SEALED_MAIL)


def _switch_on_the_approval() -> None:
	"""Now the host gives contracts a column, which must leave with the app."""
	workflow = frappe.get_doc("Workflow", approval.WORKFLOW)
	workflow.is_active = 1
	workflow.save()
	assert frappe.get_meta(approval.DOCTYPE).has_field(approval.FIELD), "no column for the workflow"


def seal_a_lead() -> None:
	"""Let the pool of a lead mask for ever: what was remembered before must be there again after uninstalling."""
	from l2c_app.services.pool import vault_scope

	frappe.db.set_value("Lead Pool", SEALED_POOL, "mask_mode", "Masked for Ever")
	frappe.clear_document_cache("Lead Pool", SEALED_POOL)
	lead = frappe.db.get_value("Lead", {"company_name": SEALED_LEAD}, "name")
	vault_scope.follow([lead])
	assert "*" in frappe.db.get_value("Lead", lead, "mobile_no"), "the pool sealed nothing"


def contact_data_are_back() -> None:
	"""The lead that `seal_a_lead` sealed and its contact carry their real data, though the vault is gone."""
	lead = frappe.db.get_value(
		"Lead", {"company_name": SEALED_LEAD}, ["name", "mobile_no", "email_id"], as_dict=True
	)
	assert (lead.mobile_no, lead.email_id) == (SEALED_PHONE, SEALED_MAIL), lead
	filters = {"parenttype": "Contact", "link_doctype": "Lead", "link_name": lead.name}
	contact = frappe.get_doc("Contact", frappe.db.get_value("Dynamic Link", filters, "parent"))
	assert SEALED_PHONE in [row.phone for row in contact.phone_nos], contact.phone_nos
	assert SEALED_MAIL in [row.email_id for row in contact.email_ids], contact.email_ids


def _leave_traces_on(document, user: str) -> None:
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter

	from l2c_app.tests import factories

	document.add_comment("Comment", "a note")
	frappe.share.add(document.doctype, document.name, user, notify=0)
	pointer = {"reference_type": document.doctype, "reference_name": document.name}
	factories.make("ToDo", description="do", allocated_to=user, **pointer)
	factories.make("List Filter", reference_doctype=document.doctype, filter_name="mine", filters="[]")
	factories.make(
		"File",
		file_name=f"{frappe.scrub(document.doctype)}.txt",
		content="evidence",
		attached_to_doctype=document.doctype,
		attached_to_name=document.name,
	)
	make_property_setter(document.doctype, "", "allow_rename", 1, "Check", for_doctype=True)
	frappe.permissions.add_permission(document.doctype, "Auditor", 0)


def _memory(name: str) -> Path:
	return Path(frappe.get_site_path("private", "l2c_life_cycle", f"{name}.json"))


def _native_tables() -> Iterator[str]:
	ours = {f"tab{doctype}" for doctype in leftovers.our_doctypes()}
	for table in frappe.db.get_tables(cached=False):
		if table not in HOUSEKEEPING and table not in ours:
			yield table


def _rows(table: str) -> list[dict]:
	return frappe.qb.from_(frappe.qb.Table(table)).select("*").run(as_dict=True)


def _snapshot() -> dict[str, dict[str, str]]:
	"""Return {table: {row key: digest}} of rows that are not ours."""
	return {table: dict(_digests(table)) for table in _native_tables()}


def _digests(table: str) -> Iterator[tuple[str, str]]:
	for row in _rows(table):
		if table == "tabSingles" and row.get("doctype") in SINGLES_OF_THE_HOST:
			continue
		if _is_ours(table, row):
			continue
		values = {
			k: cstr(v)
			for k, v in sorted(row.items())
			if k not in VOLATILE and not k.startswith(COLUMN_PREFIX)
		}
		if table == "tabSingles" and row.get("field") in VOLATILE:
			continue
		key = cstr(row.get("name") or f"{row.get('doctype')}.{row.get('field')}")
		yield key, hashlib.md5(json.dumps(values).encode()).hexdigest()


def _is_ours(table: str, row: dict) -> bool:
	"""Return whether a row of a native table belongs to the app: by module, by app, by DocType or by path."""
	names = {custom_fields.MODULE, APP, *leftovers.our_doctypes()}
	if row.get("parenttype") and row.get("parent") in _standard_records():
		return True
	passed_over = (
		{*VOLATILE, "label"} if table == "tabDocField" else VOLATILE
	)  # a native field may be labelled like ours
	values = [value for key, value in row.items() if isinstance(value, str) and key not in passed_over]
	return any(value in names or value.startswith(f"{APP}.") for value in values) or cstr(
		row.get("fieldname")
	).startswith(COLUMN_PREFIX)


@cache
def _standard_records() -> set[str]:
	"""Return the names of records that we ship: workspace, cards, notifications, print formats, the board."""
	package = Path(frappe.get_app_path(APP))
	paths = [
		path
		for folder in ("l2c_app", "workspace_sidebar", "desktop_icon")
		for path in (package / folder).rglob("*.json")
	]
	shipped = {json.loads(path.read_text())["name"] for path in paths if path.parent.parent.name != "doctype"}
	return shipped | {kanban.BOARD, approval.WORKFLOW}


def _tables_left() -> list[str]:
	ours = {f"tab{doctype}" for doctype in leftovers.our_doctypes()}
	return [table for table in frappe.db.get_tables(cached=False) if table in ours]


def _columns_left() -> list[str]:
	return [
		f"{doctype}.{column}"
		for doctype in custom_fields.FIELDS
		for column in frappe.db.get_table_columns(doctype)
		if column.startswith(COLUMN_PREFIX)
	]


def _pointers_left() -> list[str]:
	tables = (table for table in frappe.db.get_tables(cached=False) if table != "tabSeries")
	return [
		f"{table}: {row.get('name') or row}"
		for table in tables
		for row in _rows(table)
		if _is_ours(table, row)
	]


def main(site: str, function: str, *arguments: str) -> None:
	"""Run one check on a site from the bench's folder `sites`; works also while the app is not installed there."""
	frappe.init(site, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")
	try:
		globals()[function](*arguments)
		frappe.db.commit()
	finally:
		frappe.destroy()


if __name__ == "__main__":
	main(*sys.argv[1:])
