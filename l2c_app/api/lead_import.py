"""RPC of imports of whole files: start one, commit a preview, stop, resume."""

import frappe

from l2c_app.services.lead import import_runs


@frappe.whitelist(methods=["POST"])
def start(file: str, mode: str = import_runs.PREVIEW) -> str:
	"""Start an import of a File (its name) and return the name of the run; it works in the background."""
	return import_runs.start(file, mode=mode)


@frappe.whitelist(methods=["POST"])
def start_rows(rows: str | list, mode: str = import_runs.PREVIEW) -> str:
	"""Start an import of rows, a list of objects with the fields of leads, and return the name of the run."""
	return import_runs.start_rows(rows, mode=mode)


@frappe.whitelist(methods=["POST"])
def commit_preview(run: str) -> None:
	"""Import what a finished preview shows."""
	import_runs.commit_preview(run)


@frappe.whitelist(methods=["POST"])
def stop(run: str) -> None:
	"""End a live import after the rows it is at."""
	import_runs.stop(run)


@frappe.whitelist(methods=["POST"])
def resume(run: str) -> None:
	"""Go on with a stopped, failed or hanging import."""
	import_runs.resume(run)
