"""Return visits: one planned follow up after each delivery of a contract and after its completion, once also after missed
nights, and none for who must not be contacted."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

import frappe
from frappe import _
from frappe.query_builder.functions import Max
from frappe.utils import add_to_date, cint, formatdate, getdate, now_datetime, nowdate

from l2c_app.core import return_visits as rules
from l2c_app.services.contract import contract_end_reminders, contract_state
from l2c_app.services.errors import ContactRefused
from l2c_app.services.errors.recovery import undo
from l2c_app.services.follow_up import follow_ups
from l2c_app.services.pool.name_lists import chunks

SETTINGS = "L2C Settings"
CONTRACT = "Sales Contract"
COMPLETED = "Completed"
SAVEPOINT = "l2c_return_visit"
FIRST_MINUTES = 5
ALL_RETURNED = 100  # percent


class Visit(NamedTuple):
	"""A visit that is due: `after` is the Delivery Note as it was first named, or Completed; `on` the day of that."""

	contract: str
	after: str
	on: date


def plan_due(commit: Callable[[], None] | None = None) -> dict[str, int]:
	"""Plan the visits that are due and not planned yet. Returns counts: planned, refused (no contact), failed.

	With `commit`, which jobs pass, each visit is committed; one that fails is logged and does not stop the others.
	"""
	counts = {"planned": 0, "refused": 0, "failed": 0}
	for visit in _not_told([*_delivered(), *_completed()]):
		frappe.db.savepoint(SAVEPOINT)
		try:
			counts["planned"] += _plan(visit)
		except ContactRefused as error:
			undo(SAVEPOINT, error)
			frappe.clear_messages()
			counts["refused"] += 1
		except Exception as error:
			undo(SAVEPOINT, error)
			title = "Return visit not planned"
			frappe.log_error(title=title, reference_doctype=CONTRACT, reference_name=visit.contract)
			counts["failed"] += 1
		if commit:
			commit()
	return counts


def _due_between(field: str) -> tuple[date, date] | None:
	return rules.due_between(cint(frappe.db.get_single_value(SETTINGS, field)), getdate(nowdate()))


def _delivered() -> Iterator[Visit]:
	"""Deliveries of contracts that are not terminated; what came back whole, and returns, need no visit."""
	days = _due_between("visit_days_after_delivery")
	if not days:
		return
	note, line = frappe.qb.DocType("Delivery Note"), frappe.qb.DocType("Delivery Note Item")
	order, contract = frappe.qb.DocType("Sales Order"), frappe.qb.DocType(CONTRACT)
	query = frappe.qb.from_(note).join(line).on(line.parent == note.name)
	query = query.join(order).on(order.name == line.against_sales_order)
	query = query.join(contract).on(contract.name == order.l2c_contract)
	query = query.select(contract.name, note.name, note.amended_from, note.posting_date).distinct()
	query = query.where((note.docstatus == 1) & (note.is_return == 0) & (note.per_returned < ALL_RETURNED))
	query = query.where((contract.docstatus == 1) & contract.terminated_on.isnull())
	query = query.where(note.posting_date[days[0] : days[1]]).orderby(note.posting_date, note.name)
	for name, delivery, amended_from, day in query.run():
		yield Visit(name, _first_name(amended_from) if amended_from else delivery, getdate(day))


def _first_name(note: str) -> str:
	"""Return the first of a chain of amended notes: corrected papers are no second delivery."""
	while before := frappe.db.get_value("Delivery Note", note, "amended_from"):
		note = before
	return note


def _completed() -> Iterator[Visit]:
	"""Completed contracts; the day is that of the last entry on their invoices in the payment ledger."""
	days = _due_between("visit_days_after_completion")
	if not days:
		return
	contract, link = frappe.qb.DocType(CONTRACT), frappe.qb.DocType("Plan Billing")
	entry = frappe.qb.DocType("Payment Ledger Entry")
	last = Max(entry.posting_date)
	query = frappe.qb.from_(contract).join(link).on(link.parent == contract.name)
	query = query.join(entry).on(entry.against_voucher_no == link.sales_invoice)
	query = query.where((entry.against_voucher_type == "Sales Invoice") & (entry.delinked == 0))
	query = query.where((contract.docstatus == 1) & contract.terminated_on.isnull())
	query = query.where(contract.status == COMPLETED).groupby(contract.name).orderby(contract.name)
	for name, day in query.having(last[days[0] : days[1]]).select(contract.name, last).run():
		yield Visit(name, COMPLETED, getdate(day))


def _not_told(visits: list[Visit]) -> list[Visit]:
	told: set[tuple[str, str]] = set()
	for names in chunks(sorted({visit.contract for visit in visits})):
		rows = frappe.get_all(
			"Follow Up",
			filters={
				"reference_doctype": CONTRACT,
				"reference_name": ("in", names),
				"visit_after": ("is", "set"),
			},
			fields=["reference_name", "visit_after"],
			order_by="name",
		)
		told |= {(row.reference_name, row.visit_after) for row in rows}
	return [visit for visit in visits if (visit.contract, visit.after) not in told]


def _plan(visit: Visit) -> bool:
	contract = contract_state.load(visit.contract)
	told = {"reference_doctype": CONTRACT, "reference_name": contract.name, "visit_after": visit.after}
	owner = contract_end_reminders.owner_or_above(contract)
	if contract.terminated_on or not owner or frappe.db.exists("Follow Up", told):
		return False
	completed = visit.after == COMPLETED
	note = _("Contract {0} was completed on {1}: ask how it went and what comes next.")
	if not completed:
		note = _("Delivery {2} of contract {0} was on {1}: ask whether all is well.")
	follow_ups.plan(
		CONTRACT,
		contract.name,
		follow_up_type="Call" if completed else "Visit",
		planned_for=add_to_date(now_datetime(), minutes=FIRST_MINUTES),
		assigned_to=owner,
		note=note.format(contract.name, formatdate(visit.on), visit.after),
		visit_after=visit.after,
	)
	return True
