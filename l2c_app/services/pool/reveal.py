"""Looking at contact data that a pool masks for ever: with a reason, counted by the day, logged before it is shown."""

import frappe
from frappe import _
from frappe.utils import get_datetime, get_fullname, now_datetime, nowdate

from l2c_app.core import reveal as rules
from l2c_app.services.errors import NothingToReveal, NotTheHolder, RevealCapReached, refuse
from l2c_app.services.follow_up import reminders
from l2c_app.services.pool import membership_locks, seat_events, vault, visibility


def reveal(lead: str, reason: str) -> list[dict[str, str]]:
	"""Return the real values of a sealed lead for its holder, his team's leaders and managers of its pools.

	Raises NotTheHolder, ReasonMissing, NothingToReveal (nothing is masked), RevealCapReached. Each call is one reveal and one
	log row: who, which lead, which fields, why. The one that reaches the daily cap tells the pool's managers.
	"""
	user = frappe.session.user
	seat = _own_seat(lead, user)
	reason = seat_events.require_reason(reason)
	kept = vault.kept_of(lead)
	if not kept:
		refuse(NothingToReveal, _("The contact data of this lead are not masked."))
	used, cap = _count(seat.pool, user)
	allowance = rules.judge(used, cap)
	if not allowance.allowed:
		refuse(
			RevealCapReached,
			_("The daily number of reveals is used up."),
			compared=_("{0} of {1} today in pool {2}").format(used, cap, seat.pool),
			do=_("Try again tomorrow, or ask a manager of pool {0}.").format(seat.pool),
		)
	_log(
		lead,
		seat.pool,
		reason=reason,
		shown=sorted({f"{e.doctype}: {e.field}" for e in kept}),
		used=used + 1,
		cap=cap,
	)
	if allowance.alarm:
		_alarm(seat.pool, user, cap)
	return [{"doctype": e.doctype, "field": e.field, "mask": e.mask, "value": e.real} for e in kept]


def may_reveal(lead: str, user: str) -> bool:
	"""Return True when something is masked and the user may ask for it."""
	return vault.is_sealed(lead) and _find_seat(lead, user) is not None


def _own_seat(lead: str, user: str) -> frappe._dict:
	seat = _find_seat(lead, user)
	if not seat:
		refuse(
			NotTheHolder,
			_("Only the holder or a manager of the pool sees the contact data."),
			do=_("Claim the lead first."),
		)
	return seat


def _find_seat(lead: str, user: str) -> frappe._dict | None:
	team = visibility.team(user)
	for seat in visibility.live_seats("Lead", [lead]).get(lead, []):
		if (seat.holder and seat.holder in team) or visibility.manages(seat.pool, user):
			return seat
	return None


def _count(pool: str, user: str) -> tuple[int, int]:
	"""Return (reveals of the site's date, cap), counted behind the user's own membership row, so that two calls at once count
	each other.
	"""
	membership_locks.lock_membership(pool, user)
	table = frappe.qb.DocType("Lead Contact Reveal")
	query = frappe.qb.from_(table).select(table.name).where((table.user == user) & (table.pool == pool))
	rows = query.where(table.at >= get_datetime(nowdate())).for_update().run()
	return len(rows), frappe.get_cached_value("Lead Pool", pool, "reveal_cap") or 0


def _log(lead: str, pool: str, *, reason: str, shown: list[str], used: int, cap: int) -> None:
	values = {"lead": lead, "pool": pool, "user": frappe.session.user, "at": now_datetime()}
	numbers = {"reason": reason, "shown": ", ".join(shown), "used": used, "cap": cap}
	frappe.get_doc({"doctype": "Lead Contact Reveal", **values, **numbers}).insert(ignore_permissions=True)


def _alarm(pool: str, user: str, cap: int) -> None:
	"""Tell every manager of the pool, in the Desk; mail goes by each one's own notification settings."""
	for manager in visibility.managers_of([pool]).get(pool, []):
		subject = _(
			"{0} has revealed contact data {1} times today in pool {2}", reminders.language_of(manager)
		).format(get_fullname(user), cap, pool)
		frappe.get_doc(
			{
				"doctype": "Notification Log",
				"for_user": manager,
				"from_user": user,
				"type": "Alert",
				"document_type": "Lead Pool",
				"document_name": pool,
				"subject": frappe.utils.escape_html(subject),
			}
		).insert(ignore_permissions=True)
