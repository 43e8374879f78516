"""Collection cases: one per customer, company and currency with billed money overdue, opened and closed by the ledger.

Nobody writes the figures of a case: they are read again and stored when a ledger door marked its customer, hourly, and at
the end of a dunning run. A case opens only where an enabled policy fits, and closes by itself.
"""

from collections.abc import Collection, Iterable
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, flt, getdate, nowdate

from l2c_app.core import dunning, worklist
from l2c_app.core.dunning import Gate
from l2c_app.core.money import from_minor, to_minor
from l2c_app.services.chasing import (
	bank_lines,
	chase_facts,
	chased_customers,
	gate_texts,
	mail_queue,
	payer_ratings,
	promises,
	receivables,
)
from l2c_app.services.chasing.chase_facts import Known
from l2c_app.services.chasing.policies import any_enabled
from l2c_app.services.chasing.receivables import Key, Position
from l2c_app.services.errors import HoldError, refuse
from l2c_app.services.ledger.ledger_amounts import money_unit

CASE = "Collection Case"
CHUNK = 500
OWED = ("overdue", "overdue_base", "unapplied", "open_amount", "oldest_due", "days_late", "invoices")
MONEY = ("overdue", "unapplied", "open_amount", "promised", "disputed", "overdue_base", "rank")


def refresh(customers: Collection[str], *, bank: dict[Key, str] | None = None) -> dict[str, int]:
	"""Open, update and close the cases of these customers from the ledger, and judge their queued messages again.

	`bank`: the bank lines that may be their money; None, for ledger doors: those that were found last, as long as they
	are open, and the ratings of open cases stay as they are. Returns counts of cases. Twice changes nothing.
	"""
	counts = {"opened": 0, "updated": 0, "closed": 0, "unchanged": 0}
	known = chase_facts.read(customers, bank=bank)
	letters = {key: each.case.rating or "" for key, each in known.items() if each.case and bank is None}
	unrated = {key[0] for key in known if key not in letters}
	letters |= {key: each.letter for key, each in (payer_ratings.read(unrated) if unrated else {}).items()}
	for key, each in known.items():
		counts[_refresh_one(each, each.position, letters.get(key, ""))] += 1
	mail_queue.judge(customers, known)
	return counts


def chunks() -> Iterable[dict[str, int]]:
	"""Refresh all customers that are overdue, have an open case or a queued message, in chunks for a job to commit.

	Their promises are judged first, also those judged long ago. Yields counts.
	"""
	if not any_enabled():
		return
	chased_customers.forget()
	late = {key[0] for key, position in receivables.positions().items() if position.overdue > 0}
	late.update(frappe.get_all(CASE, filters={"status": ("!=", "Closed")}, pluck="customer", order_by="name"))
	late.update(mail_queue.customers_waiting())
	names, bank = sorted(late), bank_lines.suspects()
	for start in range(0, len(names), CHUNK):
		promises.judge(names[start : start + CHUNK])
		yield refresh(names[start : start + CHUNK], bank=bank)


def hold(name: str, *, until: str, reason: str) -> None:
	"""Keep all messages of a case back until a day, with a reason. Raises HoldError; needs write on the case."""
	case = _load(name)
	if not reason.strip() or getdate(until) < getdate(nowdate()):
		refuse(HoldError, _("A hold needs a reason and a day that has not passed"))
	case.update({"held_until": until, "hold_reason": reason.strip()})
	case.save()
	refresh([case.customer])


def lift_hold(name: str) -> None:
	"""Let messages of a case go out again. Needs write on the case."""
	case = _load(name)
	case.update({"held_until": None, "hold_reason": None})
	case.save()
	refresh([case.customer])


def items(name: str) -> list[dict[str, Any]]:
	"""Return the overdue and promised pieces of a case live from the ledger, the oldest first. Needs read on the case."""
	case = frappe.get_doc(CASE, name)
	case.check_permission("read")
	key = (case.customer, case.company, case.currency)
	known = chase_facts.read([case.customer], bank={}).get(key)
	today, unit = getdate(nowdate()), money_unit()
	return [
		{
			"invoice": item.invoice,
			"due": item.due,
			"days": (today - item.due).days,
			"open": flt(from_minor(item.open, unit)),
			"disputed": flt(from_minor(item.disputed, unit)),
			"promised": item.promised,
		}
		for item in (known.facts.items if known else ())
		if item.due < today
	]


def _load(name: str) -> Any:
	case = frappe.get_doc(CASE, name, for_update=True)
	case.check_permission("write")
	return case


def _refresh_one(known: Known, position: Position | None, letter: str) -> str:
	tolerance = known.policy.rules.tolerance if known.policy else 0
	overdue = to_minor(position.overdue, money_unit()) if position else 0
	if known.policy is None or overdue <= tolerance:
		return close(known.case) if known.case and overdue <= 0 else _update(known, position, letter)
	return _update(known, position, letter) if known.case else _open(known, position, letter)


def _open(known: Known, position: Position, letter: str) -> str:
	customer, company, currency = known.key
	case = frappe.new_doc(CASE)
	case.update(
		{
			"customer": customer,
			"customer_name": frappe.db.get_value("Customer", customer, "customer_name"),
			"company": company,
			"currency": currency,
			"opened_on": nowdate(),
			"finance_owner": known.policy.document.finance_owner,
			"sales_owner": _salesperson(known.key),
			"open_key": "\x1f".join(known.key),
			**_values(known, position, letter),
		}
	)
	case.insert(ignore_permissions=True)  # the ledger opens it, not the user who happened to post
	return "opened"


def _update(known: Known, position: Position | None, letter: str) -> str:
	if not known.case or position is None:
		return "unchanged"
	values = _values(known, position, letter)
	differing = changed(known.case, values)
	if not differing:
		return "unchanged"
	frappe.db.set_value(CASE, known.case.name, differing)
	return "updated"


def close(case: Any) -> str:
	"""Close a case that owes nothing overdue any more."""
	values = {"status": "Closed", "closed_on": nowdate(), "open_key": None, "overdue": 0, "overdue_base": 0}
	more = {
		"unapplied": 0,
		"promised": 0,
		"disputed": 0,
		"rank": 0,
		"bank_line": None,
		"next_action": None,
		"next_action_on": None,
	}
	frappe.db.set_value(CASE, case.name, {**values, **more, "invoices": 0, "days_late": 0, "gates": None})
	return "closed"


def money(position: Position) -> dict[str, Any]:
	"""Return what a case stores of a position, the fields OWED."""
	oldest = position.oldest_due
	return {
		"overdue": flt(position.overdue),
		"overdue_base": flt(position.overdue_base),
		"unapplied": flt(position.unapplied),
		"open_amount": flt(position.open),
		"oldest_due": oldest,
		"days_late": (getdate(nowdate()) - oldest).days if oldest else 0,
		"invoices": position.invoices,
	}


def changed(case: Any, values: dict[str, Any]) -> dict[str, Any]:
	"""Return those of the values that a case does not have."""
	return {field: value for field, value in values.items() if _differs(field, case.get(field), value)}


def _values(known: Known, position: Position, letter: str) -> dict[str, Any]:
	today, unit = getdate(nowdate()), money_unit()
	late = [item for item in known.facts.items if item.due < today]
	promised = sum(item.open for item in late if item.promised)
	disputed = sum(item.disputed for item in late if not item.promised)
	decision = dunning.decide(known.facts, known.policy.rules, on=today) if known.policy else None
	owed = money(position)
	seen = _seen(known, decision, days=owed["days_late"], overdue=owed["overdue_base"], letter=letter)
	action, on = worklist.next_action(seen, today)
	gap = known.facts.last_sent and action is worklist.Action.WAIT
	return {
		**owed,
		"status": _status(known, late),
		"promised": flt(from_minor(promised, unit)),
		"disputed": flt(from_minor(disputed, unit)),
		"policy": known.policy.name if known.policy else None,
		"level": max((known.facts.sent_levels or {}).get(item.invoice, 0) for item in late) if late else 0,
		"last_sent": known.facts.last_sent,
		"sent_count": known.facts.sent_count,
		"rating": letter,
		"broken": known.broken,
		"bank_line": known.facts.bank_line or None,
		"gates": gate_texts.sentence(decision, known) if decision else None,
		"next_action": action.value,
		"next_action_on": getdate(add_days(known.facts.last_sent, known.policy.rules.gap_days))
		if gap
		else on,
		"rank": worklist.rank(seen),
	}


def _seen(known: Known, decision: Any, *, days: int, overdue: float, letter: str) -> worklist.Case:
	gates = decision.gates if decision else ()
	levels = known.policy.rules.levels if known.policy else ()
	sent = (known.facts.sent_levels or {}).get(decision.carrier, 0) if decision else 0
	return worklist.Case(
		overdue=overdue,
		days=days,
		rating=letter,
		broken=known.broken,
		promise_on=None if _chasable(known) else known.promise_on,
		dispute_open=any(item.disputed for item in known.facts.items),
		dispute_deadline=known.dispute_deadline,
		unapplied_covers=Gate.UNAPPLIED in gates,
		bank_line=bool(known.facts.bank_line),
		has_address=known.facts.has_address,
		levels_left=Gate.LIMIT not in gates and any(level.number > sent for level in levels),
		reminder_due=bool(decision and decision.go),
	)


def _chasable(known: Known) -> bool:
	today = getdate(nowdate())
	return any(item.chasable for item in known.facts.items if item.due < today)


def _status(known: Known, late: list[dunning.Item]) -> str:
	"""Return the state that stops most: held, then nothing left but promises, then nothing left but disputes."""
	if known.facts.held:
		return "Held"
	if _chasable(known):
		return "Open"
	return "Promised" if any(item.promised for item in late) else "Disputed"


def _salesperson(key: Key) -> str | None:
	"""Return the owner of the customer's newest contract with this company, else its account manager."""
	customer, company, _currency = key
	filters = {"customer": customer, "company": company, "docstatus": 1}
	owners = frappe.get_all(
		"Sales Contract", filters=filters, pluck="contract_owner", order_by="creation desc", limit=1
	)
	return owners[0] if owners else frappe.db.get_value("Customer", customer, "account_manager")


def _differs(field: str, stored: Any, value: Any) -> bool:
	if field in MONEY:
		return flt(stored, 6) != flt(value, 6)
	return (stored or None) != (value or None)
