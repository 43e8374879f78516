"""Whether what this transaction reads is older than a contract that it has locked.

The first read of a transaction fixes what it sees until its end; waiting for a lock does not renew that. Whoever recomputed
the contract between that read and our lock has counted money that we do not see. It shows only until our first write to
the contract: from then on we read our own row, with his moment in it, and old looks like new. So it is noted at the lock.
"""

from collections.abc import Mapping
from datetime import datetime

import frappe
from frappe.utils import get_datetime

Moment = datetime | str | None


def compare(locked: Mapping[str, Moment]) -> None:
	"""Note whether contracts just locked, given with the moment of their last recompute, are newer than what is read here.

	One query at most; a contract keeps the answer of its first lock until the transaction ends.
	"""
	known = _known()
	unknown = {name: moment for name, moment in locked.items() if name not in known}
	if not unknown:
		return
	table = frappe.qb.DocType("Sales Contract")
	query = frappe.qb.from_(table).select(table.name, table.recomputed_on)
	rows = query.where(table.name.isin(list(unknown))).run()
	seen = {name: _moment(moment) for name, moment in rows}
	for name, moment in unknown.items():
		known[name] = name not in seen or seen[name] != _moment(moment)


def is_old(contract: str) -> bool:
	"""Return whether this transaction reads an older state than the one in which it locked the contract. No query."""
	return _known().get(contract, False)


def _known() -> dict[str, bool]:
	known = getattr(frappe.local, "l2c_pictures", None)
	if known is None:
		known = frappe.local.l2c_pictures = {}
		frappe.db.after_commit.add(_drop)
		frappe.db.after_rollback.add(_drop)
	return known


def _drop() -> None:
	frappe.local.l2c_pictures = None


def _moment(value: Moment) -> datetime | None:
	return get_datetime(value) if value else None
