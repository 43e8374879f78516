"""Our columns on native documents: one list feeds creation, removal and the tests."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

MODULE = "L2C App"


def _stamp(fieldname: str, label: str, fieldtype: str, **more: str | int) -> dict:
	"""Return one field that only the app writes: read-only, never copied with the document."""
	return {
		"fieldname": fieldname,
		"label": label,
		"fieldtype": fieldtype,
		"read_only": 1,
		"no_copy": 1,
		"print_hide": 1,
		"module": MODULE,
		**more,
	}


def _follow_up_dates(insert_after: str) -> list[dict]:
	"""Return the dates that follow ups leave on what they are about."""
	last, following = "l2c_last_follow_up_on", "l2c_next_follow_up_on"
	return [
		_stamp(last, "Last Follow Up", "Datetime", insert_after=insert_after),
		_stamp(following, "Next Follow Up", "Datetime", insert_after=last, search_index=1),
	]


FIELDS: dict[str, list[dict]] = {
	"Lead": [
		_stamp(
			"l2c_pooled", "In a Lead Pool", "Check", insert_after="lead_owner", search_index=1, default="0"
		),
		*_follow_up_dates("l2c_pooled"),
		_stamp(
			"l2c_tier",
			"Tier",
			"Select",
			insert_after="l2c_next_follow_up_on",
			options="\nA\nB\nC\nD\nE",
			in_standard_filter=1,
		),
		_stamp("l2c_score", "Score", "Int", insert_after="l2c_tier"),
		_stamp("l2c_recycle_on", "Returns to the Pool On", "Date", insert_after="l2c_score", search_index=1),
	],
	"Opportunity": _follow_up_dates("expected_closing"),
	"Sales Order": [
		_stamp(
			"l2c_contract",
			"Sales Contract",
			"Link",
			options="Sales Contract",
			insert_after="po_no",
			search_index=1,
			ignore_user_permissions=1,
		),
	],
	"Sales Invoice": [
		_stamp(
			"l2c_contract",
			"Sales Contract",
			"Link",
			options="Sales Contract",
			insert_after="due_date",
			search_index=1,
			ignore_user_permissions=1,
		),
	],
	"Payment Entry": [
		_stamp(
			"l2c_collection",
			"Collection",
			"Link",
			options="Collection",
			insert_after="mode_of_payment",
			search_index=1,
			ignore_user_permissions=1,
		),
	],
}


def create() -> None:
	"""Create or refresh our fields. Idempotent; called at install and by patches."""
	create_custom_fields(FIELDS, ignore_validate=True)


def delete() -> None:
	"""Remove our fields and the columns behind them; native rows and columns stay as they are."""
	for doctype, fields in FIELDS.items():
		for field in fields:
			_delete_field(doctype, field["fieldname"])
		frappe.clear_cache(doctype=doctype)


def _delete_field(doctype: str, fieldname: str) -> None:
	frappe.db.delete("Property Setter", {"doc_type": doctype, "field_name": fieldname})
	name = frappe.db.get_value(
		"Custom Field", {"dt": doctype, "fieldname": fieldname}, order_by="creation asc"
	)
	if name:
		frappe.delete_doc("Custom Field", name, ignore_missing=True, force=True)
	if frappe.db.has_column(doctype, fieldname):
		# the query builder knows no DROP COLUMN; both names are ours
		frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{fieldname}`")  # nosemgrep
