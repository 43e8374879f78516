"""Promises that name plan rows of a contract: each row has its amount, its baseline and its judgement.

Cash of a row is what the ledger gives it, advances on its order included, so a row that nobody billed yet can be promised.
Raises PromiseRefused and the host's PermissionError.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate, nowdate

from l2c_app.core import promises as rules
from l2c_app.core.money import from_minor, to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.core.position import RowPosition, position
from l2c_app.core.promises import Refusal, State
from l2c_app.services.chasing import promise_refusals
from l2c_app.services.errors import PromiseRefused, refuse
from l2c_app.services.ledger import ledger_facts
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.portal import own

ROW, CONTRACT = "Promise Plan Row", "Sales Contract"
Target = tuple[str, str]
"""(contract, row_id)"""


@dataclass(frozen=True)
class Promised:
	"""What an open promise still expects of a plan row: minor units of the contract's currency, and when."""

	left: int
	on: date
	promise: str


def take(promise: Any, limits: Any) -> None:
	"""Check a new promise about plan rows and take the baseline of each; locks the contract."""
	contract = _contract(promise.sales_contract)
	promise.update(
		{"customer": contract.customer, "company": contract.company, "currency": contract.currency}
	)
	found = _positions([contract.name])
	if not promise.rows or len({row.row_id for row in promise.rows}) < len(promise.rows):
		refuse(PromiseRefused, _("Name the plan rows that are promised, each once."))
	levels = [_take_row(promise, row, found.get((contract.name, row.row_id)), limits) for row in promise.rows]
	unit = money_unit()
	for field, source in (
		("amount", "amount"),
		("cash_before", "cash_before"),
		("open_before", "open_before"),
	):
		total = sum(to_minor(row.get(source), unit) for row in promise.rows)
		promise.set(field, flt(from_minor(total, unit)))
	promise.update({"level": max(levels), "came": 0, "open_key": None})


def judge(promises: Sequence[Any]) -> int:
	"""Judge stored promises (as read by `promises.judge`, the oldest first) row by row from the ledger. Returns how many changed."""
	rows = _rows({promise.name for promise in promises})
	if not rows:
		return 0
	by_day: dict[date, set[str]] = defaultdict(set)
	for promise in promises:
		by_day[getdate(promise.judge_on)].add(promise.sales_contract)
	positions = {day: _positions(sorted(names), day) for day, names in by_day.items()}
	taken = {row.open_key for each in rows.values() for row in each if row.open_key}
	# the newest first: of several promises of a row it alone can be open
	return sum(
		_judge_one(promise, rows.get(promise.name, []), positions[getdate(promise.judge_on)], taken)
		for promise in reversed(promises)
	)


def expected(company: str) -> dict[Target, Promised]:
	"""Return what open promises of a company still expect, by plan row."""
	promise, row = frappe.qb.DocType("Promise to Pay"), frappe.qb.DocType(ROW)
	query = (
		frappe.qb.from_(row)
		.join(promise)
		.on(promise.name == row.parent)
		.select(promise.sales_contract, row.row_id, row.amount, row.came, promise.promised_for, promise.name)
		.where((promise.company == company) & (promise.status == State.OPEN.value))
		.where(row.status == State.OPEN.value)
		.orderby(promise.name, row.idx)
	)
	unit = money_unit()
	return {
		(contract, row_id): Promised(
			max(0, to_minor(amount, unit) - to_minor(came, unit)), getdate(day), name
		)
		for contract, row_id, amount, came, day, name in query.run()
	}


def invoices_of(promises: Mapping[str, Any]) -> dict[str, Any]:
	"""Return {invoice: promise} of invoices whose open plan rows are all promised. `promises`: open ones by name."""
	covered: dict[Target, str] = {}
	for name, rows in _rows(promises).items():
		covered |= {(promises[name].sales_contract, row.row_id): name for row in rows if row.open_key}
	found: dict[str, Any] = {}
	for invoice, targets in _billed({contract for contract, _row in covered}).items():
		by = {covered.get(target) for target in targets}
		if by and None not in by:
			found[invoice] = max((promises[name] for name in by), key=lambda each: each.promised_for)
	return found


def open_on_invoice(invoice: str) -> bool:
	"""Say whether a plan row that an invoice bills has an open promise."""
	fields = ["parent", "row_id"]
	links = frappe.get_all("Plan Billing", filters={"sales_invoice": invoice}, fields=fields, order_by="idx")
	keys = [_key(link.parent, link.row_id) for link in links]
	return bool(frappe.db.exists(ROW, {"open_key": ("in", keys or NO_NAMES)}))


def open_days(contract: str) -> dict[str, date]:
	"""Return {row_id: day} of the plan rows that nobody can promise again yet, for a promise of them or of their invoice is open."""
	promise, row = frappe.qb.DocType("Promise to Pay"), frappe.qb.DocType(ROW)
	link = frappe.qb.DocType("Plan Billing")
	of_rows = frappe.qb.from_(row).join(promise).on(promise.name == row.parent)
	of_rows = of_rows.select(row.row_id, promise.promised_for).where(promise.sales_contract == contract)
	of_invoices = frappe.qb.from_(link).join(promise).on(promise.open_key == link.sales_invoice)
	of_invoices = of_invoices.select(link.row_id, promise.promised_for)
	of_invoices = of_invoices.where((link.parent == contract) & (link.parenttype == CONTRACT))
	found = [*of_invoices.run(), *of_rows.where(row.open_key.isnotnull()).run()]
	return {row_id: getdate(day) for row_id, day in found}


def close(promise: Any) -> None:
	"""Mark the rows of a promise that is withdrawn."""
	for row in promise.rows:
		row.update({"status": State.WITHDRAWN.value, "open_key": None})


def _contract(name: str) -> Any:
	if not own.owns_contract(name):  # the customer at the portal speaks for his own
		frappe.has_permission(CONTRACT, "read", doc=name, throw=True)
	fields = ["name", "customer", "company", "currency", "docstatus", "terminated_on"]
	contract = frappe.db.get_value(CONTRACT, name, fields, as_dict=True, for_update=True)
	if contract.docstatus != 1 or not contract.customer or contract.terminated_on:
		refuse(
			PromiseRefused,
			_("Only an approved contract of a customer that was not terminated can be promised."),
			compared=name,
		)
	return contract


def _take_row(promise: Any, row: Any, now: RowPosition | None, limits: Any) -> int:
	"""Fill in one row. Returns its level."""
	if now is None:
		refuse(PromiseRefused, _("The contract has no plan row {0}.").format(row.row_id))
	unit = money_unit()
	amount = to_minor(row.amount, unit) or now.open
	earlier = _earlier(promise.sales_contract, row.row_id)
	why = rules.refusal(
		amount,
		getdate(promise.promised_for),
		open_amount=now.open,
		today=getdate(nowdate()),
		earlier=[State(each.status) for each in earlier],
		most_days=limits.promise_most_days,
		most=limits.promise_most,
	)
	if not why and _invoice_is_promised(promise.sales_contract, row.row_id):
		why = Refusal.OPEN_ONE
	if why:
		promise_refusals.of_row(row.row_id, promise, why, open_amount=now.open, limits=limits)
	plan = {"parent": promise.sales_contract, "parenttype": CONTRACT, "row_id": row.row_id}
	known = frappe.db.get_value("Sales Contract Plan Row", plan, ["label", "due_date"], as_dict=True)
	row.update({"label": known.label, "due_date": known.due_date, "status": State.OPEN.value, "came": 0})
	for field, minor in (("amount", amount), ("cash_before", now.collected), ("open_before", now.open)):
		row.set(field, flt(from_minor(minor, unit)))
	row.open_key = _key(promise.sales_contract, row.row_id)
	return rules.next_level([(each.level, State(each.status)) for each in earlier])


def _earlier(contract: str, row_id: str) -> list[Any]:
	"""Return level and state of earlier promises of a plan row, the oldest first."""
	promise, row = frappe.qb.DocType("Promise to Pay"), frappe.qb.DocType(ROW)
	query = frappe.qb.from_(row).join(promise).on(promise.name == row.parent)
	query = query.select(promise.level, row.status).where(promise.sales_contract == contract)
	return query.where(row.row_id == row_id).orderby(promise.creation, promise.name).run(as_dict=True)


def _invoice_is_promised(contract: str, row_id: str) -> bool:
	filters = {"parent": contract, "parenttype": CONTRACT, "row_id": row_id}
	invoices = frappe.get_all("Plan Billing", filters=filters, pluck="sales_invoice", order_by="idx")
	return bool(frappe.db.exists("Promise to Pay", {"open_key": ("in", invoices or NO_NAMES)}))


def _judge_one(promise: Any, rows: list[Any], cash: Mapping[Target, RowPosition], taken: set[str]) -> int:
	states, came, changed = [], 0, 0
	for row in rows:
		state, since = _judge_row(promise, row, cash.get((promise.sales_contract, row.row_id)), taken)
		changed += _store_row(promise, row, state, since)
		states.append(state)
		came += since
	unit = money_unit()
	values = {"status": rules.of_rows(states).value, "came": flt(from_minor(came, unit))}
	if not changed and values["status"] == promise.status and to_minor(promise.came, unit) == came:
		return 0
	frappe.db.set_value("Promise to Pay", promise.name, values)
	return 1


def _judge_row(promise: Any, row: Any, now: RowPosition | None, taken: set[str]) -> tuple[State, int]:
	if now is None:
		return State.WITHDRAWN, 0  # a revision cut the row
	unit = money_unit()
	given = rules.Promise(to_minor(row.amount, unit), promise.promised_for, to_minor(row.cash_before, unit))
	state = rules.judge(
		given,
		now.collected,
		today=getdate(nowdate()),
		tolerance_days=(promise.judge_on - promise.promised_for).days,
		tolerance=to_minor(promise.tolerance, unit),
	)
	came = max(0, now.collected - given.cash_before)
	key = _key(promise.sales_contract, row.row_id)
	if state is State.OPEN and row.status != State.OPEN.value and key in taken:
		return (State.PARTLY if came else State.BROKEN), came  # a newer promise of the row is open
	if state is State.OPEN:
		taken.add(key)
	return state, came


def _store_row(promise: Any, row: Any, state: State, came: int) -> bool:
	unit = money_unit()
	if state.value == row.status and to_minor(row.came, unit) == came:
		return False
	key = _key(promise.sales_contract, row.row_id) if state is State.OPEN else None
	values = {"status": state.value, "came": flt(from_minor(came, unit)), "open_key": key}
	frappe.db.set_value(ROW, row.name, values)
	return True


def _positions(contracts: list[str], day: date | None = None) -> dict[Target, RowPosition]:
	today = getdate(nowdate())
	return {
		(name, row.row_id): row
		for name, known in ledger_facts.read(contracts, until=day).items()
		for row in position(known.facts, today).rows
	}


def _rows(promises: Collection[str]) -> dict[str, list[Any]]:
	fields = ["name", "parent", "row_id", "amount", "cash_before", "came", "status", "open_key"]
	filters = {"parent": ("in", sorted(promises) or NO_NAMES), "parenttype": "Promise to Pay"}
	found: dict[str, list[Any]] = defaultdict(list)
	for row in frappe.get_all(ROW, filters=filters, fields=fields, order_by="parent, idx"):
		found[row.parent].append(row)
	return found


def _billed(contracts: Collection[str]) -> dict[str, set[Target]]:
	"""Return {invoice: the plan rows that it bills and that are open} of some contracts."""
	filters = {"parent": ("in", sorted(contracts) or NO_NAMES), "parenttype": CONTRACT}
	opened = frappe.get_all(
		"Sales Contract Plan Row",
		filters={**filters, "open_amount": (">", 0)},
		fields=["parent", "row_id"],
		order_by="parent, idx",
	)
	still = {(row.parent, row.row_id) for row in opened}
	fields = ["parent", "row_id", "sales_invoice"]
	found: dict[str, set[Target]] = defaultdict(set)
	for link in frappe.get_all("Plan Billing", filters=filters, fields=fields, order_by="parent, idx"):
		if (link.parent, link.row_id) in still:
			found[link.sales_invoice].add((link.parent, link.row_id))
	return found


def _key(contract: str, row_id: str) -> str:
	return f"{contract} {row_id}"
