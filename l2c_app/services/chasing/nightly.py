"""What chasing does once a day."""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe.utils import nowdate

from l2c_app.services.chasing import cases, dunning_runs, promises, unbilled_overdue
from l2c_app.services.chasing.policies import POLICY, any_enabled


def steps() -> Iterator[tuple[str, Any]]:
	"""Do the steps of the day; yields (name, result) after each, for the job to commit. Nothing without a policy."""
	if not any_enabled():
		return
	yield "judged", promises.judge_due()
	for counts in cases.chunks():
		yield "cases", counts
	yield "told", unbilled_overdue.tell_sales()
	for policy in frappe.get_all(POLICY, {"enabled": 1, "automatic": 1}, pluck="name", order_by="name"):
		yield "run", _start(policy)


def resume() -> list[str]:
	"""Queue runs again whose job died; one that still works is not queued twice."""
	filters = {"state": "Sending"}
	names = frappe.get_all(dunning_runs.RUN, filters=filters, pluck="name", order_by="name")
	for name in names:
		dunning_runs.queue(name)
	return names


def _start(policy: str) -> str | None:
	"""Prepare and send today's run of an automatic policy, once a day."""
	if frappe.db.exists(dunning_runs.RUN, {"policy": policy, "run_on": nowdate()}):
		return None
	run = dunning_runs.prepare(policy)
	dunning_runs.start(run)
	return run
