"""RPC of customer statements by mail. The services check the user's right on every run and line."""

import frappe

from l2c_app.services.chasing import statement_runs


@frappe.whitelist(methods=["POST"])
def prepare_run(company: str, month: str | None = None) -> str:
	"""Record a run over the month that a date lies in, last month by default; its list is made in the background."""
	return statement_runs.prepare(company, month)


@frappe.whitelist(methods=["POST"])
def take_out(rows: list | str, reason: str) -> int:
	"""Take lines out of a list with a reason. Returns how many."""
	return statement_runs.take_out(_names(rows), reason)


@frappe.whitelist(methods=["POST"])
def put_back(rows: list | str) -> int:
	"""Put lines back that were taken out. Returns how many."""
	return statement_runs.put_back(_names(rows))


@frappe.whitelist(methods=["POST"])
def approve_run(run: str) -> None:
	"""Send a list in the session user's name."""
	statement_runs.approve(run)


@frappe.whitelist(methods=["POST"])
def stop_run(run: str) -> None:
	"""End a run after the customer it is at."""
	statement_runs.stop(run)


@frappe.whitelist(methods=["POST"])
def resume_run(run: str) -> None:
	"""Go on with a stopped, failed or hanging run."""
	statement_runs.resume(run)


@frappe.whitelist(methods=["POST"])
def retry_run(run: str) -> int:
	"""Try those again that got nothing. Returns how many."""
	return statement_runs.retry(run)


def _names(rows: list | str) -> list[str]:
	return [str(name) for name in frappe.parse_json(rows) or []]
