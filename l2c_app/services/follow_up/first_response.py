"""First-response clocks per owner, on the host's Service Level Agreement.

An agreement for Lead (or Customer) keeps its native meaning: the host starts its own clock at creation. We add one
clock per hold of a pool seat, from the assignment, by the same agreement, working hours and holidays; the host needs no
further field. A new owner gets a new clock, the former one's is closed as handed over. Nothing happens without such an
agreement.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import frappe
from erpnext.support.doctype.service_level_agreement.service_level_agreement import (
	get_active_service_level_agreement_for,
	get_expected_time_for,
	get_response_and_resolution_duration,
)
from frappe.query_builder.functions import Min
from frappe.utils import get_datetime, now_datetime

from l2c_app.core.seats import State
from l2c_app.services.follow_up.new_rows import insert_missing, name_of

PAGE = 500
WAITING, IN_TIME, LATE, HANDED_OVER = "Waiting", "In Time", "Late", "Handed Over"


def keep() -> dict[str, int]:
	"""Close clocks of former owners, stop answered ones, start those of new holds. Returns counts."""
	counts = {"answered": _stop_answered(), "handed_over": _hand_over(), "started": 0}
	for party_type, since in _agreements().items():
		counts["started"] += _start(party_type, since)
	counts["answered"] += _stop_answered() if counts["started"] else 0
	return counts


def clocks_of(party_type: str, party: str) -> list[dict[str, Any]]:
	"""Return the running clocks of a party that the session user may see: owner and answer due."""
	return frappe.get_list(
		"Lead First Response",
		filters={"party_type": party_type, "party": party, "status": WAITING},
		fields=["holder", "response_by"],
		order_by="response_by",
		limit=20,
	)


def renamed(party_type: str, old: str, new: str) -> None:
	"""Follow a renamed party."""
	table = frappe.qb.DocType("Lead First Response")
	query = frappe.qb.update(table).set(table.party, new)
	query.where((table.party_type == party_type) & (table.party == old)).run()


def _agreements() -> dict[str, datetime]:
	"""Return {party type: creation of its oldest enabled agreement}: what was assigned before is not judged by it."""
	if not frappe.db.get_single_value("Support Settings", "track_service_level_agreement"):
		return {}
	rows = frappe.get_all(
		"Service Level Agreement",
		filters={"enabled": 1, "document_type": ("in", ["Lead", "Customer"])},
		fields=["document_type", "creation"],
		order_by="creation desc",
	)
	return {row.document_type: row.creation for row in rows}


def _start(party_type: str, since: datetime) -> int:
	started, rules, after = 0, _Rules(party_type), ""
	while seats := _seats_without_clock(party_type, since, after):
		clocks = [row for row in (_clock(seat, rules) for seat in seats) if row]
		started += len(insert_missing("Lead First Response", clocks))
		after = seats[-1].name
	return started


def _seats_without_clock(party_type: str, since: datetime, after: str) -> list[Any]:
	seat, clock = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead First Response")
	query = frappe.qb.from_(seat).left_join(clock)
	query = query.on(
		(clock.seat == seat.name) & (clock.holder == seat.holder) & (clock.assigned_on == seat.claimed_on)
	)
	query = query.where(
		(seat.state == State.HELD.value) & (seat.party_type == party_type) & clock.name.isnull()
	)
	query = query.where((seat.claimed_on >= since) & (seat.name > after))
	query = query.select(seat.name, seat.party, seat.party_name, seat.pool, seat.holder, seat.claimed_on)
	return query.orderby(seat.name).limit(PAGE).run(as_dict=True)


class _Rules:
	"""The agreements of one party type; what is the same for all parties is asked of the host once."""

	def __init__(self, party_type: str) -> None:
		self.party_type = party_type
		narrow = frappe.get_all(
			"Service Level Agreement",
			filters={"enabled": 1, "document_type": party_type},
			fields=["condition", "entity_type"],
			order_by="name",
		)
		self.same_for_all = not any(row.condition or row.entity_type for row in narrow)
		self.levels: dict[str, Any] = {}
		self.due: dict[tuple[str, datetime], datetime] = {}
		self.common = self._agreement(frappe._dict(doctype=party_type)) if self.same_for_all else None

	def due_of(self, party: str, start: datetime) -> tuple[str, datetime] | None:
		"""Return (agreement, answer due) of a party assigned at `start`, None without an agreement."""
		agreement = self.common
		if not self.same_for_all:
			document = frappe.get_doc(self.party_type, party)
			document.service_level_agreement = document.priority = None
			agreement = self._agreement(document)
		if not agreement:
			return None
		key = (agreement.name, start)
		if key not in self.due:
			self.due[key] = get_expected_time_for(
				"response", self.levels[agreement.name], get_datetime(start)
			)
		return agreement.name, self.due[key]

	def _agreement(self, document: Any) -> Any:
		agreement = get_active_service_level_agreement_for(document)
		if agreement and agreement.name not in self.levels:
			named = frappe._dict(service_level_agreement=agreement.name, priority=agreement.default_priority)
			self.levels[agreement.name] = get_response_and_resolution_duration(named)
		return agreement


def _clock(seat: Any, rules: _Rules) -> dict[str, Any] | None:
	found = rules.due_of(seat.party, seat.claimed_on)
	if not found:
		return None
	return {
		"name": name_of(seat.name, seat.holder, str(seat.claimed_on)),
		"seat": seat.name,
		"pool": seat.pool,
		"party_type": rules.party_type,
		"party": seat.party,
		"party_name": seat.party_name,
		"holder": seat.holder,
		"assigned_on": seat.claimed_on,
		"service_level_agreement": found[0],
		"response_by": found[1],
		"status": WAITING,
	}


def _stop_answered() -> int:
	"""Stop waiting clocks at the first counted act of their owner since the assignment."""
	clock, evidence = frappe.qb.DocType("Lead First Response"), frappe.qb.DocType("Follow Up Effort")
	query = frappe.qb.from_(clock).join(evidence)
	query = query.on(
		(evidence.party_type == clock.party_type)
		& (evidence.party == clock.party)
		& (evidence.user == clock.holder)
		& (evidence.recorded_at >= clock.assigned_on)
	)
	query = query.where((clock.status == WAITING) & (evidence.counts == 1))
	query = query.select(clock.name, clock.response_by, Min(evidence.recorded_at).as_("at"))
	rows = query.groupby(clock.name, clock.response_by).orderby(clock.name).run(as_dict=True)
	for row in rows:
		status = IN_TIME if get_datetime(row.at) <= get_datetime(row.response_by) else LATE
		values = {"first_responded_on": row.at, "status": status, "ended_on": row.at}
		frappe.db.set_value("Lead First Response", row.name, values)
	return len(rows)


def _hand_over() -> int:
	"""Close the clocks whose hold has ended without an answer."""
	clock, seat = frappe.qb.DocType("Lead First Response"), frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(clock).left_join(seat)
	query = query.on(
		(seat.name == clock.seat) & (seat.holder == clock.holder) & (seat.claimed_on == clock.assigned_on)
	)
	query = query.where((clock.status == WAITING) & seat.name.isnull())
	names = query.select(clock.name).orderby(clock.name).run(pluck=True)
	for start in range(0, len(names), PAGE):
		_close(names[start : start + PAGE])
	return len(names)


def _close(names: Sequence[str]) -> None:
	table = frappe.qb.DocType("Lead First Response")
	query = frappe.qb.update(table).set(table.status, HANDED_OVER).set(table.ended_on, now_datetime())
	query.where(table.name.isin(list(names))).run()
