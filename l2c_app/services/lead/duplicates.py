"""Is this person or company known? Looked up across all owners, answered without any contact data."""

import time
from collections.abc import Iterable, Sequence

import frappe
from frappe import _
from frappe.utils import formatdate, get_fullname

from l2c_app.core import duplicates as rules
from l2c_app.core.seats import State
from l2c_app.services.errors import TooManyLookups, refuse
from l2c_app.services.lead import party_keys
from l2c_app.services.pool import visibility

LOOKUPS_PER_HOUR = 60
HOUR = 3600
LOOKED_UP = "l2c_looked_up:{0}"  # (when the user's hour began, look-ups since)
MOST_SHOWN = 20
FREE, IN_POOL, HELD, KNOWN = "Free", "In Pool", "Held", "Known"
BEING_SAVED = "Being Saved"


def check(
	*,
	phone: str | None = None,
	email: str | None = None,
	company_name: str | None = None,
	tax_id: str | None = None,
) -> dict:
	"""Answer whether a party with these data exists: {"state": Free | In Pool | Held | Known, "matches": [...]}.

	A match tells by what it was found, how sure that is (score, and the points of each evidence), pool, state, holder and
	until when it is held; the document's name only to those who may read it. The surest comes first. Raises TooManyLookups
	(per user and hour) and PermissionError for users who may not create leads.
	"""
	frappe.has_permission("Lead", "create", throw=True)
	count_lookup(frappe.session.user)
	region = party_keys.default_region()
	typed = (
		(rules.PHONE, phone),
		(rules.EMAIL, email),
		(rules.DOMAIN, email),
		(rules.COMPANY, company_name),
		(rules.TAX_ID, tax_id),
	)
	keys = {(kind, party_keys.key_of(kind, text, region)) for kind, text in typed if text}
	return answer(party_keys.parties_with(key for key in keys if key[1]))


def answer(rows: Sequence[frappe._dict]) -> dict:
	"""Return the masked answer for rows of the key table."""
	found = _kinds_by_party(rows)
	surest = sorted(found, key=lambda party: (-rules.score(found[party]), party))[:MOST_SHOWN]
	seats = {kind: _seats(kind, [party for each, party in surest if each == kind]) for kind, _party in surest}
	matches = [
		_match(*party, sorted(found[party]), seats=seats[party[0]].get(party[1], [])) for party in surest
	]
	states = {match["state"] for match in matches}
	worst = next((state for state in (HELD, IN_POOL, KNOWN) if state in states), FREE)
	return {"state": worst, "matches": matches, "total": len(found)}


def _kinds_by_party(rows: Iterable[frappe._dict]) -> dict[tuple[str, str], set[str]]:
	found: dict[tuple[str, str], set[str]] = {}
	for row in rows:
		found.setdefault((row.party_type, row.party), set()).add(row.kind)
	return found


def of_new_party(party_type: str, party: str, keys: Iterable[party_keys.Key]) -> list[frappe._dict]:
	"""Return the rows of other parties alike enough to be noted, by keys just stored (see parties_with on parallel inserts)."""
	rows = party_keys.parties_with(keys, lock=True)
	found = _kinds_by_party(rows)
	alike = {each for each, kinds in found.items() if rules.score(kinds) >= rules.NOTED}
	return [row for row in rows if (row.party_type, row.party) in alike - {(party_type, party)}]


def _seats(party_type: str, parties: list[str]) -> dict[str, list]:
	"""Return {party: its live seats}, held ones with the dates of their end."""
	live = visibility.live_seats(party_type, parties) if party_type else {}
	names = [seat.name for seats in live.values() for seat in seats]
	fields = ["name", "recycle_on", "protected_until"]
	rows = frappe.get_all("Lead Pool Seat", filters={"name": ("in", names)}, fields=fields, order_by="name")
	dates = {row.pop("name"): row for row in rows}
	for seats in live.values():
		for seat in seats:
			seat.until = rules.held_until(**dates[seat.name])
	return live


def _match(party_type: str, party: str, kinds: list[str], *, seats: list) -> dict:
	match = {
		"party_type": party_type,
		"found_by": kinds,
		"score": rules.score(kinds),
		"evidence": [{"kind": kind, "points": rules.EVIDENCE[kind]} for kind in kinds],
		"state": _state(seats) if party else BEING_SAVED,
		"seats": [
			{
				"pool": seat.pool,
				"state": seat.state,
				"holder": get_fullname(seat.holder) if seat.holder else None,
				"held_until": str(seat.until) if seat.holder and seat.until else None,
			}
			for seat in seats
		],
	}
	if party and frappe.has_permission(party_type, "read", doc=party):
		match["party"] = party
	if party and not seats:
		match["owner"] = _owner(party_type, party)
	return match


def _state(seats: list) -> str:
	if any(seat.state == State.HELD.value for seat in seats):
		return HELD
	return IN_POOL if seats else KNOWN


def _owner(party_type: str, party: str) -> str | None:
	user = frappe.db.get_value(party_type, party, visibility.OWNER_FIELD[party_type])
	return get_fullname(user) if user else None


def count_lookup(user: str) -> None:
	"""Allow so many look-ups per user and hour: the box is for a name at a time, not for reading out the customer base."""
	key, now = LOOKED_UP.format(user), time.time()
	began, used = frappe.cache.get_value(key, expires=True) or (now, 0)
	if now - began >= HOUR:
		began, used = now, 0
	if used >= LOOKUPS_PER_HOUR:
		refuse(
			TooManyLookups,
			_("Too many look-ups."),
			compared=_("{0} in the last hour").format(used),
			do=_("Try again in an hour."),
		)
	frappe.cache.set_value(key, (began, used + 1), expires_in_sec=HOUR)


def say(matches: Iterable[dict], *, masked: bool = False) -> str:
	"""Return one plain sentence per match, for a message after saving. `masked`: others will read it, so it names nobody."""
	lines = []
	for match in matches:
		by = ", ".join(_(kind) for kind in match["found_by"])
		known = (None if masked else match.get("party")) or _(match["party_type"])
		if match["state"] == BEING_SAVED:
			lines.append(_("Somebody saves the same {0} at this moment.").format(by))
		else:
			lines.append(_("{0} has the same {1}. {2}").format(known, by, _where(match)).strip())
	return "\n".join(lines)


def _where(match: dict) -> str:
	places = []
	for seat in match["seats"]:
		holder = f" ({seat['holder']})" if seat["holder"] else ""
		until = " " + _("until {0}").format(formatdate(seat["held_until"])) if seat["held_until"] else ""
		places.append(f"{seat['pool']}: {_(seat['state'])}{holder}{until}")
	return ", ".join(places) or match.get("owner") or ""
