"""Dunning runs: a recorded list first, overrides per line, then sending with every gate asked again.

Who may write cases prepares, overrides and sends. A job sends line by line and commits each; killed, it goes on with the
lines that are still proposed. Raises DunningRunState and OverrideError.
"""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, cint, flt, getdate, nowdate

from l2c_app.core import dunning
from l2c_app.core.dunning import Gate
from l2c_app.core.money import from_minor
from l2c_app.services.chasing import bank_lines, cases, chase_facts, gate_texts, messages, receivables
from l2c_app.services.chasing.chase_facts import Known
from l2c_app.services.chasing.policies import Policies
from l2c_app.services.chasing.receivables import Key
from l2c_app.services.errors import DunningRunState, OverrideError, refuse
from l2c_app.services.follow_up import new_rows
from l2c_app.services.ledger.ledger_amounts import money_unit

RUN, ROW = "Dunning Run", "Dunning Run Row"
CHUNK = 500
BANK_EVERY = 20
QUIET = frozenset({Gate.LEVEL, Gate.PAID})
OVERRIDES = ("", "Skip", "Other Level", "Hold")


def prepare(policy: str) -> str:
	"""Make the draft list of a policy: who would get what today, and who not and why. Returns the run.

	Customers who have had their level, or owe nothing any more, are not listed. With more than CHUNK customers a job makes
	the list, and the run says so until it is done.
	"""
	_only_finance()
	run, names = record(policy)
	if len(names) > CHUNK:
		queue_list(run)
	else:
		list(fill(run))
	return run


def record(policy: str) -> tuple[str, set[str]]:
	"""Record a run whose list is still to be made. Returns it and the customers to look at."""
	names = _candidates(Policies(money_unit()), policy)
	run = frappe.new_doc(RUN)
	run.update({"policy": policy, "run_on": nowdate(), "state": "Preparing"})
	run.prepared_by = frappe.session.user
	return run.insert(
		ignore_permissions=True
	).name, names  # whoever comes here has been asked, or is the scheduler


def fill(run: str) -> Iterator[int]:
	"""Make the list of a run in chunks; yields lines after each, for a job to commit. Killed, it may simply run again."""
	policy, state = frappe.db.get_value(RUN, run, ["policy", "state"])
	if state != "Preparing":
		return
	policies, bank = Policies(money_unit()), bank_lines.suspects()
	names = sorted(_candidates(policies, policy))
	for start in range(0, len(names), CHUNK):
		known = chase_facts.read(names[start : start + CHUNK], policies=policies, bank=bank)
		rows = [_row(run, each) for each in known.values() if each.policy and each.policy.name == policy]
		listed = [row for row in rows if row]
		if listed:
			new_rows.insert_missing(ROW, listed)
		yield len(listed)
	_count(run)
	frappe.db.set_value(RUN, run, "state", "Draft")


def override(row: str, *, kind: str, reason: str, level: int = 0) -> None:
	"""Skip a line, hold its case, or give it another level; "" takes the override back. The reason is kept."""
	_only_finance()
	line = frappe.get_doc(ROW, row, for_update=True)
	state = frappe.db.get_value(RUN, line.run, "state")
	if state != "Draft" or line.state not in ("Proposed", "Held Back"):
		refuse(DunningRunState, _("The line was sent or skipped already"), compared=_(line.state))
	if kind not in OVERRIDES or (kind and not reason.strip()):
		refuse(OverrideError, _("An override needs its reason"))
	if kind == "Other Level" and not 1 <= cint(level) <= _levels_of(line.run):
		refuse(OverrideError, _("The policy has no level {0}").format(level))
	line.db_set(
		{
			"override": kind,
			"override_level": cint(level) if kind == "Other Level" else 0,
			"override_reason": reason.strip(),
			"overridden_by": frappe.session.user if kind else None,
			"state": "Proposed" if kind == "Other Level" else line.state,
		}
	)


def start(run: str) -> None:
	"""Send a run: from now on no line can be overridden. The job does the rest; raises DunningRunState."""
	_only_finance()
	table = frappe.qb.DocType(RUN)
	found = frappe.qb.from_(table).select(table.state).where(table.name == run).for_update().run()
	if not found or found[0][0] != "Draft":
		refuse(DunningRunState, _("This run is being sent, or was sent already"))
	frappe.db.set_value(RUN, run, {"state": "Sending", "sent_by": frappe.session.user})
	queue(run)


def queue(run: str) -> None:
	"""Let a worker send the run after this transaction; twice queued, it is done once."""
	_enqueue("l2c_app.jobs.collections.send_dunning_run", run)


def queue_list(run: str) -> None:
	"""Let a worker make the list of a run after this transaction; twice queued, it is done once."""
	_enqueue("l2c_app.jobs.collections.prepare_dunning_run", run)


def lines(run: str) -> Iterator[str]:
	"""Send the lines of a run one by one; yields each after it, for the job to commit. The last step ends the run.

	Bank lines that came meanwhile are asked for every 20 lines of the run; everything else at each line.
	"""
	if frappe.db.get_value(RUN, run, "state") != "Sending":
		return
	filters = {"run": run, "state": "Proposed"}
	rows = frappe.get_all(ROW, filters=filters, fields=["name", "customer"], order_by="name")
	customers = {row.customer for row in rows}
	watch, bank = bank_lines.Watch(), dict[Key, str]()
	for place, row in enumerate(rows):
		if place % BANK_EVERY == 0:
			bank = watch.now()
		send_line(row.name, bank=bank)
		yield row.name
	_count(run)
	frappe.db.set_value(RUN, run, "state", "Done")
	cases.refresh(customers, bank=bank)


def send_line(name: str, *, bank: dict[Key, str] | None = None) -> str:
	"""Send one line if every gate is open now. Returns its new state. The line and the case are locked first."""
	line = _lock(name)
	if line is None or line.state != "Proposed":
		return line.state if line else ""
	if line.override == "Skip":
		return _store(line, "Skipped", line.override_reason)
	key = (line.customer, line.company, line.currency)
	_lock_case(key)
	if line.override == "Hold":
		return _hold(line, key)
	bank = bank_lines.suspects({line.company}) if bank is None else bank
	known = chase_facts.read([line.customer], bank=bank).get(key)
	if known is None or known.policy is None:
		return _store(line, "Held Back", _("Nothing is overdue any more"))
	wanted = line.override_level or None
	decision = dunning.decide(known.facts, known.policy.rules, on=getdate(nowdate()), wanted=wanted)
	if not decision.go:
		return _store(line, "Held Back", gate_texts.sentence(decision, known))
	return _send(line, known, decision)


def _send(line: Any, known: Known, decision: dunning.Decision) -> str:
	frappe.db.savepoint("l2c_send")
	try:
		notice = messages.send(known, decision)
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point="l2c_send")
		frappe.log_error(title="Dunning message not sent", reference_doctype=ROW, reference_name=line.name)
		return _store(line, "Failed", _("See the Error Log"))
	if notice is None:
		return _store(line, "Held Back", _("This level was sent today already"))
	frappe.db.set_value(ROW, line.name, "notice", notice)
	return _store(line, "Sent", frappe.db.get_value("Dunning Notice", notice, "not_attached"))


def _hold(line: Any, key: Key) -> str:
	filters = dict(zip(("customer", "company", "currency"), key, strict=True))
	case = frappe.db.get_value(cases.CASE, {**filters, "status": ("!=", "Closed")})
	days = frappe.db.get_value("Dunning Policy", frappe.db.get_value(RUN, line.run, "policy"), "gap_days")
	if case:
		until = add_days(nowdate(), max(1, cint(days)))
		frappe.db.set_value(cases.CASE, case, {"held_until": until, "hold_reason": line.override_reason})
	return _store(line, "Held Back", line.override_reason)


def _candidates(policies: Policies, policy: str) -> set[str]:
	"""Return customers with money overdue, or due within the days of the policy's reminders before the due date."""
	chosen = next((each for each in policies.all if each.name == policy), None)
	if chosen is None:
		refuse(DunningRunState, _("The policy {0} is not enabled").format(policy))
	ahead = max((-level.days for level in chosen.rules.levels if level.days < 0), default=0)
	found = receivables.positions(on=getdate(add_days(nowdate(), ahead + 1 if ahead else 0)))
	company = chosen.document.company
	return {key[0] for key, each in found.items() if each.overdue > 0 and company in (None, "", key[1])}


def _row(run: str, known: Known) -> dict[str, Any] | None:
	today = getdate(nowdate())
	decision = dunning.decide(known.facts, known.policy.rules, on=today)
	if not decision.go and QUIET.intersection(decision.gates):
		return None
	customer, company, currency = known.key
	return {
		"name": new_rows.name_of(run, *known.key),
		"run": run,
		"customer": customer,
		"company": company,
		"currency": currency,
		"amount": flt(from_minor(decision.amount, money_unit())),
		"oldest_due": min((item.due for item in known.facts.items if item.open), default=None),
		"carrier": decision.carrier,
		"level": decision.level.number if decision.level else 0,
		"state": "Proposed" if decision.go else "Held Back",
		"reason": gate_texts.sentence(decision, known),
	}


def _lock(name: str) -> Any:
	table = frappe.qb.DocType(ROW)
	fields = ("name", "run", "customer", "company", "currency", "state", "override", "override_level")
	query = frappe.qb.from_(table).select(*(table[field] for field in fields), table.override_reason)
	rows = query.where(table.name == name).for_update().run(as_dict=True)
	return rows[0] if rows else None


def _lock_case(key: Key) -> None:
	table = frappe.qb.DocType(cases.CASE)
	query = frappe.qb.from_(table).select(table.name).where(table.open_key == "\x1f".join(key))
	query.for_update().run()


def _store(line: Any, state: str, reason: str | None) -> str:
	frappe.db.set_value(ROW, line.name, {"state": state, "reason": reason or None})
	return state


def _count(run: str) -> None:
	fields = {"proposed": "Proposed", "gated": "Held Back", "sent": "Sent", "failed": "Failed"}
	counts = {field: frappe.db.count(ROW, {"run": run, "state": state}) for field, state in fields.items()}
	frappe.db.set_value(RUN, run, counts)


def _levels_of(run: str) -> int:
	policy = frappe.db.get_value(RUN, run, "policy")
	return frappe.db.count("Dunning Policy Level", {"parent": policy})


def _enqueue(job: str, run: str) -> None:
	named = {"job_id": f"{job}::{run}", "deduplicate": True}
	frappe.enqueue(job, run=run, queue="long", enqueue_after_commit=True, **named)


def _only_finance() -> None:
	frappe.has_permission(cases.CASE, "write", throw=True)
