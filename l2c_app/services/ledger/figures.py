"""Stored figures of a contract: compare with computed ones, write what changed, remember the vouchers.

Rows are written in place, column by column. Saving the document instead would run its validation, bump
`modified` and refuse the form that somebody has open.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import flt, getdate, now_datetime

from l2c_app.core.facts import ADVANCE, NON_CASH, Entry
from l2c_app.core.money import from_minor, to_minor
from l2c_app.core.position import Position
from l2c_app.services.batch.stamps import STAMPS, stamps
from l2c_app.services.ledger.ledger_facts import ContractFacts
from l2c_app.services.ledger.ledger_reads import CONTRACT_FIGURES, INVOICE, ORDER, ROW_FIGURES

IN_CLEARING = "In Clearing"
VOUCHER = "Contract Voucher"
KEY = ("voucher_type", "voucher_no", "against_no", "kind")
VOUCHER_FIELDS = ("against_type", "posting_date", "amount", "base_amount", "currency")
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Drift:
	"""A stored figure that differs from the ledger; amounts in currency units, or texts."""

	contract: str
	row_id: str
	field: str
	stored: Any
	recomputed: Any


def drifts(known: ContractFacts, found: Position) -> list[Drift]:
	"""Return the stored figures that differ from computed ones, contract first, then row by row."""
	name = known.header.name
	differences = [
		Drift(name, "", field, known.header[field], value)
		for field, value in _changed(known.header, found, CONTRACT_FIGURES, known.unit).items()
	]
	if known.header.money_status != found.money_status:
		differences.append(Drift(name, "", "money_status", known.header.money_status, found.money_status))
	if flt(known.header.collected_percent, 2) != found.collected_percent:
		stored = known.header.collected_percent
		differences.append(Drift(name, "", "collected_percent", stored, found.collected_percent))
	if bool(known.header.approximate) != known.approximate:
		differences.append(Drift(name, "", "approximate", known.header.approximate, int(known.approximate)))
	for stored, row in _paired(known, found):
		changed = _changed(stored, row, ROW_FIGURES, known.unit)
		if stored.status != row.status:
			changed["status"] = row.status
		differences += [
			Drift(name, row.row_id, field, stored[field], value) for field, value in changed.items()
		]
	return differences


def write(known: ContractFacts, found: Position, **more: Any) -> list[Drift]:
	"""Write the figures that changed, and `more` columns of the contract. Returns what changed."""
	differences = drifts(known, found)
	columns = {item.field: item.recomputed for item in differences if not item.row_id}
	row_names = {row.row_id: row.name for row in known.plan_rows}
	by_row: dict[str, dict[str, Any]] = {}
	for item in differences:
		if item.row_id:
			by_row.setdefault(row_names[item.row_id], {})[item.field] = item.recomputed
	for row_name, values in by_row.items():
		frappe.db.set_value("Sales Contract Plan Row", row_name, values, update_modified=False)
	frappe.db.set_value("Sales Contract", known.header.name, {**columns, **more}, update_modified=False)
	remember_vouchers(known)
	return differences


def remember_vouchers(known: ContractFacts) -> None:
	"""Make the contract's voucher rows equal to the ledger by the fewest writes."""
	wanted = _vouchers(known)
	seen = set()
	for row in _stored_vouchers(known.header.name):
		key = tuple(row[field] for field in KEY)
		if key not in wanted or key in seen:
			frappe.db.delete(VOUCHER, {"name": row.name})
			continue
		seen.add(key)
		changed = {
			field: value for field, value in wanted[key].items() if not _same(row[field], value, known.unit)
		}
		if changed:
			frappe.db.set_value(VOUCHER, row.name, changed, update_modified=False)
	_insert_vouchers(known.header.name, {key: wanted[key] for key in wanted if key not in seen})


def _stored_vouchers(contract: str) -> list[Any]:
	voucher = frappe.qb.DocType(VOUCHER)
	query = frappe.qb.from_(voucher).select(*(voucher[field] for field in ("name", *KEY, *VOUCHER_FIELDS)))
	query = query.where(voucher.contract == contract).orderby(voucher.creation, voucher.name)
	return query.run(as_dict=True)


def _insert_vouchers(contract: str, found: dict[Key, dict[str, Any]]) -> None:
	"""Insert voucher rows in one statement, for whoever posted the payment: nobody may write them himself."""
	if not found:
		return
	at, user = now_datetime(), frappe.session.user
	query = frappe.qb.into(frappe.qb.DocType(VOUCHER))
	query = query.columns(*STAMPS, "contract", *KEY, *VOUCHER_FIELDS)
	for key, values in found.items():
		stamped = stamps(frappe.generate_hash(length=10), user, at)
		query = query.insert(*stamped, contract, *key, *(values[field] for field in VOUCHER_FIELDS))
	query.run()


def _vouchers(known: ContractFacts) -> dict[Key, dict[str, Any]]:
	wanted: dict[Key, dict[str, Any]] = {}
	for entry in known.facts.entries:
		for kind, amount, base in _parts(entry):
			wanted[entry.voucher_type, entry.voucher_no, entry.target, kind] = {
				"against_type": ORDER if entry.kind == ADVANCE else INVOICE,
				"posting_date": entry.posting_date,
				"amount": _amount(amount, known.unit),
				"base_amount": _amount(base, known.unit),
				"currency": known.header.currency,
			}
	return wanted


def _parts(entry: Entry) -> list[tuple[str, int, int]]:
	"""Return an entry's money, what of it is in clearing and what was deducted as kinds; money without an amount is left out."""
	cash = entry.amount - entry.non_cash - entry.in_clearing
	parts = [(entry.kind, cash, entry.base_cash)] if entry.kind != NON_CASH else []
	if entry.in_clearing:
		parts.append((IN_CLEARING, entry.in_clearing, 0))
	if entry.non_cash:
		parts.append((NON_CASH, entry.non_cash, 0))
	return [part for part in parts if part[1]]


def _paired(known: ContractFacts, found: Position) -> list[tuple[Any, Any]]:
	figures = {row.row_id: row for row in found.rows}
	return [(stored, figures[stored.row_id]) for stored in known.plan_rows]


def _changed(stored: Any, figures: Any, names: dict[str, str], unit: Decimal) -> dict[str, float]:
	changed = {}
	for field, figure in names.items():
		minor = getattr(figures, figure)
		if to_minor(stored[field], unit) != minor:
			changed[field] = _amount(minor, unit)
	return changed


def _same(stored: Any, wanted: Any, unit: Decimal) -> bool:
	if isinstance(wanted, float):
		return to_minor(stored, unit) == to_minor(wanted, unit)
	if stored and not isinstance(stored, str):
		return getdate(stored) == getdate(wanted)
	return (stored or None) == (wanted or None)


def _amount(minor: int, unit: Decimal) -> float:
	return float(from_minor(minor, unit))
