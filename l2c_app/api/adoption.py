"""RPC of taking over documents that ran before. The services check the user's right on every name."""

from typing import Any

import frappe

from l2c_app.core import adoption as rules
from l2c_app.services.contract import adoption, adoption_import, adoption_run_work, adoption_runs
from l2c_app.services.errors.recovery import retrying


@frappe.whitelist(methods=["POST"])
def prepare_run(
	company: str,
	rows: list | str | None = None,
	file_url: str | None = None,
	all_running: bool | int | str = False,
) -> str:
	"""Record a run over rows, an uploaded file, or all that runs in a company, and return its name."""
	lines = list(frappe.parse_json(rows) or [])
	source = ""
	if file_url:
		adoption.require_adopter()
		file = frappe.get_doc("File", {"file_url": file_url})
		file.check_permission("read")
		content = file.get_content()
		raw = content.encode() if isinstance(content, str) else content
		lines, source = lines + adoption_import.lines_of(file.file_name, raw), file.file_name
	if frappe.utils.cint(all_running):
		adoption.require_adopter()
		lines += adoption_import.all_running(company)
	return retrying(lambda: adoption_runs.prepare(company, lines, source=source))


@frappe.whitelist(methods=["POST"])
def approve_run(run: str) -> None:
	"""Let a dry run become contracts in the session user's name."""
	adoption_runs.approve(run)


@frappe.whitelist(methods=["POST"])
def stop_run(run: str) -> None:
	"""End a run after the contract it is at."""
	adoption_runs.stop(run)


@frappe.whitelist(methods=["POST"])
def resume_run(run: str) -> None:
	"""Go on with a stopped, failed or hanging run."""
	adoption_runs.resume(run)


@frappe.whitelist(methods=["POST"])
def undo_run(run: str) -> None:
	"""Take the contracts of a run back: they are cancelled, their documents are as before; what moved on stays."""
	adoption_runs.undo(run)


@frappe.whitelist(methods=["POST"])
def undo_row(row: str) -> None:
	"""Take the contract of one row of a run back."""
	retrying(lambda: adoption_runs.undo_row(row))


@frappe.whitelist(methods=["POST"])
def undo_contract(contract: str) -> None:
	"""Take an adopted contract back, whether it was adopted from its order's form or by a run."""
	retrying(lambda: adoption_runs.undo_contract(contract))


@frappe.whitelist(methods=["POST"])
def preview(rows: list | str) -> dict[str, Any]:
	"""Return what one contract would be, made of these rows; a refusal is an answer."""
	return retrying(lambda: adoption.preview(adoption.case_of(*_one(rows)))).as_dict()


@frappe.whitelist(methods=["POST"])
def adopt(rows: list | str) -> dict[str, Any]:
	"""Make one contract of these rows, recorded as a run of one. Returns it with its figures and differences."""
	return retrying(lambda: adoption_run_work.adopt_at_once(*_one(rows))).as_dict()


@frappe.whitelist()
def template() -> list[list[str]]:
	"""Return heading and example of an import, in the user's language."""
	return adoption_import.template()


def _one(rows: list | str) -> tuple[str, list[dict[str, Any]]]:
	"""Return rows that are all of one contract, with its reference."""
	lines = list(frappe.parse_json(rows) or [])
	return next(iter(rules.groups(lines)), ("–", []))[0], lines
