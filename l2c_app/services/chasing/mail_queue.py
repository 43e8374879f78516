"""Messages that the host has not handed over yet are judged again whenever money, a promise, a dispute or a hold moves."""

from collections.abc import Collection, Mapping
from typing import Any

import frappe
from frappe.utils import getdate, now_datetime, nowdate

from l2c_app.core import dunning
from l2c_app.core.money import to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing import native_dunning
from l2c_app.services.chasing.chase_facts import NOTICE, Known
from l2c_app.services.chasing.receivables import Key
from l2c_app.services.ledger.ledger_amounts import money_unit

QUEUE, QUEUE_RECIPIENT = "Email Queue", "Email Queue Recipient"


def judge(customers: Collection[str], known: Mapping[Key, Known]) -> int:
	"""Take back the queued messages of these customers that could not be sent now. Returns how many.

	`known`: what was just read about the same customers; a key that is missing owes nothing any more.
	"""
	waiting = _waiting(customers)
	stale = [row for row in waiting if _is_stale(row, known.get((row.customer, row.company, row.currency)))]
	return sum(_withdraw(row) for row in stale)


def customers_waiting(customers: Collection[str] | None = None) -> set[str]:
	"""Return those of these customers, or of all, with a message in the queue, also without a case: before the due date."""
	return {row.customer for row in _waiting(customers)}


def _is_stale(row: Any, known: Known | None) -> bool:
	if known is None or known.policy is None:
		return True
	decision = dunning.decide(known.facts, known.policy.rules, on=getdate(nowdate()))
	return dunning.outdated(decision, asked=to_minor(row.amount, money_unit()))


def _waiting(customers: Collection[str] | None) -> list[Any]:
	mail, notice = frappe.qb.DocType(QUEUE), frappe.qb.DocType(NOTICE)
	query = (
		frappe.qb.from_(mail)
		.join(notice)
		.on(notice.communication == mail.communication)
		.select(mail.name, notice.name.as_("notice"), notice.customer, notice.company, notice.currency)
		.select(notice.amount, notice.dunning)
		.where((mail.status == "Not Sent") & notice.withdrawn_on.isnull())
		.orderby(mail.name)
	)
	if customers is not None:
		query = query.where(notice.customer.isin(sorted(customers) or NO_NAMES))
	return query.run(as_dict=True)


def _withdraw(row: Any) -> bool:
	"""Take one message out of the queue, if no worker has taken it meanwhile, and say so on its notice."""
	if frappe.db.get_value(QUEUE, row.name, "status", for_update=True) != "Not Sent":
		return False
	# the host lets nobody but the Administrator delete a mail by its document, and an accountant's payment takes it back
	frappe.db.delete(QUEUE_RECIPIENT, {"parent": row.name})
	frappe.db.delete(QUEUE, {"name": row.name})
	frappe.db.set_value(NOTICE, row.notice, "withdrawn_on", now_datetime())
	if row.dunning:
		native_dunning.take_back(row.dunning)
	return True
