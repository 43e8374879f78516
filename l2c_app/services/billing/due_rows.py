"""Which plan rows are due to be billed: set-based, for one contract or all that the user may see."""

from datetime import date
from typing import Any

import frappe
from frappe.utils import getdate

from l2c_app.core import plan
from l2c_app.core.money import exact
from l2c_app.services.billing import requested_rows

DELIVERY, REQUEST = "Delivery", "Request"
OTHER_WAYS = (DELIVERY, REQUEST)
FIELDS = ["parent", "row_id", "label", "billing", "with_row", "due_date"]
AMOUNTS = ["amount", "billed", "waived", "draft_invoice"]


def find(*, contract: str | None = None, company: str | None = None, today: date) -> list[frappe._dict]:
	"""Return the rows whose invoice is due and not made in full, one for each invoice, in the order of its date.

	A row that is billed with another comes by itself where only it has something left: after a credit note, or added
	by a revision. Those on a draft come along with its name. Contracts that are billed by delivery or by request are left
	alone, and so are rows that sales have asked for: accounts answer the request. Fields: parent, row_id, label,
	due_date (the invoice's), draft_invoice.
	"""
	names = _contracts(contract, company)
	if not names:
		return []
	filters = {"parent": ("in", names), "parenttype": "Sales Contract"}
	rows = frappe.get_all(
		"Sales Contract Plan Row", filters=filters, fields=[*FIELDS, *AMOUNTS], order_by="parent, idx"
	)
	by_contract: dict[str, dict[str, frappe._dict]] = {}
	for row in rows:
		by_contract.setdefault(row.parent, {})[row.row_id] = row
	asked = requested_rows.open_rows(names)
	found = [row for stored in by_contract.values() for row in _due(stored, asked, today)]
	return sorted(found, key=lambda row: (getdate(row.due_date), row.parent))


def _contracts(contract: str | None, company: str | None) -> list[str]:
	filters: dict[str, Any] = {
		"docstatus": 1,
		"activated_on": ("is", "set"),
		"terminated_on": ("is", "not set"),
		"bill_by": ("not in", OTHER_WAYS),
		"order_state": ("is", "not set"),  # closed or on hold: the host would refuse the invoice
	}
	if contract:
		filters["name"] = contract
	if company:
		filters["company"] = company
	return frappe.get_list("Sales Contract", filters=filters, pluck="name", order_by="name")


def _due(
	stored: dict[str, frappe._dict], asked: dict[tuple[str, str], str], today: date
) -> list[frappe._dict]:
	found = []
	for group in plan.due_groups([_open_row(row) for row in stored.values()], today):
		if any((stored[row_id].parent, row_id) in asked for row_id in group.rows):
			continue
		drafts = [stored[row_id].draft_invoice for row_id in group.rows if stored[row_id].draft_invoice]
		row = frappe._dict(stored[group.named], due_date=stored[group.root].due_date)
		row.draft_invoice = drafts[0] if drafts else None
		found.append(row)
	return found


def _open_row(row: frappe._dict) -> plan.OpenRow:
	return plan.OpenRow(
		row.row_id,
		billing=row.billing,
		with_row=row.with_row or "",
		due=getdate(row.due_date) if row.due_date else None,
		to_bill=exact(row.amount) - exact(row.billed) - exact(row.waived),
	)
