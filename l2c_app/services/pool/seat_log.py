"""The append-only log of the pools: who did what to which seat, with the numbers compared, never contact data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import frappe
from frappe.query_builder.functions import Concat, Count, Max
from frappe.utils import get_datetime, getdate, now_datetime, nowdate
from pypika import Case, terms

from l2c_app.core.seats import Event
from l2c_app.services.pool.name_lists import among, chunks, each
from l2c_app.services.pool.row_range import RowRange

FIELDS = (
	"seat",
	"pool",
	"party_type",
	"party",
	"event",
	"from_state",
	"to_state",
	"from_holder",
	"to_holder",
	"reason",
	"rule",
	"run",
	"decision",
)
STAMPS = ("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "actor", "at")
CHUNK = 1000


def write(entries: Sequence[dict], *, at: datetime, actor: str) -> None:
	"""Append rows in one statement per thousand."""
	log = frappe.qb.DocType("Lead Pool Log")
	for start in range(0, len(entries), CHUNK):
		query = frappe.qb.into(log).columns(*STAMPS, *FIELDS)
		for entry in entries[start : start + CHUNK]:
			stamps = (frappe.generate_hash(length=10), actor, at, at, actor, 0, 0, actor, at)
			query = query.insert(*stamps, *(_cell(entry, name) for name in FIELDS))
		query.run()


def standing(row: Mapping, event: str, *, reason: str, decision: dict | None) -> dict:
	"""Return the entry of an event that changes neither state nor holder of a seat."""
	return {
		**{name: row[name] for name in ("pool", "party_type", "party")},
		"seat": row["name"],
		"event": event,
		"from_state": row["state"],
		"to_state": row["state"],
		"from_holder": row["holder"],
		"to_holder": row["holder"],
		"reason": reason,
		"decision": decision,
	}


@dataclass(frozen=True)
class Likeness:
	"""What moves written by one statement share: the event, where from and to, by whose rule, with which numbers."""

	event: str
	from_state: str
	to_state: str
	to_holder: str | None
	reason: str = ""
	rule: str = ""
	run: str = ""
	decision: str | None = None


def write_moves(names: Sequence[str], likeness: Likeness, *, at: datetime, actor: str) -> None:
	"""Append one row per seat, taken from the seats as they are before the move; at most a thousand names.

	A row is named after seat and version, so that no move can ever be logged twice.
	"""
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = _of_seats(seat, likeness, {}, at=at, actor=actor)
	query.where(among(seat.name, names) & (seat.state == likeness.from_state)).run()


def write_moves_of_rows(rows: RowRange, likeness: Likeness, *, at: datetime, actor: str) -> None:
	"""As `write_moves` for the seats in rows of a run, each to the receiver and by the rule that its row names."""
	seat, row = frappe.qb.DocType("Lead Pool Seat"), rows.table
	query = _of_seats(seat, likeness, {"to_holder": row.to_user, "rule": row.decision}, at=at, actor=actor)
	query = query.join(row).on(row.seat == seat.name)
	query.where(rows.criterion & (seat.state == likeness.from_state)).run()


def _of_seats(
	seat: object, likeness: Likeness, read: Mapping[str, terms.Term], *, at: datetime, actor: str
) -> object:
	stamp = at.strftime("%Y-%m-%d %H:%M:%S.%f")
	known = {"owner": actor, "creation": stamp, "modified": stamp, "modified_by": actor, "docstatus": 0}
	known |= {"idx": 0, "actor": actor, "at": stamp, **vars(likeness)}
	copied = {"seat": seat.name, "from_holder": seat.holder}
	copied |= {field: seat[field] for field in ("pool", "party_type", "party")}
	cells = [read.get(field, terms.ValueWrapper(value)) for field, value in known.items()]
	query = frappe.qb.into(frappe.qb.DocType("Lead Pool Log")).columns("name", *known, *copied).from_(seat)
	return query.select(Concat(seat.name, "-", seat.version + 1), *cells, *copied.values())


def _cell(entry: dict, name: str) -> object:
	value = entry.get(name)
	if name == "decision":
		return frappe.as_json(value, indent=None) if value else None
	return value


def claims_of(pool: str, user: str, *, minutes: int = 0) -> tuple[int, datetime | None]:
	"""Return the successful self-claims of the site's date, which the daily quota is compared with, and the last one.

	The last one is looked for since midnight, or for so many minutes where that is longer. What lies ahead of the clock
	was dated before it was set back: claims of later dates do not count, and the last one is one in the past.
	"""
	log, now = frappe.qb.DocType("Lead Pool Log"), now_datetime()
	midnight = get_datetime(nowdate())
	since, today = min(midnight, now - timedelta(minutes=minutes)), log.at < midnight + timedelta(days=1)
	query = (
		frappe.qb.from_(log)
		.where((log.pool == pool) & (log.to_holder == user) & (log.event == Event.CLAIM.value))
		.where(log.at >= since)
		.select(Count(Case().when((log.at >= midnight) & today, log.name)))
		.select(Max(Case().when(log.at <= now, log.at)))
	)
	count, last = query.run()[0]
	return count or 0, get_datetime(last) if last else None


def claimed_today(pool: str, user: str) -> int:
	"""Count the successful self-claims of the site's date."""
	return claims_of(pool, user)[0]


def hold_ended(seats: Sequence[str], user: str) -> dict[str, date]:
	"""Return {seat: site date on which the user's last hold of it ended}, for the cool-down of former holders."""
	log = frappe.qb.DocType("Lead Pool Log")
	query = (
		frappe.qb.from_(log)
		.where(log.seat.isin(list(seats)) & (log.from_holder == user))
		.where((log.to_holder != user) | log.to_holder.isnull())
		.groupby(log.seat)
		.select(log.seat, Max(log.at))
	)
	return {seat: getdate(at) for seat, at in query.run() if at}


def given_back(seats: Sequence[str]) -> dict[str, frappe._dict]:
	"""Return {seat: (from_holder, at, reason, rule)} of its last release or recycling; seats never given back are missing."""
	rows = frappe.get_all(
		"Lead Pool Log",
		filters={
			"seat": ("in", list(seats)),
			"event": ("in", [Event.RELEASE.value, Event.RECYCLE.value]),
		},
		fields=["seat", "from_holder", "at", "reason", "rule"],
		order_by="at, creation",
	)
	return {row.pop("seat"): row for row in rows}


def former_holders(seats: Sequence[str], *, since: date | str | None = None) -> dict[str, set[str]]:
	"""Return {seat: everybody who ever got it, or since a day}; seats nobody held are missing."""
	log = frappe.qb.DocType("Lead Pool Log")
	result: dict[str, set[str]] = {}
	for names in chunks(seats):
		query = frappe.qb.from_(log).where(among(log.seat, names) & (log.to_holder != ""))
		if since:
			query = query.where(log.at >= get_datetime(since))
		for seat, user in query.select(log.seat, log.to_holder).distinct().run():
			result.setdefault(seat, set()).add(user)
	return result


def rename(party_type: str, old: str, new: str) -> None:
	"""Let the history follow a renamed or merged party."""
	log = frappe.qb.DocType("Lead Pool Log")
	frappe.qb.update(log).set(log.party, new).where((log.party_type == party_type) & (log.party == old)).run()


def unite(winners: Mapping[str, str]) -> None:
	"""Give the history of seats to those they were merged into, {old: new}, so that cool-downs go on."""
	log = frappe.qb.DocType("Lead Pool Log")
	for names in chunks(sorted(winners)):
		some = {name: winners[name] for name in names}
		query = frappe.qb.update(log).set(log.seat, each(log.seat, some))
		query.where(among(log.seat, names) & (log.seat != "")).run()
