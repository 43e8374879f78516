"""The order in which money steps lock, so that two of them wait for one another and never in a circle.

The host locks a native document before any hook of it runs. So a native step goes from documents to contracts: its own
row, the invoices and orders it touches, then their contracts by name. A step of ours begins with the contracts and takes
their documents only if nobody holds them; else it gives way and begins again. A receipt comes after all of them.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import get_datetime

from l2c_app.services.errors import ContractChangedMeanwhile, refuse
from l2c_app.services.ledger import affected_contracts, pictures, recompute
from l2c_app.services.ledger.affected_contracts import Voucher
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER

CONTRACT = "Sales Contract"
Moments = dict[str, tuple[datetime | None, datetime | None]]


def moments(contracts: Collection[str]) -> Moments:
	"""Return when each contract was saved and recomputed last, as this transaction sees it."""
	if not contracts:
		return {}
	fields = ["name", "modified", "recomputed_on"]
	rows = frappe.get_all(CONTRACT, filters={"name": ("in", list(contracts))}, fields=fields, order_by="name")
	return {row.name: (_moment(row.modified), _moment(row.recomputed_on)) for row in rows}


def lock(contracts: Iterable[str], *, with_documents: bool = False) -> Moments:
	"""Lock contracts in order of name, and if asked their submitted orders and invoices. Returns their newest moments.

	Raises ContractChangedMeanwhile if somebody holds one of the documents.
	"""
	found: Moments = {}
	table = frappe.qb.DocType(CONTRACT)
	for name in sorted(set(contracts)):
		query = frappe.qb.from_(table).select(table.modified, table.recomputed_on).where(table.name == name)
		for modified, recomputed_on in query.for_update().run():
			found[name] = (_moment(modified), _moment(recomputed_on))
	pictures.compare({name: recomputed_on for name, (_modified, recomputed_on) in found.items()})
	if with_documents and found:
		lock_documents(ORDER, _orders(list(found)))
		lock_documents(INVOICE, _invoices(list(found)))
	return found


def lock_documents(doctype: str, names: Iterable[str]) -> None:
	"""Lock native documents for a step that holds contracts, without waiting for any.

	Whoever holds one posts or cancels it and is about to wait for the contract. Raises ContractChangedMeanwhile.
	"""
	table = frappe.qb.DocType(doctype)
	for name in sorted(names):
		try:
			frappe.qb.from_(table).select(table.name).where(table.name == name).for_update(nowait=True).run()
		except frappe.QueryTimeoutError:
			refuse(
				ContractChangedMeanwhile,
				_("Somebody else is posting {0} {1} at this moment.").format(_(doctype), name),
				do=_("Try again."),
			)


def lock_for(vouchers: Iterable[Voucher], *, held: Voucher | None = None) -> set[str]:
	"""Lock the invoices and orders that native documents are about to change, then the contracts of all. Returns these.

	`held`: the one among them that the host has locked already, as it does with what it saves.

	The host locks invoices and orders while it posts, and the recompute would lock their contracts only after that.
	Somebody who holds a contract for longer than the database waits does not stop the document: the recompute before
	the commit tries again and leaves the contract to the audit.
	"""
	named = list(vouchers)
	try:
		for doctype in (INVOICE, ORDER):
			_wait_for(doctype, {name for kind, name in named if kind == doctype and (kind, name) != held})
		contracts = affected_contracts.of_vouchers(named)
		lock(contracts)
		recompute.found(named, contracts)
		return contracts
	except frappe.QueryTimeoutError:
		frappe.log_error(title="Contract not locked for a native document")
		return set()


def lock_newest(vouchers: Iterable[Voucher]) -> None:
	"""As lock_for, for a step that posts on invoices and orders by what it reads of them after that.

	Somebody may have posted on them between the first read of this transaction and its lock: neither we nor the host
	would see his money. Raises ContractChangedMeanwhile; begun again, the step sees it.
	"""
	named = list(vouchers)
	seen = _versions(named)
	contracts = lock_for(named)
	if _versions(named, locked=True) != seen or any(pictures.is_old(contract) for contract in contracts):
		refuse(
			ContractChangedMeanwhile,
			_("Somebody else posted on the same invoices or orders at this moment."),
			do=_("Try again."),
		)


def _versions(vouchers: list[Voucher], *, locked: bool = False) -> dict[str, datetime]:
	"""Return when each invoice and order was changed last: as this transaction sees it, or as it is under the lock."""
	found: dict[str, datetime] = {}
	for doctype in (INVOICE, ORDER):
		names = sorted({name for kind, name in vouchers if kind == doctype})
		table = frappe.qb.DocType(doctype)
		query = frappe.qb.from_(table).select(table.name, table.modified).where(table.name.isin(names))
		found |= dict((query.for_update() if locked else query).run()) if names else {}
	return found


def _orders(contracts: list[str]) -> list[str]:
	filters = {"l2c_contract": ("in", contracts), "docstatus": 1}
	return frappe.get_all(ORDER, filters=filters, pluck="name", order_by="name")


def _invoices(contracts: list[str]) -> list[str]:
	filters = {"parent": ("in", contracts), "parenttype": CONTRACT}
	billed = frappe.get_all("Plan Billing", filters=filters, pluck="sales_invoice", order_by="sales_invoice")
	if not billed:
		return []
	filters = {"name": ("in", billed), "docstatus": 1}
	return frappe.get_all(INVOICE, filters=filters, pluck="name", order_by="name")


def _wait_for(doctype: str, names: Iterable[str]) -> None:
	table = frappe.qb.DocType(doctype)
	for name in sorted(names):
		frappe.qb.from_(table).select(table.name).where(table.name == name).for_update().run()


def _moment(value: datetime | str | None) -> datetime | None:
	return get_datetime(value) if value else None
