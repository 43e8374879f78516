"""The run that tells holders which of their seats go back soon, and closer to the day the pool's managers: once per seat,
date and offset, missed nights caught up. Recycling is the last rung of this ladder.

One message per person and chunk, in the bell; the daily digest mails holders what is listed there.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, escape_html, formatdate, get_fullname, getdate

from l2c_app.core import recycling as core
from l2c_app.core.seats import State
from l2c_app.services.pool import party_names, recycle_rules, recycle_run, runs, visibility
from l2c_app.services.pool.name_lists import chunks

WARN = "warn"
NAMED = 5


def plan(run: Document) -> Iterator[runs.Planned]:
	"""Plan a row per seat that its holder is to be warned about today: one that nothing would keep on its date."""
	pool, today = frappe.get_cached_doc("Lead Pool", run.pool), getdate(run.run_date)
	policy = recycle_rules.policy_of(pool)
	offsets = {*policy.warnings, *policy.manager_warnings}
	if not offsets or not pool.recycle_enabled:
		return
	for case in recycle_run.judge(_soon(run.pool, today, max(offsets)), policy, today=None):
		row = case.row
		offset = _offset(row, offsets, today) if case.verdict.rule else None
		if offset is not None:
			numbers = {"recycle_on": row.recycle_on, "days": offset}
			yield runs.Planned(
				row.name, row.party_type, row.party, WARN, row.holder, None, case.verdict.rule.name, numbers
			)


def apply(run: Document, rows: Sequence[frappe._dict]) -> dict[str, object]:
	"""Mark the seats of a chunk as warned about and tell each holder, and the managers, once what goes back when."""
	seats = {row.name: row for row in _locked(run.pool, [row.seat for row in rows])}
	answers: dict[str, object] = {}
	fitting: list[frappe._dict] = []
	for row in rows:
		seat, numbers = seats.get(row.seat), frappe.parse_json(row.numbers)
		same = seat and seat.holder == row.from_user and seat.recycle_on == getdate(numbers["recycle_on"])
		if not same:
			answers[row.name] = _("The seat changed hands or date since the plan.")
		elif _warned(seat) is not None and _warned(seat) <= numbers["days"]:
			answers[row.name] = _("Warned already.")
		else:
			answers[row.name] = None
			fitting.append(frappe._dict({**seat, "days": numbers["days"]}))
	_remember(fitting)
	_tell_all(run.pool, fitting)
	return answers


def _tell_all(pool: str, seats: Sequence[frappe._dict]) -> None:
	policy = recycle_rules.policy_of(frappe.get_cached_doc("Lead Pool", pool))
	names = party_names.real((seat.party_type, seat.party) for seat in seats)
	by_holder: dict[str, list[frappe._dict]] = {}
	above: list[frappe._dict] = []
	for seat in seats:
		# holders and managers see the party, so they read its real name
		seat.party_name = names.get((seat.party_type, seat.party)) or seat.party_name
		if core.newly_due(policy.warnings, reached=seat.days, warned=_warned(seat)):
			by_holder.setdefault(seat.holder, []).append(seat)
		if core.newly_due(policy.manager_warnings, reached=seat.days, warned=_warned(seat)):
			above.append(seat)
	for user in _enabled(list(by_holder)):
		_tell(user, pool, by_holder[user.name])
	managers = visibility.managers_of([pool]).get(pool, []) if above else []
	for user in _enabled(managers):
		others = [seat for seat in above if seat.holder != user.name]
		if others:
			_tell(user, pool, others, of_members=True)


def _soon(pool: str, today: date, days: int) -> list[frappe._dict]:
	return frappe.get_all(
		"Lead Pool Seat",
		filters={
			"pool": pool,
			"state": State.HELD.value,
			"recycle_on": ("between", [add_days(today, 1), add_days(today, days)]),
		},
		fields=[*recycle_run.FIELDS, "warned_for", "warned_days"],
		order_by="holder, recycle_on, name",
	)


def _locked(pool: str, names: Sequence[str]) -> list[frappe._dict]:
	seat = frappe.qb.DocType("Lead Pool Seat")
	fields = (
		"name",
		"holder",
		"party_type",
		"party",
		"party_name",
		"recycle_on",
		"warned_for",
		"warned_days",
	)
	query = frappe.qb.from_(seat).select(*(seat[name] for name in fields))
	query = query.where(seat.name.isin(list(names)) & (seat.pool == pool))
	query = query.where(seat.state == State.HELD.value)
	return query.orderby(seat.name).for_update().run(as_dict=True)


def _warned(row: frappe._dict) -> int | None:
	"""Return the shortest warning sent about the date that stands now."""
	return row.warned_days if row.warned_for and row.warned_for == row.recycle_on else None


def _offset(row: frappe._dict, offsets: Collection[int], today: date) -> int | None:
	return core.warning_due(offsets, today=today, due_on=row.recycle_on, warned=_warned(row))


def _remember(seats: Sequence[frappe._dict]) -> None:
	groups: dict[tuple[date, int], list[str]] = {}
	for seat in seats:
		groups.setdefault((seat.recycle_on, seat.days), []).append(seat.name)
	table = frappe.qb.DocType("Lead Pool Seat")
	for (day, days), names in groups.items():
		for some in chunks(sorted(names)):
			query = frappe.qb.update(table).set(table.warned_for, day).set(table.warned_days, days)
			query.where(table.name.isin(some)).run()


def _enabled(users: list[str]) -> list[frappe._dict]:
	return frappe.get_all(
		"User", filters={"name": ("in", users), "enabled": 1}, fields=["name", "language"], order_by="name"
	)


def _named(seat: frappe._dict, *, with_holder: bool) -> str:
	holder = f"{get_fullname(seat.holder)}, " if with_holder else ""
	return f"{seat.party_name or seat.name} ({holder}{formatdate(seat.recycle_on)})"


def _tell(user: frappe._dict, pool: str, seats: list[frappe._dict], *, of_members: bool = False) -> None:
	"""Write one line into the user's bell, soonest first. The host never mails this type."""
	seats = sorted(seats, key=lambda seat: (seat.recycle_on, seat.name))
	named = ", ".join(_named(seat, with_holder=of_members) for seat in seats[:NAMED])
	text = (
		_("{0} seats of your members in {1} go back soon: {2}", user.language)
		if of_members
		else _("{0} of your seats in {1} go back soon: {2}", user.language)
	).format(len(seats), pool, named)
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": user.name,
			"document_type": "Lead Pool",
			"document_name": pool,
			"subject": escape_html(text),
		}
	).insert(ignore_permissions=True)  # written by the clock for the user; nobody's request reaches this line
