"""The button Update Items: lines of a submitted order change or come, none goes."""

import json

import frappe
from erpnext.controllers.status_updater import update_order
from erpnext.exceptions import left_out_if, refuse_if
from frappe.utils import flt


@frappe.whitelist()
def update_child_qty_rate(
	parent_doctype: str, trans_items: str, parent_doctype_name: str, child_docname: str = "items"
) -> None:
	"""Change or add lines of a submitted order."""
	order = frappe.get_doc(parent_doctype, parent_doctype_name)
	order.check_permission("write")
	rows = [row for row in json.loads(trans_items) if row.get("item_code")]
	is_less = {line.name for line in order.items} - {row.get("docname") for row in rows}
	left_out_if(is_less, "lines removed by Update Items")
	for row in rows:
		_change_line(order, row)
	order.reload()
	order.flags.ignore_validate_update_after_submit = True
	for line in order.items:
		line.stock_qty = flt(line.qty) * flt(line.conversion_factor)
	order.calculate_taxes_and_totals()
	order.set_payment_schedule()
	order.save()
	order.update_quotations()
	order.db_set("per_delivered", flt(order.per_delivered), update_modified=False)
	update_order(order.name, by_invoice=False)
	order.reload()
	order.set_status()
	order.validate_uom_is_integer()


def _change_line(order: object, row: dict) -> None:
	known = row.get("docname")
	line = frappe.get_doc(f"{order.doctype} Item", known) if known else _new_line(order, row)
	date = row.get("delivery_date") or line.delivery_date
	same = all(flt(line.get(key)) == flt(row.get(key, line.get(key))) for key in ("qty", "rate"))
	if known and same and str(line.delivery_date) == str(date):
		return
	refuse_if(not flt(row.get("qty")), f"Row {row.get('idx')}: quantity cannot be zero")
	rate = flt(row.get("rate"), line.precision("rate"))
	amount = flt(rate * flt(row["qty"], line.precision("qty")), 2)
	refuse_if(flt(line.billed_amt, 2) > amount and rate > 0, f"Row {line.idx}: less than what is billed")
	left_out_if(flt(line.price_list_rate), "Update Items with a price list rate")
	line.update({"qty": flt(row["qty"]), "rate": rate, "delivery_date": date})
	line.flags.ignore_validate_update_after_submit = True
	line.save() if known else line.db_insert()


def _new_line(order: object, row: dict) -> object:
	line = frappe.new_doc(f"{order.doctype} Item", parent_doc=order, parentfield="items")
	line.update({"item_code": row["item_code"], "uom": row.get("uom"), "qty": row.get("qty"), "docstatus": 1})
	line.update({"delivery_date": order.delivery_date, "idx": len(order.items) + 1, "parent": order.name})
	order.fill_line(line)
	return line
