"""Runs of a company that are prepared, shown, and done in the name of whoever approved them: the steps people take.

Callers check the right, lock the run first, and queue its job afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from l2c_app.services.errors import L2CError, RunInProgress, refuse

QUEUED, PREPARING, PREVIEW = "Queued", "Preparing", "Preview"
DONE, FAILED, STOPPED = "Done", "Failed", "Stopped"
UNDONE = "Undone"


@dataclass(frozen=True)
class Kind:
	"""One DocType of such runs, with that of its rows.

	`doing`: the state in which an approved run works; `unapproved`: where another one goes on; `state_error`: raised
	where a step does not fit the state; `unfinished`: the sentence for a company ({0}) that has a run at work; `undoing`:
	the state in which a run that is over is taken back, for kinds that can be (with `undone_by` on the run).
	"""

	run: str
	row: str
	doing: str
	unapproved: str
	state_error: type[L2CError]
	unfinished: Callable[[], str]
	undoing: str = ""

	@property
	def live(self) -> tuple[str, ...]:
		"""Return the states in which a job is at work or to come."""
		return tuple(state for state in (QUEUED, PREPARING, self.doing, self.undoing) if state)


def clear_the_way(kind: Kind, company: str) -> None:
	"""Before a run is prepared: stop the previews that nobody approved. Raises RunInProgress where one is at work."""
	if is_going_on(kind, company):
		refuse_second(kind, company)
	filters = {"company": company, "state": PREVIEW}
	for name in frappe.get_all(kind.run, filters=filters, pluck="name", order_by="name"):
		frappe.db.set_value(kind.run, name, {"state": STOPPED, "error": _("A newer run was prepared.")})


def is_going_on(kind: Kind, company: str) -> bool:
	"""Say whether a run of the company is at work; locks what it reads, so that two are not started at once."""
	table = frappe.qb.DocType(kind.run)
	query = frappe.qb.from_(table).select(table.name).where(table.company == company)
	return bool(query.where(table.state.isin(kind.live)).for_update().run())


def approve(kind: Kind, run: Document, unfit: str) -> None:
	"""Let a preview be done in the session user's name. `unfit`: said of one that cannot be approved."""
	if run.state != PREVIEW or not run.planned_rows:
		refuse(kind.state_error, unfit, compared=_(run.state))
	run.db_set({"state": kind.doing, "approved_by": frappe.session.user, "approved_on": now_datetime()})
	run.db_set({"heartbeat_on": now_datetime(), "progress": 0})


def stop(kind: Kind, run: Document) -> None:
	"""End a run after the row it is at, or drop a preview; what is done stays done."""
	if run.state not in (*kind.live, PREVIEW):
		refuse(kind.state_error, _("The run is not going on."), compared=_(run.state))
	run.db_set("state", STOPPED)


def resume(kind: Kind, run: Document) -> None:
	"""Go on with a stopped or failed run, or one whose process died, where it stands. Raises RunInProgress."""
	if run.state in (PREVIEW, DONE, UNDONE):
		refuse(kind.state_error, _("The run is finished."), compared=_(run.state))
	if run.state not in kind.live:
		if is_going_on(kind, run.company):
			refuse_second(kind, run.company)
		run.db_set({"state": _left(kind, run), "error": None, "heartbeat_on": now_datetime()})


def undo(kind: Kind, run: Document) -> None:
	"""Let a run that is over be taken back in the session user's name. Raises RunInProgress, or its kind's state error."""
	if run.state not in (DONE, STOPPED, FAILED, UNDONE):
		refuse(kind.state_error, _("Only a run that is over can be undone."), compared=_(run.state))
	if is_going_on(kind, run.company):
		refuse_second(kind, run.company)
	values = {"state": kind.undoing, "undone_by": frappe.session.user, "undone_on": now_datetime()}
	run.db_set({**values, "heartbeat_on": now_datetime(), "progress": 0, "error": None})


def _left(kind: Kind, run: Document) -> str:
	"""Return the state in which a run goes on."""
	if kind.undoing and run.undone_by:
		return kind.undoing
	return kind.doing if run.approved_by else kind.unapproved


def forget_rows(kind: Kind, run: Document) -> None:
	"""Delete the rows of a run that is being deleted; refuse it while the run is going on."""
	if run.state in kind.live:
		refuse(kind.state_error, _("The run is going on."), compared=_(run.state))
	frappe.db.delete(kind.row, {"run": run.name})


def refuse_second(kind: Kind, company: str) -> NoReturn:
	"""Say that a run of the company is at work: raises RunInProgress."""
	refuse(RunInProgress, kind.unfinished().format(company), do=_("Wait for it, or stop it."))
