"""The chain of a contract and the one that renews it: found by the quotation, kept on both."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, date_diff, flt, getdate

from l2c_app.core import contract_end
from l2c_app.services.errors import RenewalRefused, refuse

LOST = "Lost"
WHOLE, SHARE_DIGITS, SMALLEST_SHARE = 100, 6, 1e-6
CARRIED = (
	"contract_template",
	"languages_on_paper",
	"language",
	"bill_by",
	"recoup_advances",
	"contract_owner",
	"auto_renew",
	"renewal_days",
	"letter_head",
	"cost_center",
	"project",
)
CLAUSE_FIELDS = ("clause", "title", "language", "locked", "changed", "text")
PERSON_FIELDS = ("side", "full_name", "title", "email", "signing_order")
PLAN_FIELDS = (
	"row_id",
	"label",
	"billing",
	"with_row",
	"due_basis",
	"offset_days",
	"offset_months",
	"end_of_month",
	"after_month_end",
)


def parent_of(quotation: str | None) -> str | None:
	"""Return the contract whose renewal a quotation offers, None for any other quotation."""
	opportunity = quotation and frappe.db.get_value("Quotation", quotation, "opportunity")
	return opportunity and frappe.db.get_value(
		"Sales Contract", {"renewal_opportunity": opportunity, "docstatus": 1}
	)


def note_lost(opportunity: Document) -> None:
	"""Note on the contract that an opportunity renews why it was lost, or that it is not lost any more."""
	contract = frappe.db.get_value(
		"Sales Contract", {"renewal_opportunity": opportunity.name, "docstatus": 1}
	)
	if contract:
		why = [row.lost_reason for row in opportunity.get("lost_reasons") or ()]
		said = (", ".join(why), opportunity.get("order_lost_reason"))
		text = ": ".join([part for part in said if part]) or _(LOST)
		value = text if opportunity.status == LOST else None
		frappe.db.set_value("Sales Contract", contract, "renewal_lost", value, update_modified=False)


def carry(contract: Document, quotation: str) -> None:
	"""Fill a new contract from the one it renews: next period, plan by share, clauses and signatories. Does not save."""
	parent = parent_of(quotation)
	if not parent or not frappe.has_permission("Sales Contract", "read", parent):
		return
	old = frappe.get_doc("Sales Contract", parent)
	contract.update({field: old.get(field) for field in CARRIED})
	contract.renewed_from = old.name
	contract.start_date, contract.end_date = contract_end.next_period(
		getdate(old.start_date) if old.start_date else None, getdate(old.end_date)
	)
	for table, fields in (("clauses", CLAUSE_FIELDS), ("signatories", PERSON_FIELDS)):
		contract.set(table, [{field: row.get(field) for field in fields} for row in old.get(table)])
	_carry_plan(contract, old)


def _carry_plan(contract: Document, old: Document) -> None:
	"""Each row keeps its share of the total; fixed days move along with the start."""
	contract.set("plan_rows", [])
	moved = date_diff(contract.start_date, old.start_date or old.transaction_date)
	for row, share in zip(old.plan_rows, _shares(old), strict=True):
		values = {field: row.get(field) for field in PLAN_FIELDS}
		fixed = add_days(row.fixed_date, moved) if row.fixed_date else None
		contract.append("plan_rows", {**values, "fixed_date": fixed, "percent": share})


def _shares(old: Document) -> list[float]:
	"""Return the percents of the old plan: as typed if they make 100, else of its amounts, the last takes what is left."""
	typed = [flt(row.percent) for row in old.plan_rows]
	if abs(sum(typed) - WHOLE) < SMALLEST_SHARE:
		return typed
	total = flt(old.grand_total) or 1
	shares = [flt(row.amount * WHOLE / total, SHARE_DIGITS) for row in old.plan_rows[:-1]]
	return [*shares, flt(WHOLE - sum(shares), SHARE_DIGITS)]


def link(contract: Document) -> None:
	"""Set on a draft which contract it renews: by its quotation, whatever a request says. For validate."""
	source = contract.source_name if contract.source_doctype == "Quotation" else None
	contract.renewed_from = parent_of(source)


def close(contract: Document) -> None:
	"""Note on the old contract that this one renews it. For on_submit. Raises RenewalRefused if another did."""
	if not contract.renewed_from:
		return
	renewed_by = frappe.db.get_value("Sales Contract", contract.renewed_from, "renewed_by", for_update=True)
	if renewed_by and renewed_by != contract.name:
		refuse(
			RenewalRefused,
			_("Contract {0} is renewed already.").format(contract.renewed_from),
			compared=_("By {0}.").format(renewed_by),
		)
	frappe.db.set_value("Sales Contract", contract.renewed_from, "renewed_by", contract.name)


def reopen(contract: Document) -> None:
	"""Take the note back when the new contract is cancelled."""
	renewed = {"name": contract.renewed_from or "", "renewed_by": contract.name}
	frappe.db.set_value("Sales Contract", renewed, "renewed_by", None)
