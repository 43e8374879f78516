"""Imports of whole files: recorded, first as a preview, then done in the background in the name of who started them.

Who may create and import leads starts one; it is his to stop, to resume and to delete, and a System Manager's.
`import_run_work` does the work. Raises LeadImportState, RunInProgress and the host's PermissionError.
"""

import json
from collections.abc import Sequence

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from l2c_app.services.errors import LeadImportState, RowsUnreadable, RunInProgress, refuse
from l2c_app.services.lead import lead_file
from l2c_app.services.pool import visibility

RUN, ROW = "Lead Import Run", "Lead Import Row"
PREVIEW, COMMIT = "Preview", "Commit"
QUEUED, RUNNING, DONE, FAILED, STOPPED = "Queued", "Running", "Done", "Failed", "Stopped"
LIVE = (QUEUED, RUNNING)
JOB = "l2c_app.jobs.leads.work_lead_import"
RIGHTS = ("create", "import")


def start(file: str, *, mode: str = PREVIEW) -> str:
	"""Record a run over a File that the session user may read, and queue it. Returns its name.

	Raises RowsUnreadable for a kind of file that could not be read, RunInProgress.
	"""
	require_importer(frappe.session.user)
	document = frappe.get_doc("File", file)
	document.check_permission("read")
	lead_file.check_kind(document.file_name)
	run = _record(mode)
	run.db_set({"file": document.name, "file_name": document.file_name})
	if (
		not document.attached_to_name
	):  # goes with the run when that is deleted, and is read by whoever reads the run
		values = {"attached_to_doctype": RUN, "attached_to_name": run.name, "is_private": 1}
		document.update(values).save(ignore_permissions=True)  # his own file, read above
	queue(run.name)
	return run.name


def start_rows(rows: str | Sequence[object], *, mode: str = PREVIEW) -> str:
	"""Record a run over rows sent by another system, a list of objects, kept as a private file. Raises as `start`."""
	require_importer(frappe.session.user)
	try:
		parsed = frappe.parse_json(rows)
	except ValueError:
		parsed = None
	if not isinstance(parsed, list) or not parsed:
		refuse(RowsUnreadable, _("This is no list of rows."), do=_("Send a JSON list of objects."))
	run = _record(mode)
	file = frappe.new_doc("File")
	file.update(
		{"file_name": f"{run.name}.json", "is_private": 1, "content": json.dumps(parsed, default=str)}
	)
	file.update({"attached_to_doctype": RUN, "attached_to_name": run.name})
	file.insert(ignore_permissions=True)  # what the user sent, checked above
	run.db_set({"file": file.name, "file_name": file.file_name})
	queue(run.name)
	return run.name


def _record(mode: str) -> Document:
	if mode == COMMIT:
		_refuse_second(frappe.session.user)
	run = frappe.new_doc(RUN)
	run.update({"mode": COMMIT if mode == COMMIT else PREVIEW, "state": QUEUED})
	run.update({"started_by": frappe.session.user, "heartbeat_on": now_datetime()})
	run.insert(ignore_permissions=True)  # checked by the caller; nobody may insert runs by hand
	return run


def commit_preview(name: str) -> None:
	"""Import what a finished preview shows, each row judged again. Raises LeadImportState, RunInProgress."""
	run = _locked(name)
	if run.mode != PREVIEW or run.state != DONE:
		refuse(LeadImportState, _("Only a finished preview can be committed."), compared=_(run.state))
	_refuse_second(run.started_by)
	run.db_set({"mode": COMMIT, "state": RUNNING, "progress": 0, "row_cursor": "", "finished_on": None})
	run.db_set("heartbeat_on", now_datetime())
	queue(name)


def stop(name: str) -> None:
	"""Ask a live run to end after the chunk it is at; what is imported stays. Raises LeadImportState."""
	run = _locked(name)
	if run.state not in LIVE:
		refuse(LeadImportState, _("The run is not going on."), compared=_(run.state))
	run.db_set("stop_requested", 1)
	queue(name)


def resume(name: str) -> None:
	"""Go on with a stopped, failed or hanging run where it stands. Raises LeadImportState, RunInProgress."""
	run = _locked(name)
	if run.state == DONE:
		refuse(LeadImportState, _("The run is finished."), compared=_(run.state))
	if run.state not in LIVE:
		if run.mode == COMMIT:
			_refuse_second(run.started_by)
		run.db_set({"state": RUNNING if run.total_rows else QUEUED, "stop_requested": 0, "error": ""})
	run.db_set("heartbeat_on", now_datetime())
	queue(name)


def queue(name: str) -> None:
	"""Hand a run to the long queue after the commit. A second job for the same run does no harm: it waits at the lock."""
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, run=name)


def require_importer(user: str) -> None:
	"""Refuse users who may not create and import leads, or are disabled: the host's PermissionError."""
	if not frappe.db.get_value("User", user, "enabled"):
		frappe.throw(_("User {0} is disabled").format(user), frappe.PermissionError)
	for right in RIGHTS:
		frappe.has_permission("Lead", right, user=user, throw=True)


def forget_rows(run: Document) -> None:
	"""Delete the rows of a run that is being deleted. Raises LeadImportState while it is going on."""
	if run.state in LIVE:
		refuse(LeadImportState, _("The run is going on."), compared=_(run.state))
	frappe.db.delete(ROW, {"run": run.name})


def _locked(name: str) -> Document:
	"""Lock a run of the session user; a System Manager steers all."""
	run = frappe.get_doc(RUN, name, for_update=True)
	user = frappe.session.user
	if run.started_by != user and not visibility.sees_everything(user):
		frappe.throw(_("Run {0} was started by somebody else.").format(name), frappe.PermissionError)
	require_importer(user)
	return run


def _refuse_second(user: str) -> None:
	"""Refuse while another import of the user goes on: two of the same file would not see each other's rows."""
	table = frappe.qb.DocType(RUN)
	query = frappe.qb.from_(table).select(table.name).orderby(table.name).for_update()
	query = query.where((table.started_by == user) & table.state.isin(LIVE) & (table["mode"] == COMMIT))
	rows = query.run()
	if rows:
		refuse(
			RunInProgress,
			_("Import {0} is not finished.").format(rows[0][0]),
			do=_("Wait for it, or stop it."),
		)
