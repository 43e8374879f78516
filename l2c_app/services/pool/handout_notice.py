"""Who was given seats by a distribution is told: one line per receiver, with the number and a link to the list.

The run keeps up to which of its rows was told. That mark moves in the transaction that ends the run, so that a run that
was stopped and goes on tells of what came since, and nothing is told twice.
"""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import escape_html, get_datetime, get_url_to_list

from l2c_app.core.seats import State
from l2c_app.services.errors.recovery import undo
from l2c_app.services.follow_up import reminders
from l2c_app.services.pool import runs

SILENT, BY_MAIL = "Not at All", "By Mail"
SAVEPOINT = "l2c_handout_notice"


def tell(run: Document) -> None:
	"""Tell the enabled receivers of a run as the pool says, each in his language; who started it knows.

	By mail goes only what the receiver takes by mail, on a site that sends any; he finds the rest in his bell. One notice
	that fails stops neither the others nor the run.
	"""
	how = frappe.db.get_value("Lead Pool", run.pool, "tell_receivers")
	options = runs.options_of(run)
	given = _given(run, behind=options.get("told_to") or "")
	run.db_set("options", json.dumps({**options, "told_to": run.row_cursor}, sort_keys=True))
	if not given or how == SILENT:
		return
	for user in _people(given, but=run.started_by):
		frappe.db.savepoint(SAVEPOINT)
		try:
			_tell(user, run, given[user.name], by_mail=how == BY_MAIL)
		except Exception as error:
			undo(SAVEPOINT, error)
			frappe.log_error(title=f"Notice of {run.name} to {user.name}")


def _given(run: Document, *, behind: str) -> dict[str, int]:
	"""Count the rows that are done by receiver: found by their names, which a hundred thousand are read by at once."""
	row = frappe.qb.DocType("Pool Run Row")
	query = frappe.qb.from_(row).select(row.to_user, Count("*")).groupby(row.to_user)
	query = query.where((row.name > (behind or f"{run.name}-")) & (row.name <= (run.row_cursor or "")))
	return dict(query.where(row.status == runs.DONE).run())


def _people(given: dict[str, int], *, but: str) -> list[Any]:
	users = frappe.get_all(
		"User",
		filters={"name": ("in", sorted(given)), "enabled": 1},
		fields=["name", "email", "language"],
		order_by="name",
	)
	return [user for user in users if user.name != but]


def _tell(user: Any, run: Document, count: int, *, by_mail: bool) -> None:
	text = _("{0} new seats in {1} were given to you.", user.language).format(count, run.pool)
	link = _list_of(user.name, run)
	if by_mail and reminders.wants_mail(user):
		shown = escape_html(_("Show the list", user.language))
		frappe.sendmail(
			recipients=[user.email],
			subject=text,
			message=f'<p>{escape_html(text)}</p><p><a href="{escape_html(link)}">{shown}</a></p>',
			reference_doctype="Lead Pool",
			reference_name=run.pool,
			add_unsubscribe_link=0,
		)
		return
	# Within the desk a link without its host stays on the page, whatever name the site is visited by.
	path = urlsplit(link)
	reminders.bell(user.name, text, document=("Lead Pool", run.pool), link=f"{path.path}?{path.query}")


def _list_of(user: str, run: Document) -> str:
	"""Return the address of the list of what the user holds of this pool since the run began."""
	began = get_datetime(run.started_on).replace(
		microsecond=0
	)  # the list drops a filter with parts of a second
	since = json.dumps([">=", str(began)])
	wanted = {"pool": run.pool, "holder": user, "state": State.HELD.value, "claimed_on": since}
	return f"{get_url_to_list('Lead Pool Seat')}?{urlencode(wanted)}"
