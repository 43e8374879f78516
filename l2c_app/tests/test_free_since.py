"""Since when a seat is free: what "Unassigned over 24 Hours" counts, however long ago the lead was admitted."""

import json
from pathlib import Path

import frappe
from frappe.utils import add_days, get_datetime, now_datetime

import l2c_app
from l2c_app.core.seats import Event
from l2c_app.patches.v1_0 import free_since
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

CARD = "l2c_app/number_card/unassigned_over_24_hours/unassigned_over_24_hours.json"


class TestFreeSince(PoolCase):
	def since(self, seat: str):
		return frappe.db.get_value("Lead Pool Seat", seat, "free_since")

	def counted(self) -> list[str]:
		"""Return the seats that the card counts, by its own filters."""
		card = json.loads((Path(l2c_app.__file__).parent / CARD).read_text(encoding="utf-8"))
		_doctype, state, operator, value, _hidden = json.loads(card["filters_json"])[0]
		_doctype, field, before, _expression = json.loads(card["dynamic_filters_json"])[0]
		filters = [
			[state, operator, value],
			[field, before, add_days(now_datetime(), -1)],
			["pool", "=", POOL],
		]
		return frappe.get_all("Lead Pool Seat", filters=filters, pluck="name", order_by="name")

	def age(self, seat: str, **days: int) -> None:
		values = {field: add_days(now_datetime(), -number) for field, number in days.items()}
		frappe.db.set_value("Lead Pool Seat", seat, values)

	def test_it_begins_when_the_seat_is_admitted_given_back_or_reopened_and_ends_when_it_is_held(self):
		seat = self.seat(self.lead()).name
		self.assertTrue(self.since(seat))
		move([Move(seat, Event.ASSIGN, self.rep)])
		self.assertIsNone(self.since(seat))
		for event in (Event.RELEASE, Event.CLOSE, Event.REOPEN):
			before = now_datetime().replace(microsecond=0)
			move([Move(seat, event)])
			if event is Event.CLOSE:
				self.assertIsNone(self.since(seat))
			else:
				self.assertGreaterEqual(get_datetime(self.since(seat)), before)

	def test_pain_leads_stay_unassigned_those_over_24_hours_are_counted(self):
		back, waits = self.seat(self.lead(1)).name, self.seat(self.lead(2)).name
		for seat in (back, waits):
			self.age(seat, admitted_on=9, free_since=2)
		move([Move(back, Event.ASSIGN, self.rep)])
		move([Move(back, Event.RELEASE)])
		self.assertEqual(self.counted(), [waits])

	@bench_only("an update over a join")
	def test_the_patch_reads_it_from_the_log(self):
		seat = self.claimed(self.lead()).name
		move([Move(seat, Event.RELEASE)])
		known = self.since(seat)
		frappe.db.set_value("Lead Pool Seat", seat, "free_since", None)
		free_since.execute()
		self.assertEqual(self.since(seat), known)
