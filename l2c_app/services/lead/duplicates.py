"""Is this person or company known? Looked up across all owners, answered without any contact data."""

from collections.abc import Iterable, Sequence

import frappe
from frappe import _
from frappe.utils import get_fullname

from l2c_app.core.seats import State
from l2c_app.services.errors import TooManyLookups, refuse
from l2c_app.services.lead import party_keys
from l2c_app.services.pool import visibility

LOOKUPS_PER_HOUR = 60
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

	A match tells by what it was found, pool, state and holder; the document's name only to those who may read it. Raises
	TooManyLookups (per user and hour) and PermissionError for users who may not create leads.
	"""
	frappe.has_permission("Lead", "create", throw=True)
	_count_lookup(frappe.session.user)
	region = party_keys.default_region()
	typed = (
		(party_keys.PHONE, phone),
		(party_keys.EMAIL, email),
		(party_keys.COMPANY, company_name),
		(party_keys.TAX_ID, tax_id),
	)
	keys = {(kind, party_keys.key_of(kind, text, region)) for kind, text in typed if text}
	return answer(party_keys.parties_with(key for key in keys if key[1]))


def answer(rows: Sequence[frappe._dict]) -> dict:
	"""Return the masked answer for rows of the key table."""
	found: dict[tuple[str, str], set[str]] = {}
	for row in rows:
		found.setdefault((row.party_type, row.party), set()).add(row.kind)
	matches = [_match(*party, sorted(found[party])) for party in sorted(found)[:MOST_SHOWN]]
	states = {match["state"] for match in matches}
	worst = next((state for state in (HELD, IN_POOL, KNOWN) if state in states), FREE)
	return {"state": worst, "matches": matches, "total": len(found)}


def of_new_party(party_type: str, party: str, keys: Iterable[party_keys.Key]) -> list[frappe._dict]:
	"""Return the other parties with the keys just stored for a new one (see parties_with on parallel inserts)."""
	rows = party_keys.parties_with(keys, lock=True)
	return [row for row in rows if (row.party_type, row.party) != (party_type, party)]


def _match(party_type: str, party: str, kinds: list[str]) -> dict:
	if not party:
		return {"party_type": "", "found_by": kinds, "state": BEING_SAVED, "seats": []}
	seats = visibility.live_seats(party_type, [party]).get(party, [])
	match = {
		"party_type": party_type,
		"found_by": kinds,
		"state": _state(seats),
		"seats": [
			{
				"pool": seat.pool,
				"state": seat.state,
				"holder": get_fullname(seat.holder) if seat.holder else None,
			}
			for seat in seats
		],
	}
	if frappe.has_permission(party_type, "read", doc=party):
		match["party"] = party
	if not seats:
		match["owner"] = _owner(party_type, party)
	return match


def _state(seats: list) -> str:
	if any(seat.state == State.HELD.value for seat in seats):
		return HELD
	return IN_POOL if seats else KNOWN


def _owner(party_type: str, party: str) -> str | None:
	user = frappe.db.get_value(party_type, party, visibility.OWNER_FIELD[party_type])
	return get_fullname(user) if user else None


def _count_lookup(user: str) -> None:
	"""Allow so many look-ups per user and hour: the box is for a name at a time, not for reading out the customer base."""
	key = f"l2c_lookups:{user}"
	used = int(frappe.cache.get_value(key, expires=True) or 0)
	if used >= LOOKUPS_PER_HOUR:
		refuse(
			TooManyLookups,
			_("Too many look-ups."),
			compared=_("{0} in the last hour").format(used),
			do=_("Try again in an hour."),
		)
	frappe.cache.set_value(key, used + 1, expires_in_sec=3600)


def say(rows: Sequence[frappe._dict], *, masked: bool = False) -> str:
	"""Return one plain sentence per match, for a message after saving. `masked`: others will read it, so it names nobody."""
	lines = []
	for match in answer(rows)["matches"]:
		where = ", ".join(
			f"{seat['pool']}: {_(seat['state'])}" + (f" ({seat['holder']})" if seat["holder"] else "")
			for seat in match["seats"]
		)
		by = ", ".join(_(kind) for kind in match["found_by"])
		if match["state"] == BEING_SAVED:
			lines.append(_("Somebody saves the same {0} at this moment.").format(by))
			continue
		known = (None if masked else match.get("party")) or _(match["party_type"])
		lines.append(_("{0} has the same {1}. {2}").format(known, by, where).strip())
	return "\n".join(lines)


def known(*, phones: Iterable[str | None], email: str | None) -> list[frappe._dict]:
	"""Return the key rows of parties that have one of these phones or this mail address. For the system: no rate limit."""
	region = party_keys.default_region()
	keys = {(party_keys.PHONE, party_keys.phone_key(text, region)) for text in phones if text}
	keys |= {(party_keys.EMAIL, party_keys.key_of(party_keys.EMAIL, email, region))} if email else set()
	return party_keys.parties_with(key for key in keys if key[1])
