"""First half of the story: a file of leads becomes seats, seats find holders, holders follow up."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

import frappe

from demo import world
from l2c_app.services.follow_up import follow_ups
from l2c_app.services.lead.lead_import import import_leads
from l2c_app.services.pool import claims, distribution
from l2c_app.services.pool.distribution import Wish

CHUNK = 100
WORKED_SHARE = 3  # every third held lead is followed up
OUTCOMES = ("Reached", "No Answer", "Interested", "Not Interested", "Meeting Agreed", "Offer Requested")
Progress = Callable[[str, int, int], None]


def open_pool() -> None:
	"""Make the pool that admits every new lead; the manager leads it, the reps are its members."""
	members = [
		{"member_type": "User", "user": world.rep(name), "weight": 1 + number % 2}
		for number, name in enumerate(world.REPS)
	]
	members.append({"member_type": "User", "user": world.manager(), "is_manager": 1, "weight": 0})
	pool = frappe.get_doc(
		{
			"doctype": "Lead Pool",
			"pool_name": world.POOL,
			"enabled": 1,
			"members": members,
			"admission_filters": '[["status", "=", "Lead"]]',
			"holding_cap": 400,
			"daily_quota": 10,
			"distribution_method": "Weighted",
		}
	)
	with world.acting(world.manager()):
		pool.insert()
	frappe.db.commit()


def bring_in(rows: Sequence[dict], progress: Progress) -> tuple[Counter, list[str]]:
	"""Import the rows as the manager: how many came to which end, and each row that did not with its reason."""
	ends: Counter = Counter()
	refusals: list[str] = []
	with world.acting(world.manager()):
		for start in range(0, len(rows), CHUNK):
			for result in import_leads(rows[start : start + CHUNK]):
				ends[result["status"]] += 1
				if result["reason"]:
					ends[_kind(result["reason"])] += 1
					refusals.append(
						f"lead row {start + result['row']} {result['status']}: {result['reason']}"
					)
			frappe.db.commit()
			progress("leads in", min(start + CHUNK, len(rows)), len(rows))
	return ends, refusals


def _kind(reason: str) -> str:
	"""Return a reason without the numbers of its row, so that equal ones add up."""
	return "reason: " + " ".join("#" if word.isdigit() else word for word in reason.split())


def hand_out(count: int) -> dict[str, int]:
	"""Preview, then distribute seats by weight; returns seats by user."""
	with world.acting(world.manager()):
		planned = distribution.preview(world.POOL, Wish(count=count))
		done = distribution.distribute(world.POOL, Wish(count=count))
		frappe.db.commit()
	if planned["by_user"] != done["by_user"]:
		raise AssertionError(f"the preview said {planned['by_user']}, the run did {done['by_user']}")
	return done["by_user"]


def claim_more() -> Counter:
	"""Every rep asks for two seats more than his quota allows; returns the ends by rule."""
	ends: Counter = Counter()
	for name in world.REPS:
		free = frappe.get_all(
			"Lead Pool Seat",
			filters={"pool": world.POOL, "state": "Available"},
			pluck="name",
			order_by="admitted_on, name",
			limit=12,
		)
		with world.acting(world.rep(name)):
			for answer in claims.claim(free):
				ends["claimed" if answer["ok"] else f"refused by {answer['rule']}"] += 1
			frappe.db.commit()
	return ends


def work(today: date, progress: Progress) -> int:
	"""Log a follow up with its next step on every third held lead, each by its holder. Returns how many."""
	seats = frappe.get_all(
		"Lead Pool Seat",
		filters={"pool": world.POOL, "state": "Held"},
		fields=["party", "holder"],
		order_by="holder, name",
	)
	chosen = list(islice(seats, 0, None, WORKED_SHARE))
	for number, seat in enumerate(chosen):
		with world.acting(seat.holder):
			follow_ups.log("Lead", seat.party, result=_result(number, today))
		if number % CHUNK == 0 or number + 1 == len(chosen):
			frappe.db.commit()
			progress("follow ups", number + 1, len(chosen))
	return len(chosen)


def _result(number: int, today: date) -> dict:
	outcome = OUTCOMES[number % len(OUTCOMES)]
	result = {
		"follow_up_type": "Call",
		"outcome": outcome,
		"note": f"Spoke about the machine on stand {number}; {outcome.lower()}.",
	}
	if outcome == "Not Interested":
		return {**result, "closes": 1, "close_reason": "No need this year"}
	return {
		**result,
		"next_action": "Call",
		"next_action_on": f"{today + timedelta(days=3 + number % 9)} 10:00:00",
	}


def holders() -> dict[str, str]:
	"""Return lead by company name, or by person where there is none, for every held lead: so a deal finds its lead."""
	return {row.company_name or row.lead_name: row.name for row in _held_leads()}


def _held_leads() -> Iterator:
	seat, lead = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead")
	query = frappe.qb.from_(seat).inner_join(lead).on(lead.name == seat.party)
	query = (
		query.select(lead.name, lead.company_name, lead.lead_name)
		.where(seat.state == "Held")
		.orderby(lead.name)
	)
	return query.run(as_dict=True)
