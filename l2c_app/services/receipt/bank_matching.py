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
from frappe.utils import add_days, add_to_date, cint, getdate, now_datetime, nowdate

from l2c_app.core import matching
from l2c_app.core.matching import Decision, Match
from l2c_app.services.receipt import (
	bank_accept,
	bank_doubts,
	bank_guesses,
	bank_reads,
	bank_store,
	write_off_limits,
)
from l2c_app.services.receipt.bank_reads import Open

RUN, MATCH = "Bank Match Run", "Bank Match"
JOB = "l2c_app.jobs.collections.work_bank_match_run"
QUEUED, RUNNING, DONE, FAILED = "Queued", "Running", "Done", "Failed"
PROPOSED = "Proposed"
DEFAULT_DAYS = 90
CHUNK = 200
STALLED_MINUTES = 30
"""More than reading and matching takes, and than a job may last; each piece stored moves the time on."""


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
	queue(run.name)
	return run.name


def queue(name: str) -> None:
	"""Hand a run to the long queue after the commit."""
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, run=name)


def stalled() -> list[str]:
	"""Return runs that nobody works on although they are not done: their process died. Done again, they lose nothing."""
	long_ago = add_to_date(now_datetime(), minutes=-STALLED_MINUTES)
	filters = {"state": ("in", [QUEUED, RUNNING]), "modified": ("<", long_ago)}
	return frappe.get_all(RUN, filters=filters, pluck="name", order_by="creation, name")


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
		stored += bank_store.store(run.name, found[place : place + CHUNK])
		run.db_set("line_count", place + CHUNK)
		yield len(stored)
	counts = Counter(match.decision.value for _line, match, _open in found)
	run.db_set({"line_count": len(found), "auto_count": counts["Auto"]})
	run.db_set({"suggest_count": counts["Suggest"], "ask_count": counts["Ask"]})
	yield from _accept_sure(run, stored)
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
	currencies = {row.currency for row in rest}
	tolerances = {currency: write_off_limits.for_all(company, currency) for currency in currencies}
	found, opened = bank_guesses.guess(company, rest, tolerances)
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


def _accept_sure(run: Document, names: list[str]) -> Iterator[int]:
	if not cint(frappe.db.get_single_value("Receipt Settings", "match_at_once")):
		return
	filters = {"name": ("in", names), "decision": Decision.AUTO.value, "state": PROPOSED}
	sure = frappe.get_all(MATCH, filters=filters, pluck="name", order_by="received_on, name") if names else []
	done = failed = 0
	for name in sure:
		try:
			bank_accept.accept(name, _choice(name))
			done += 1
		except frappe.QueryDeadlockError:
			raise
		except Exception as error:
			failed += 1
			bank_accept.note(name, _("Not matched at once: {0}").format(str(error))[:500])
		run.db_set({"done_count": done, "failed_count": failed})
		yield done


def _choice(name: str) -> bank_accept.Choice:
	"""Return how a sure match is accepted: what it is short within the tolerance is written off, a rest stays on account."""
	evidence = json.loads(frappe.db.get_value(MATCH, name, "evidence") or "[]")
	if matching.SHORT not in {what for what, _points in evidence}:
		return bank_accept.Choice()
	return bank_accept.Choice(write_off=True, reason=_("Short within the tolerance of Receipt Settings"))
