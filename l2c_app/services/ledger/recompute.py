"""One recompute per contract and transaction, from the ledger, never by adding differences up.

Doors (hooks on native documents) and services only *mark* what they touched; nothing is read then, because
a reconciliation fires its events half-way. Marked contracts are recomputed once before commit, or earlier
when a reader asks by `flush()`. A failure there never blocks the native document: it is logged and the
contract is marked for the nightly audit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import frappe
from frappe.utils import get_datetime, getdate, now_datetime, nowdate

from l2c_app.core.contract_status import ContractFacts as StatusFacts
from l2c_app.core.contract_status import contract_status, fully_billed
from l2c_app.core.position import Position, position, violations
from l2c_app.services.ledger import affected_contracts, contract_customers, figures, ledger_facts, pictures
from l2c_app.services.ledger.affected_contracts import Voucher
from l2c_app.services.ledger.ledger_facts import ContractFacts

SAVE_POINT = "l2c_recompute"


@dataclass
class _Marks:
	"""What this transaction touched."""

	contracts: dict[str, set[Voucher | None]] = field(default_factory=dict)
	vouchers: set[Voucher] = field(default_factory=set)
	found: dict[Voucher, set[str]] = field(default_factory=dict)


def mark(contracts: Iterable[str | None], *, because: Voucher | None = None) -> None:
	"""Note contracts whose figures must be read again before commit. Costs no query; empty names are skipped.

	`because`: the native document that changed, where it was one.
	"""
	for name in contracts:
		if name:
			_marks().contracts.setdefault(name, set()).add(because)


def mark_vouchers(vouchers: Iterable[Voucher]) -> None:
	"""Note native documents, as (doctype, name), whose contracts must be read again. Costs no query."""
	pairs = {(kind, name) for kind, name in vouchers if kind and name}
	if pairs:
		_marks().vouchers.update(pairs)


def found(vouchers: Iterable[Voucher], contracts: set[str]) -> None:
	"""Note the contracts of native documents, as (doctype, name), that were looked for already to lock them.

	Whatever else the documents come to touch before the commit passes a door of its own or is marked by its service.
	"""
	_marks().found.update(dict.fromkeys(vouchers, contracts))


def pending(contract: str, *, besides: set[Voucher]) -> bool:
	"""Return whether anything but these documents touched the contract in this transaction since the last recompute."""
	marks = getattr(frappe.local, "l2c_dirty", None)
	return marks is not None and bool((marks.contracts.get(contract, set()) | marks.vouchers) - besides)


def customer_renamed(customer: str) -> None:
	"""Note all contracts of a customer that was renamed, or that another one was merged into."""
	contract_customers.forget()
	filters = {"customer": customer, "docstatus": ("<", 2)}
	mark(frappe.get_all("Sales Contract", filters=filters, pluck="name", order_by="name"))


def flush() -> list[str]:
	"""Recompute what is marked, now. Returns the contracts, in order of name. Errors reach the caller."""
	names = _take()
	for name in names:
		recompute(name)
	return names


def flush_before_commit() -> None:
	"""Recompute what is marked; a failure is logged and leaves the contract to the nightly audit.

	A deadlock is passed on: the database has then undone the native document already, and hiding that
	would tell the user that it was saved.
	"""
	try:
		names = _take()
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.log_error(title="Contracts of a payment were not found")
		return
	for name in names:
		_recompute_isolated(name)


def recompute(contract: str) -> Position | None:
	"""Read a contract's figures from the ledger and store what changed; None if it does not exist.

	Locks the contract. Doing it twice changes nothing. If another transaction recomputed it since this one
	began to read, the ledger seen here may be older than that: it is then done once more after commit.
	"""
	known = ledger_facts.read_locked(contract)
	if known is None:
		return None
	pictures.compare({contract: known.header.recomputed_on})
	found = position(known.facts, getdate(nowdate()))
	store(known, found)
	if pictures.is_old(contract):
		_again_after_commit(contract)
	return found


def store(known: ContractFacts, found: Position) -> list[figures.Drift]:
	"""Write computed figures and states of a contract that the caller has locked. Returns what changed."""
	broken = bool(violations(known.facts, found))
	more = {"recomputed_on": now_datetime(), "to_audit": int(broken)}
	status = status_of(known, found)
	if status != known.header.status:
		more["status"] = status
	contract_customers.learn(known.header.customer if known.header.docstatus == 1 else None, known.orders)
	return figures.write(known, found, **more)


def status_of(known: ContractFacts, found: Position) -> str:
	"""Return the state of a contract as its figures and dates make it; a draft keeps the one it has."""
	header = known.header
	if header.docstatus == 0:
		return header.status
	facts = StatusFacts(
		docstatus=header.docstatus,
		signed_on=header.signed_on,
		activated_on=header.activated_on,
		terminated_on=header.terminated_on,
		start_date=header.start_date,
		end_date=header.end_date,
		open_amount=found.open,
		fully_billed=fully_billed([row.to_bill for row in found.rows]),
	)
	return contract_status(facts, getdate(nowdate()))


def lock_unchanged(known: ContractFacts) -> bool:
	"""Lock a contract; False if it is gone or was recomputed by somebody else since its facts were read."""
	locked = _lock(known.header.name)
	return locked is not None and _moment(locked[0]) == _moment(known.header.recomputed_on)


def recompute_many(contracts: list[str]) -> None:
	"""Recompute contracts one by one in a transaction of its own, as a background job."""
	for name in sorted(contracts):
		recompute(name)


def _recompute_isolated(name: str) -> None:
	frappe.db.savepoint(SAVE_POINT)
	try:
		recompute(name)
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point=SAVE_POINT)
		frappe.log_error(
			title="Contract figures not recomputed", reference_doctype="Sales Contract", reference_name=name
		)
		_leave_to_audit(name)


def _leave_to_audit(name: str) -> None:
	try:
		frappe.db.set_value("Sales Contract", name, "to_audit", 1, update_modified=False)
	except frappe.QueryTimeoutError:
		# Somebody holds the contract; the nightly audit recomputes every contract anyway.
		frappe.log_error(
			title="Contract not marked for audit", reference_doctype="Sales Contract", reference_name=name
		)


def _lock(contract: str) -> tuple[datetime | None] | None:
	table = frappe.qb.DocType("Sales Contract")
	query = frappe.qb.from_(table).select(table.recomputed_on).where(table.name == contract).for_update()
	rows = query.run()
	return rows[0] if rows else None


def _moment(value: datetime | str | None) -> datetime | None:
	return get_datetime(value) if value else None


def _again_after_commit(contract: str) -> None:
	frappe.db.set_value("Sales Contract", contract, "to_audit", 1, update_modified=False)
	frappe.enqueue(
		"l2c_app.services.ledger.recompute.recompute_many",
		contracts=[contract],
		job_id=f"l2c_recompute::{contract}",
		deduplicate=True,
		enqueue_after_commit=True,
	)


def _take() -> list[str]:
	"""Return the names of all marked contracts and forget the marks."""
	marks = getattr(frappe.local, "l2c_dirty", None)
	if marks is None:
		return []
	frappe.local.l2c_dirty = None
	known = set().union(*(marks.found[voucher] for voucher in marks.vouchers & marks.found.keys()))
	unknown = marks.vouchers - marks.found.keys()
	return sorted(known | set(marks.contracts) | affected_contracts.of_vouchers(unknown))


def _marks() -> _Marks:
	marks = getattr(frappe.local, "l2c_dirty", None)
	if marks is None:
		marks = frappe.local.l2c_dirty = _Marks()
		frappe.db.before_commit.add(flush_before_commit)
		frappe.db.after_rollback.add(_drop)
	return marks


def _drop() -> None:
	frappe.local.l2c_dirty = None
