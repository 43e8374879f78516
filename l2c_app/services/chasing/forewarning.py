"""Before an automatic run sends: its people are told once who will be written to, and have some hours to step in.

Until then the run is a draft like any other: lines are overridden, or it is sent at once by hand.
"""

from collections import defaultdict
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, add_to_date, cint, format_datetime, get_datetime, now_datetime, nowdate

from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing import cases, dunning_runs
from l2c_app.services.chasing.policies import POLICY
from l2c_app.services.follow_up.reminders import bell, language_of

NAMED = 20


def schedule(run: str, hours: int) -> None:
	"""Let a run send so many hours from now. Stored with the run, so that a killed job loses neither list nor warning."""
	frappe.db.set_value(dunning_runs.RUN, run, "sends_at", add_to_date(now_datetime(), hours=hours))


def warn(run: str) -> int:
	"""Tell the owners of the cases in a finished list, once; the hours count from here. Returns how many were told."""
	found = _lock(run)
	if found.state != "Draft" or not found.sends_at or found.warned_on:
		return 0
	now = now_datetime()
	sends_at = add_to_date(now, hours=cint(frappe.db.get_value(POLICY, found.policy, "forewarn_hours")))
	frappe.db.set_value(dunning_runs.RUN, run, {"warned_on": now, "sends_at": sends_at})
	people = _people(run, found.policy)
	for user, lines in sorted(people.items()):
		_tell(user, lines, run=run, sends_at=sends_at)
	return len(people)


def start_due() -> list[str]:
	"""Hourly: send the runs whose hours are over; warn where a killed job did not. Returns the runs that were started.

	Not sent any more: where the policy was switched off meanwhile, or a newer run took the place.
	"""
	filters = {"state": "Draft", "sends_at": ("is", "set"), "run_on": (">=", add_days(nowdate(), -1))}
	started = []
	for run in frappe.get_all(dunning_runs.RUN, filters=filters, pluck="name", order_by="name"):
		if not warn(run) and _is_due(_lock(run)):
			dunning_runs.start(run)
			started.append(run)
	return started


def _is_due(run: Any) -> bool:
	if run.state != "Draft" or not run.warned_on or get_datetime(run.sends_at) > now_datetime():
		return False
	newer = {"policy": run.policy, "run_on": (">", run.run_on)}
	on = frappe.db.exists(POLICY, {"name": run.policy, "enabled": 1, "automatic": 1})
	return bool(on and not frappe.db.exists(dunning_runs.RUN, newer))


def _lock(run: str) -> Any:
	fields = ["state", "policy", "run_on", "sends_at", "warned_on"]
	return frappe.db.get_value(dunning_runs.RUN, run, fields, as_dict=True, for_update=True)


def _people(run: str, policy: str) -> dict[str, list[tuple[str, str | None]]]:
	"""Return {user: [(customer, case)]} of the proposed lines, for finance and sales owners who are enabled."""
	line, case = frappe.qb.DocType(dunning_runs.ROW), frappe.qb.DocType(cases.CASE)
	same = (case.customer == line.customer) & (case.company == line.company)
	query = (
		frappe.qb.from_(line)
		.left_join(case)
		.on(same & (case.currency == line.currency) & (case.status != "Closed"))
		.select(line.customer, case.name.as_("case_name"), case.finance_owner, case.sales_owner)
		.where((line.run == run) & (line.state == "Proposed"))
		.orderby(line.customer)
	)
	fallback = frappe.db.get_value(POLICY, policy, "finance_owner")
	people: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
	for row in query.run(as_dict=True):
		for user in {row.finance_owner or fallback, row.sales_owner} - {None, ""}:
			people[user].append((row.customer, row.case_name))
	enabled = frappe.get_all("User", {"name": ("in", list(people) or NO_NAMES), "enabled": 1}, pluck="name")
	return {user: people[user] for user in enabled}


def _tell(user: str, lines: list[tuple[str, str | None]], *, run: str, sends_at: Any) -> None:
	customers = list(dict.fromkeys(customer for customer, _case in lines))
	named = ", ".join(customers[:NAMED]) + (", …" if len(customers) > NAMED else "")
	text = _("{0} customers will be written to at {1}: {2}", language_of(user))
	reads = frappe.has_permission(dunning_runs.RUN, "read", user=user)
	seen = next((case for _customer, case in lines if case), None)
	document = (dunning_runs.RUN, run) if reads or not seen else (cases.CASE, seen)
	bell(user, text.format(len(customers), format_datetime(sends_at), named), document=document)
