"""Runs that match bank lines to what is open: which line pays what, by which evidence; stored as proposals.

A run reads everything once, matches by core.matching and stores one Bank Match per line. Sure ones are accepted only
where accounts allow that in Receipt Settings, each on its own savepoint. Nothing here commits: the job does.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, cint, getdate, now_datetime, nowdate

from l2c_app.core import matching
from l2c_app.core.matching import Decision, Match
from l2c_app.core.money import from_minor, to_minor
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import bank_accept, bank_doubts, bank_guesses, bank_reads
from l2c_app.services.receipt.bank_reads import Open

RUN, MATCH = "Bank Match Run", "Bank Match"
JOB = "l2c_app.jobs.work_bank_match_run"
QUEUED, RUNNING, DONE, FAILED = "Queued", "Running", "Done", "Failed"
PROPOSED, REJECTED = "Proposed", "Rejected"
DEFAULT_DAYS = 90
CHUNK = 200


def start(company: str, bank_account: str | None = None) -> str:
	"""Record a run over the open lines of a company, or of one bank account, and queue it. Returns its name.

	For people who may submit payments.
	"""
	bank_accept.require_accountant()
	frappe.has_permission("Company", "read", doc=company, throw=True)
	run = frappe.new_doc(RUN)
	run.update({"company": company, "bank_account": bank_account or None, "state": QUEUED})
	run.started_by = frappe.session.user
	run.insert(ignore_permissions=True)  # the right was checked above; nobody inserts runs by hand
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, run=run.name)
	return run.name


def work(name: str) -> Iterator[int]:
	"""Do a queued run; yields after each piece that the job may commit. A run that is done does nothing."""
	run = frappe.get_doc(RUN, name, for_update=True)
	if run.state == DONE:
		return
	run.db_set({"state": RUNNING, "started_on": now_datetime(), "error": ""})
	yield 0
	found = find(run.company, run.bank_account)
	stored: list[str] = []
	for place in range(0, len(found), CHUNK):
		stored += [
			_store(run.name, line, match, opened) for line, match, opened in found[place : place + CHUNK]
		]
		yield len(stored)
	counts = Counter(match.decision.value for _line, match, _open in found)
	run.db_set({"line_count": len(found), "auto_count": counts["Auto"]})
	run.db_set({"suggest_count": counts["Suggest"], "ask_count": counts["Ask"]})
	yield from _accept_sure(run, [name for name in stored if name])
	run.db_set({"state": DONE, "finished_on": now_datetime()})


def fail(name: str, error: str) -> None:
	"""Note that a run broke off, with its error; what it stored stays and the next run goes over it again."""
	frappe.db.set_value(RUN, name, {"state": FAILED, "error": error[:500], "finished_on": now_datetime()})


def find(company: str, bank_account: str | None = None) -> list[tuple[Any, Match, dict[str, Any]]]:
	"""Return per open line the match and what it needs to be stored: the open documents it pays, an existing payment."""
	since = getdate(add_days(nowdate(), -look_back_days()))
	every = bank_reads.bank_lines(company, bank_account, since)
	lines = [row for row in every if row.deposit > 0 and row.unallocated_amount > 0]
	if not lines:
		return []
	lines = _without_claims(lines)
	booked = bank_doubts.booked(company, lines, since)
	rest = [row for row in lines if row.name not in booked]
	found, opened = bank_guesses.guess(company, rest)
	doubts = bank_doubts.doubts(every, lines)
	titles = bank_reads.customer_titles(match.customer for match in [*found.values(), *_matches(booked)])
	answer = []
	for row in lines:
		match = booked[row.name][0] if row.name in booked else found[row.name]
		match = _with_doubts(match, doubts.get(row.name, []), opened)
		about = {
			"opened": opened,
			"payment": booked[row.name][1] if row.name in booked else None,
			"customer_name": titles.get(match.customer),
		}
		answer.append((row, match, about))
	return answer


def _matches(booked: dict[str, tuple[Match, str]]) -> list[Match]:
	return [match for match, _payment in booked.values()]


def look_back_days() -> int:
	"""Return how many days back lines are looked at."""
	return cint(frappe.db.get_single_value("Receipt Settings", "match_days")) or DEFAULT_DAYS


def _without_claims(lines: list[Any]) -> list[Any]:
	"""Leave out lines whose money lies on the unclaimed list."""
	names = [row.name for row in lines]
	filters = {"bank_transaction": ("in", names), "status": ("in", ["Unclaimed", "Reported", "Confirmed"])}
	taken = set(frappe.get_all("Collection", filters=filters, pluck="bank_transaction", order_by="name"))
	return [row for row in lines if row.name not in taken]


def _with_doubts(match: Match, doubts: list[str], opened: dict[str, Open]) -> Match:
	if len({opened[key].account for key, _amount in match.parts if opened[key].account}) > 1:
		doubts = [*doubts, "several receivable accounts"]
	if not doubts:
		return match
	decision = Decision.SUGGEST if match.decision is Decision.AUTO else match.decision
	evidence = (*match.evidence, *((doubt, 0) for doubt in doubts))
	return matching.Match(
		match.line, decision, match.score, match.customer, match.parts, match.left, evidence
	)


def _store(run: str, line: Any, match: Match, about: dict[str, Any]) -> str | None:
	"""Store a proposal in the place of the line's former one; None if a person has said no to the very same."""
	parts = [_part(about["opened"][key], amount, line.currency) for key, amount in match.parts]
	if not _still_open(line):
		return None
	former = frappe.db.get_value(MATCH, {"bank_transaction": line.name, "state": PROPOSED}, "name")
	if not former and _refused(line.name, match.customer, parts):
		return None
	document = frappe.get_doc(MATCH, former, for_update=True) if former else frappe.new_doc(MATCH)
	if document.state != PROPOSED:
		return None
	unit = money_unit()
	document.update(
		{
			"run": run,
			"bank_transaction": line.name,
			"company": line.company,
			"bank_account": line.bank_account,
			"received_on": line.date,
			"state": PROPOSED,
			"decision": match.decision.value,
			"score": match.score,
			"amount": line.unallocated_amount,
			"currency": line.currency,
			"description": line.description,
			"payer_name": line.bank_party_name,
			"payer_account": line.bank_party_iban or line.bank_party_account_number,
			"reference_no": (line.reference_number or "")[:140],
			"customer": match.customer,
			"customer_name": about["customer_name"],
			"left_amount": float(from_minor(match.left, unit)),
			"existing_payment": about["payment"],
			"evidence": json.dumps(match.evidence),
			"parts": parts,
		}
	)
	bank_accept.save(document)
	return document.name


def _still_open(line: Any) -> bool:
	"""Lock a bank line, so that two runs store one proposal, and return whether it has the money that was matched."""
	table = frappe.qb.DocType(bank_reads.LINE)
	query = frappe.qb.from_(table).select(table.docstatus, table.unallocated_amount)
	rows = query.where(table.name == line.name).for_update().run()
	unit = money_unit()
	found = [(docstatus, to_minor(amount, unit)) for docstatus, amount in rows]
	return found == [(1, to_minor(line.unallocated_amount, unit))]


def _part(opened: Open, amount: int, currency: str) -> dict[str, Any]:
	unit = money_unit()
	return {
		"reference_type": opened.reference_type,
		"reference_name": opened.reference_name,
		"contract": opened.contract,
		"row_id": opened.row_id,
		"due_date": opened.item.due,
		"open_amount": float(from_minor(opened.item.open, unit)),
		"amount": float(from_minor(amount, unit)),
		"currency": currency,
	}


def _refused(line: str, customer: str | None, parts: list[dict[str, Any]]) -> bool:
	filters = {"bank_transaction": line, "state": REJECTED}
	last = frappe.db.get_value(MATCH, filters, ["name", "customer"], as_dict=True, order_by="creation desc")
	if not last:
		return False
	fields = ["reference_name", "row_id", "amount"]
	rows = frappe.get_all("Bank Match Part", filters={"parent": last.name}, fields=fields, order_by="idx")
	before = [(row.reference_name, row.row_id, to_minor(row.amount, money_unit())) for row in rows]
	now = [(part["reference_name"], part["row_id"], to_minor(part["amount"], money_unit())) for part in parts]
	return (last.customer, before) == (customer, now)


def _accept_sure(run: Document, names: list[str]) -> Iterator[int]:
	if not cint(frappe.db.get_single_value("Receipt Settings", "match_at_once")):
		return
	filters = {"name": ("in", names), "decision": Decision.AUTO.value, "state": PROPOSED}
	sure = frappe.get_all(MATCH, filters=filters, pluck="name", order_by="received_on, name") if names else []
	done = failed = 0
	for name in sure:
		try:
			bank_accept.accept(name)
			done += 1
		except frappe.QueryDeadlockError:
			raise
		except Exception as error:
			failed += 1
			bank_accept.note(name, _("Not matched at once: {0}").format(str(error))[:500])
		run.db_set({"done_count": done, "failed_count": failed})
		yield done
