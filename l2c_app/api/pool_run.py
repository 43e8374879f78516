"""RPC of runs over many seats: start a preview or a run, commit a preview, stop, resume."""

import frappe

from l2c_app.services.pool import runs


@frappe.whitelist(methods=["POST"])
def start(kind: str, pool: str, mode: str = runs.PREVIEW, options: str | dict | None = None) -> str:
	"""Start a run over a pool and return its name; it works in the background."""
	mode = runs.COMMIT if mode == runs.COMMIT else runs.PREVIEW
	return runs.start(kind, pool, mode=mode, options=frappe.parse_json(options) or {})


@frappe.whitelist(methods=["POST"])
def commit_preview(run: str) -> None:
	"""Do what a finished preview shows."""
	runs.commit_preview(run)


@frappe.whitelist(methods=["POST"])
def stop(run: str) -> None:
	"""End a live run after the chunk it is at."""
	runs.stop(run)


@frappe.whitelist(methods=["POST"])
def resume(run: str) -> None:
	"""Go on with a stopped, failed or hanging run."""
	runs.resume(run)
