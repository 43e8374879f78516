"""Distribution as a recorded run: a row per seat with its receiver and reason, done chunk by chunk, by hand or by clock."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

import frappe
from frappe import _, as_json
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from l2c_app.services.errors import L2CError, TooManyRows, refuse
from l2c_app.services.pool import (
	chunk_handout,
	distribution,
	handout_notice,
	membership_locks,
	receivers,
	run_work,
	runs,
)
from l2c_app.services.pool.distribution import Wish
from l2c_app.services.pool.name_lists import among, chunks
from l2c_app.services.pool.pool_checks import WEEKDAYS
from l2c_app.services.pool.row_range import RowRange
from l2c_app.services.pool.run_rows import Row
from l2c_app.services.pool.runs import Planned

READS = ("seat", "to_user", "decision")
AT_ONCE = 1000
CHUNK = 5000  # who may receive is read anew for each; a claim waits for one, a second or two
BLOCK = 20_000


def plan(run: Document) -> Iterator[Planned]:
	"""Yield a row per seat: its receiver, or why it stays. The draw's method and seed are stored on the run.

	The rows of a large draw lie by receiver within blocks of twenty thousand: a chunk then has few receivers, which is what
	its statements are counted by, and a run that is stopped has still served everybody up to the last block.
	"""
	drawn = distribution.draw(run.pool, _wish(run))
	run.db_set("seed", drawn.seed)
	options = {**runs.options_of(run), "method": drawn.method, "skipped_members": drawn.skipped_members}
	options["last"] = next((row["user"] for row in reversed(drawn.rows) if row["user"]), None)
	run.db_set("options", json.dumps(options, sort_keys=True))
	kind, free = frappe.get_cached_value("Lead Pool", run.pool, "party_type"), drawn.parties
	others = _parties([row["seat"] for row in drawn.rows if row["seat"] not in free])
	for row in _by_receiver(drawn.rows):
		seat, user = row["seat"], row["user"]
		party_type, party = (kind, free[seat]) if seat in free else others.get(seat, ("", ""))
		yield Planned(
			seat,
			party_type,
			party,
			decision=row["rule"],
			to_user=user,
			reason=row["reason"],
			skip=not user,
		)


def _by_receiver(rows: list[dict]) -> Iterator[dict]:
	if len(rows) <= CHUNK:
		yield from rows
		return
	for block in chunks(rows, size=BLOCK):
		yield from sorted(block, key=lambda row: row["user"] or "")


def _wish(run: Document) -> Wish:
	options = runs.options_of(run)
	given = {name: options.get(name) for name in ("seats", "count", "method", "override_reason")}
	return Wish(**given, seed=run.seed or None)


def _parties(seats: list[str]) -> dict[str, tuple[str, str]]:
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(seat.name, seat.party_type, seat.party).where(seat.pool != "")
	found: dict[str, tuple[str, str]] = {}
	for names in chunks(seats):
		found |= {name: party for name, *party in query.where(among(seat.name, names)).run()}
	return found


def lock(run: Document) -> None:
	"""Lock the members before a chunk reads anything: its picture is then as new as its locks, claims do not outrun it."""
	if run.mode == runs.COMMIT:
		membership_locks.lock_members(run.pool)


def apply(run: Document, rows: Sequence[frappe._dict]) -> dict[str, object]:
	"""Hand out a chunk as planned, judged again under the members' locks (taken by `lock`): who is away or full by now gets nothing."""
	options = runs.options_of(run)
	refused: dict[str, str] = {}
	fitting = []
	pool = frappe.get_cached_doc("Lead Pool", run.pool)
	if not pool.enabled:
		return dict.fromkeys((row.name for row in rows), _("Pool {0} is disabled.").format(run.pool))
	able = receivers.with_room(pool, override=bool(options.get("override_reason")))
	left = {member.user: member.room for member in able.members}
	for row in rows:
		user = row.to_user
		room = left.get(user, 0)
		if room == 0:
			refused[row.name] = _refusal(user, able)
			continue
		if room:
			left[user] = room - 1
		fitting.append((row.seat, user, row.decision))
	reason, decision = options.get("override_reason") or "", _decision(run, options)
	moved = distribution.assign(run.pool, fitting, reason=reason, decision=decision, run=run.name)
	stays = {seat: why_not for seat, why_not in moved.items() if why_not}
	return refused | {row.name: stays[row.seat] for row in rows if row.seat in stays}


def whole(run: Document, rows: Sequence[Row]) -> Callable[[RowRange], None] | None:
	"""Return what hands out a chunk once its rows are written, where every receiver has room and all seats are alike;
	None where `apply` has to judge them. The members' locks are taken (by `lock`)."""
	options, pool = runs.options_of(run), frappe.get_cached_doc("Lead Pool", run.pool)
	wanted = Counter([row.like.to_user for row in rows])
	able = receivers.with_room(pool, override=bool(options.get("override_reason")))
	rooms = {member.user: member.room for member in able.members}
	full = any(
		rooms.get(user, 0) is not None and rooms.get(user, 0) < count for user, count in wanted.items()
	)
	if full or not pool.enabled:
		return None
	log = {
		"reason": options.get("override_reason") or "",
		"run": run.name,
		"decision": as_json(_decision(run, options), indent=None),
	}
	handout = chunk_handout.judge(pool, {row.seat for row in rows}, wanted, log)
	return partial(chunk_handout.write, handout, users=wanted) if handout else None


def _decision(run: Document, options: dict) -> dict[str, object]:
	return {"method": options.get("method"), **({"seed": run.seed} if run.seed else {})}


def finish(run: Document) -> None:
	"""Let the next round robin go on behind who was drawn last, and tell who was given something."""
	options = runs.options_of(run)
	distribution.remember_turn(run.pool, options.get("method") or "", options.get("last"))
	handout_notice.tell(run)


def stopped(run: Document) -> None:
	"""Tell who was given something up to here."""
	handout_notice.tell(run)


def _refusal(user: str, able: receivers.Receivers) -> str:
	if any(member.user == user for member in able.members):
		return _("The member has no room any more.")
	return able.skipped.get(user) or _("{0} is no active member of the pool any more.").format(user)


def now(pool: str, wish: Wish) -> dict:
	"""Distribute a small batch at once, as a recorded run in the caller's transaction; returns the run with its rows.

	Raises NotAPoolManager, PoolDisabled, RunInProgress, and TooManyRows above a thousand seats: those go by a queued run.
	"""
	if len(wish.seats or []) > AT_ONCE or (wish.seats is None and (wish.count or AT_ONCE) > AT_ONCE):
		refuse(TooManyRows, _("At most {0} seats at once.").format(AT_ONCE), do=_("Start a run instead."))
	if wish.seats is None and not wish.count:
		wish = Wish(count=AT_ONCE, method=wish.method, seed=wish.seed, override_reason=wish.override_reason)
	membership_locks.lock_members(pool)  # first, as in `lock`
	name = start(pool, wish, mode=runs.COMMIT)
	while run_work.step(name):
		pass
	return report(name)


def start(pool: str, wish: Wish, *, mode: str = runs.PREVIEW) -> str:
	"""Start a run by a manager's hand and return its name. Raises NotAPoolManager, PoolDisabled, RunInProgress."""
	options = {"seats": wish.seats, "count": wish.count, "method": wish.method}
	options["override_reason"] = wish.override_reason
	given = {key: value for key, value in options.items() if value}
	return runs.start(runs.DISTRIBUTE, pool, mode=mode, options=given, seed=wish.seed)


def report(name: str) -> dict:
	"""Return a run's rows in the form of a draw."""
	run = frappe.get_doc("Pool Run", name)
	rows = frappe.get_all(
		"Pool Run Row",
		filters={"run": name},
		fields=["seat", "to_user", "status", "reason", "decision"],
		order_by="name",
	)
	shown = [
		{
			"seat": row.seat,
			"user": row.to_user if row.status == runs.DONE else None,
			"reason": row.reason or "",
			"rule": row.decision,
		}
		for row in rows
	]
	options = runs.options_of(run)
	drawn = distribution.Draw(
		run.pool, options.get("method") or "", run.seed or "", shown, options.get("skipped_members") or {}
	)
	return {**drawn.as_dict(), "run": name}


# The clock


def start_due(now: datetime | None = None) -> list[str]:
	"""Start the runs of pools whose weekday and hour have come and that had none today; returns their names.

	The clock is the site's. A missed hour is caught up later the same day, never twice: a run that the clock started is
	told from others by its option. One pool's refusal does not stop the others.
	"""
	now = now or now_datetime()
	started = []
	for name in frappe.get_all(
		"Lead Pool", filters={"enabled": 1, "distribute_by_schedule": 1}, pluck="name", order_by="name"
	):
		pool = frappe.get_cached_doc("Lead Pool", name)
		if not is_due(pool, now) or _started_on(name, now):
			continue
		options = {"scheduled": str(getdate(now)), "count": pool.schedule_limit or None}
		try:
			started.append(
				runs.start_by_system(
					runs.DISTRIBUTE, name, options={key: value for key, value in options.items() if value}
				)
			)
		except L2CError:
			frappe.log_error(title=f"Scheduled distribution of {name}")
	return started


def is_due(pool: object, now: datetime) -> bool:
	"""Return True on the pool's weekdays from its hour on."""
	return bool(pool.get(f"on_{WEEKDAYS[now.weekday()]}")) and now.hour >= (pool.schedule_hour or 0)


def _started_on(pool: str, now: datetime) -> bool:
	day = str(getdate(now))
	rows = frappe.get_all(
		"Pool Run",
		filters={"pool": pool, "kind": runs.DISTRIBUTE, "run_date": day},
		pluck="options",
		order_by="creation",
	)
	return any(json.loads(options or "{}").get("scheduled") == day for options in rows)
