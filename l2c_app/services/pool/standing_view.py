"""What a member still may take, shown before he is refused: quota, interval, holding, backlog, cool-down, capacity."""

import frappe
from frappe import _
from frappe.utils import now_datetime, nowdate

from l2c_app.core import claims as rules
from l2c_app.services.errors import NotAPoolMember, refuse
from l2c_app.services.pool import claim_answers, claims, overdue_cash, receivers, visibility


def of_pool(pool: str) -> dict:
	"""Return where the session user stands in a pool: {"rows": [{name, used, limit, left}], "cool_down_days", "refusal"}.

	Limits of 0 bind nobody and are left out. `refusal`: what a claim would be refused with now, whatever the seat, "" when
	nothing stands against it. Raises NotAPoolMember. Changes and locks nothing; the claim itself counts again, locked.
	"""
	user = frappe.session.user
	if not visibility.is_member(pool, user):
		refuse(NotAPoolMember, _("You are no member of pool {0}.").format(pool))
	document = frappe.get_cached_doc("Lead Pool", pool)
	filters = {"pool": pool, "user": user}
	member = frappe.db.get_value("Lead Pool Membership", filters, ["holding_cap", "capacity"], as_dict=True)
	limits = overdue_cash.cut(claims.limits_of(document, member), document, user)
	limits, standing = claims.over_all(limits, claims.standing_of(pool, user), user)
	refusal = rules.judge(limits, standing, last_hold_ended=None, now=now_datetime())
	rows = rules.what_is_left(limits, standing)
	capacity = receivers.capacity_rooms(pool, {user: member.capacity})
	return {
		"day": nowdate(),
		"rows": [
			{"name": name, "used": used, "limit": limit, "left": left} for name, used, limit, left in rows
		],
		"may_be_given": capacity.get(user),
		"cool_down_days": limits.cool_down_days,
		"refusal": claim_answers.describe(refusal) if refusal else "",
	}
