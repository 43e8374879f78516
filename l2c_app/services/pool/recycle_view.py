"""What people see of recycling: why and when a seat goes back, what keeps it, and what other rules would change by rep."""

from collections.abc import Mapping, Sequence

import frappe
from frappe import _
from frappe.utils import add_days, get_fullname, getdate, nowdate

from l2c_app.core import recycling as core
from l2c_app.core.seats import State
from l2c_app.services.errors import TooManyRows, refuse
from l2c_app.services.pool import going_back, recycle_rules, recycle_run, seat_events

MOST = 20_000


def of_seat(row: frappe._dict) -> dict[str, str]:
	"""Return {"recycle_reason", "kept_by"} of a held seat: the rule behind its date, and what would keep it on that date."""
	policy = recycle_rules.policy_of(frappe.get_cached_doc("Lead Pool", row.pool))
	case = recycle_run.judge([row], policy, today=None)[0]
	if not case.dates:
		return {"recycle_reason": "", "kept_by": ""}
	rule = case.dates[0].rule
	reason = [_(rule.kind.value), rule.tier, _("{0} days").format(rule.days)]
	kept = "" if case.verdict.rule else recycle_run.why_kept(case.verdict)
	return {"recycle_reason": " · ".join(part for part in reason if part), "kept_by": kept}


def effect(pool: str, rules: Sequence[Mapping], holiday_list: str | None) -> dict:
	"""Return what saving other rules would do tonight, by rep: {"rows": [{user, name, held, now, then, kept}], "total"}.

	`now` and `then`: seats that the run takes by the stored and by the given rules; `kept`: due by the given ones, but
	something exempts them. Raises NotAPoolManager, BadRecycleRule, TooManyRows above twenty thousand held seats (a
	preview run answers for those).
	"""
	seat_events.require_manager(pool, frappe.session.user)
	document = frappe.get_doc("Lead Pool", pool)
	held = frappe.db.count("Lead Pool Seat", {"pool": pool, "state": State.HELD.value})
	if held > MOST:
		refuse(TooManyRows, _("Start a preview run instead."), compared=str(held))
	before = recycle_rules.policy_of(document)
	document.holiday_list = holiday_list
	after = recycle_rules.policy_of(document, rules)
	return _by_user(*(_judged(pool, policy) for policy in (before, after)))


def _judged(pool: str, policy: recycle_rules.Policy) -> list[recycle_run.Case]:
	return recycle_run.judge(recycle_run.held(pool), policy, today=getdate(nowdate()))


def _by_user(before: list[recycle_run.Case], after: list[recycle_run.Case]) -> dict:
	rows: dict[str, dict] = {}
	for then, cases in (("now", before), ("then", after)):
		for case in cases:
			user = case.row.holder
			row = rows.setdefault(user, {"user": user, "held": 0, "now": 0, "then": 0, "kept": 0})
			row[then] += bool(case.verdict.rule)
			if then == "then":
				row["held"] += 1
				row["kept"] += case.is_due and not case.verdict.rule
	listed = sorted(rows.values(), key=lambda row: (-row["then"], row["user"]))
	total = {name: sum(row[name] for row in listed) for name in ("held", "now", "then", "kept")}
	return {"rows": [{**row, "name": get_fullname(row["user"])} for row in listed], "total": total}


def about_to_go_back() -> dict:
	"""Return {"value", "fieldtype", "route", "route_options"} of the session user's seats that a run takes within three days."""
	user, today = frappe.session.user, getdate(nowdate())
	last = str(add_days(today, going_back.SOON_DAYS))
	return {
		"value": len(going_back.soon([user], today).get(user, [])),
		"fieldtype": "Int",
		"route": ["List", "Lead Pool Seat"],
		"route_options": {"holder": user, "state": State.HELD.value, "recycle_on": ["<=", last]},
	}


def starting_rules(party_type: str = "Lead") -> list[dict]:
	"""Return rows that a new pool may begin with; customers have no tiers."""
	rows = [
		(kind, tier, days) for kind, tier, days in core.STARTING_RULES if party_type == "Lead" or not tier
	]
	return [{"kind": kind.value, "tier": tier, "days": days} for kind, tier, days in rows]
