"""Revising an active contract: numbered, with a snapshot and a diff. Rows with money or an invoice stay as they are.

The order changes by the host's own Update Items, never by cancel and amend, which would lose its deposits.
"""

import json
from typing import Any

import frappe
from erpnext.controllers.accounts_controller import update_child_qty_rate
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, now_datetime

from l2c_app.core import contract_revision as rules
from l2c_app.core.money import exact, split_amount
from l2c_app.services.contract import (
	contract_checks,
	contract_clauses,
	contract_dates,
	contract_locks,
	contract_money,
	contract_state,
	orders,
)
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import RevisionRefused, refuse
from l2c_app.services.ledger import recompute

FINANCE_MANAGER = "Accounts Manager"
LINE_FIELDS = ("item_code", "qty", "rate", "uom", "conversion_factor", "delivery_date")
PLAN_FIELDS = ("row_id", "percent", *rules.ROW_TERMS)
SNAPSHOT_CLAUSES = ("clause", "title", "language", "text")
SNAPSHOT_LINES = ("item_code", "item_name", "qty", "uom", "rate", "amount", "sales_order_item")


@all_or_nothing("l2c_revise")
def revise(
	contract: str,
	*,
	reason: str,
	items: list[dict[str, Any]] | None = None,
	plan_rows: list[dict[str, Any]] | None = None,
	clauses: list[dict[str, Any]] | None = None,
) -> Document:
	"""Change lines and plan of an active contract. Returns the Sales Contract Revision.

	`items`: all lines, each with LINE_FIELDS and `sales_order_item` for those that exist. `plan_rows`: all rows, with
	`row_id` for those that exist; without them the change of the total is shared by the rows without money or
	invoice. `clauses`: all clauses, each with title, text, language and the template's name. Permission: submit on the contract and write on the order; finance managers may revise the plan alone. Raises RevisionRefused, NoLiveOrder, the plan's
	refusals, and what the host's Update Items refuses.
	"""
	contract_state.load_newest(contract)
	recompute.recompute(contract)
	document = contract_state.load(contract)
	_check_permission(document, items, clauses)
	contract_state.require(document, running=True)
	before = snapshot(document)
	order = _change_order(document, items)
	_follow_order(document, order)
	touched = _touched(document)
	if clauses is not None:
		contract_clauses.replace(document, clauses)
	if plan_rows is None:
		_share_difference(document, touched)
	else:
		_replace_rows(document, plan_rows)
	return _finish(document, before, touched=touched, reason=reason)


def _check_permission(contract: Document, items: list | None, clauses: list | None) -> None:
	"""Lines and clauses are the approved text; when money is expected is also the finance managers' to say."""
	contract.check_permission("read")
	if items is not None or clauses is not None or FINANCE_MANAGER not in frappe.get_roles():
		contract.check_permission("submit")


def snapshot(contract: Document) -> dict[str, Any]:
	"""Return what a revision may change, as plain values."""
	return {
		"grand_total": contract.grand_total,
		"items": [{field: line.get(field) for field in SNAPSHOT_LINES} for line in contract.items],
		"plan_rows": [{field: row.get(field) for field in PLAN_FIELDS} for row in contract.plan_rows],
		"clauses": [
			{**{field: row.get(field) for field in SNAPSHOT_CLAUSES}, "text": row.final_text or row.text}
			for row in contract.clauses
		],
	}


def _change_order(contract: Document, items: list[dict[str, Any]] | None) -> Document:
	order = orders.submitted(contract)
	contract_locks.lock_documents("Sales Order", [order.name])
	if items is None:
		return order
	lines = [_order_line(item, index) for index, item in enumerate(items, 1)]
	update_child_qty_rate("Sales Order", json.dumps(lines, default=str), order.name)
	return frappe.get_doc("Sales Order", order.name)


def _order_line(item: dict[str, Any], index: int) -> dict[str, Any]:
	line = {field: item[field] for field in LINE_FIELDS if item.get(field)}
	line |= {"idx": index, "qty": item.get("qty"), "rate": item.get("rate")}
	if item.get("sales_order_item"):
		line["docname"] = item["sales_order_item"]
	return line


def _follow_order(contract: Document, order: Document) -> None:
	"""Take lines and totals from the order: it is what will be billed."""
	known = {line.sales_order_item: line for line in contract.items}
	lines = []
	for ordered in order.items:
		line = known.get(ordered.name) or contract.append("items", {"sales_order_item": ordered.name})
		line.update(
			{field: ordered.get(field) for field in (*orders.LINE_FIELDS, "rate", "amount", "delivery_date")}
		)
		lines.append(line)
	contract.set("items", lines)
	for index, line in enumerate(contract.items, 1):
		line.idx = index
	contract.net_total = order.net_total
	contract.total_taxes_and_charges = order.total_taxes_and_charges
	contract.grand_total = orders.total_with_outside(contract, order)
	outside = flt(contract.adopted_outside) * flt(contract.conversion_rate)
	contract.base_grand_total = (order.base_rounded_total or order.base_grand_total) + outside


def _touched(contract: Document) -> dict[str, Any]:
	"""Return per row what is settled or on an invoice, drafts included (currency units)."""
	touched = {
		row.row_id: max(exact(row.settled), exact(row.billed), exact(row.waived))
		for row in contract.plan_rows
	}
	for link in contract.plan_billing:
		touched[link.row_id] = max(touched.get(link.row_id, exact(0)), exact(link.amount))
	return touched


def _share_difference(contract: Document, touched: dict[str, Any]) -> None:
	"""Spread the change of the total over the rows that nothing has happened to, by their size."""
	free = [row for row in contract.plan_rows if touched.get(row.row_id, 0) <= 0]
	amounts = [contract_money.in_units(row.amount, contract) for row in free]
	fixed = sum(contract_money.in_units(row.amount, contract) for row in contract.plan_rows) - sum(amounts)
	left = contract_money.in_units(contract.grand_total, contract) - fixed
	if left and (not free or left < len(free)):
		refuse(
			RevisionRefused,
			_("The rows without money or invoice cannot take the new total."),
			compared=_("Total {0}, rows that stay {1}.").format(
				contract.grand_total, contract_money.stored(fixed, contract)
			),
			do=_("Give the plan rows of the revision yourself, for instance with a new row."),
		)
	if not free or left == sum(amounts):
		return
	wanted = contract_money.stored(left, contract)
	for row, amount in zip(
		free, split_amount(wanted, amounts, contract_money.payable_unit(contract)), strict=True
	):
		row.amount = float(amount)
		row.percent = 0


def _replace_rows(contract: Document, plan_rows: list[dict[str, Any]]) -> None:
	"""Set the plan to the given rows; a row keeps its id and with it its history."""
	known = {row.row_id: row for row in contract.plan_rows}
	rows = []
	for given in plan_rows:
		row = known.pop(given.get("row_id"), None) or contract.append("plan_rows", {})
		row.update({field: given[field] for field in PLAN_FIELDS if field in given and field != "row_id"})
		if not row.percent and "percent" not in given:
			row.percent = 0
		rows.append(row)
	contract.set("plan_rows", rows)
	for index, row in enumerate(contract.plan_rows, 1):
		row.idx = index


def _finish(contract: Document, before: dict[str, Any], *, touched: dict[str, Any], reason: str) -> Document:
	_keep_typed_amounts(contract, before)
	contract_checks.cut_plan(contract, kept=_with_their_amount(contract, before))
	after = snapshot(contract)
	changes = rules.plan_changes(before["plan_rows"], after["plan_rows"])
	_refuse_frozen(rules.frozen_rows(changes, touched))
	if not changes and all(before[part] == after[part] for part in ("grand_total", "items", "clauses")):
		refuse(RevisionRefused, _("The revision changes nothing."))
	contract.revision = (contract.revision or 0) + 1
	contract_dates.refresh(contract)
	contract_state.save(contract)
	recompute.mark([contract.name])
	return _store(contract, before, changes=changes, reason=reason)


def _keep_typed_amounts(contract: Document, before: dict[str, Any]) -> None:
	"""Percents are a way of typing: a row whose percent was not changed keeps its amount, whatever the total."""
	percents = {row["row_id"]: exact(row["percent"]) for row in before["plan_rows"]}
	for row in contract.plan_rows:
		if row.row_id in percents and exact(row.percent) == percents[row.row_id]:
			row.percent = 0


def _with_their_amount(contract: Document, before: dict[str, Any]) -> set[str]:
	"""Return the rows whose amount stays: an invoice that missed its row by a cent has moved it below a whole coin."""
	amounts = {row["row_id"]: exact(row["amount"]) for row in before["plan_rows"]}
	return {row.row_id for row in contract.plan_rows if exact(row.amount) == amounts.get(row.row_id)}


def _refuse_frozen(frozen: list[str]) -> None:
	if frozen:
		refuse(
			RevisionRefused,
			_("Plan rows that are billed or paid stay as they are."),
			compared=_("Rows at fault: {0}.").format(", ".join(frozen)),
			do=_("Change the other rows, or add a new one."),
		)


def _store(
	contract: Document, before: dict[str, Any], *, changes: list[rules.Change], reason: str
) -> Document:
	revision = frappe.get_doc(
		{
			"doctype": "Sales Contract Revision",
			"contract": contract.name,
			"revision": contract.revision,
			"revised_by": frappe.session.user,
			"revised_on": now_datetime(),
			"reason": reason,
			"currency": contract.currency,
			"total_before": before["grand_total"],
			"total_after": contract.grand_total,
			"changes": json.dumps([change.as_dict() for change in changes], indent=1, default=str),
			"snapshot": json.dumps(before, indent=1, default=str),
		}
	)
	return revision.insert(
		ignore_permissions=True
	)  # history is written by the step itself and by nobody else
