"""What chasing does once a day."""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe.utils import cint, nowdate

from l2c_app.services.chasing import cases, dunning_runs, forewarning, kept_fees, promises, unbilled_overdue
from l2c_app.services.chasing.policies import POLICY, any_enabled


def steps() -> Iterator[tuple[str, Any]]:
	"""Do the steps of the day; yields (name, result) after each, for the job to commit. Nothing without a policy."""
	if not any_enabled():
		return
	yield "judged", promises.judge_due()
	for counts in cases.chunks():
		yield "cases", counts
	yield "told", unbilled_overdue.tell_sales()
	yield "kept fees", kept_fees.tell_finance()
	for policy in frappe.get_all(POLICY, {"enabled": 1, "automatic": 1}, pluck="name", order_by="name"):
		yield from _automatic(policy)


def resume() -> list[str]:
	"""Queue runs again whose job died; one that still works is not queued twice."""
	filters = {"state": ("in", ("Preparing", "Sending"))}
	rows = frappe.get_all(dunning_runs.RUN, filters=filters, fields=["name", "state"], order_by="name")
	for row in rows:
		again = dunning_runs.queue if row.state == "Sending" else dunning_runs.queue_list
		again(row.name)
	return [row.name for row in rows]


def _automatic(policy: str) -> Iterator[tuple[str, Any]]:
	"""Prepare and send today's run of an automatic policy, once a day; where it warns first, the clock sends it later."""
	if frappe.db.exists(dunning_runs.RUN, {"policy": policy, "run_on": nowdate()}):
		return
	run, _names = dunning_runs.record(policy)
	hours = cint(frappe.db.get_value(POLICY, policy, "forewarn_hours"))
	if hours:
		forewarning.schedule(run, hours)
	for lines in dunning_runs.fill(run):
		yield "lines", lines
	if hours:
		forewarning.warn(run)
	else:
		dunning_runs.start(run)
	yield "run", run
