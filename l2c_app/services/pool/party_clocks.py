"""What the dates of a seat depend on: its claim and efforts, the tier of a lead, the group of a customer and when he last bought."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import frappe
from frappe.query_builder.functions import Max
from frappe.utils import get_datetime, getdate, nowdate

from l2c_app.core import recycling as core
from l2c_app.services.pool.name_lists import among, chunks
from l2c_app.services.pool.recycle_rules import Policy

TIER_FIELD = {"Lead": "l2c_tier", "Customer": "customer_group"}
Party = tuple[str, str]


class Clocks:
	"""The clocks of some held seats under the policies of their pools; what no rule asks for is not read."""

	def __init__(self, rows: Sequence[frappe._dict], policies: dict[str, Policy]) -> None:
		self.tiers = _tiers_of([row for row in rows if policies[row.pool].has_tiers])
		self.bought = _bought_of([row for row in rows if policies[row.pool].asks_for_deals])

	def tier(self, row: frappe._dict) -> str:
		"""Return the tier of a seat's party, of a customer his group."""
		return self.tiers.get((row.party_type, row.party), "")

	def of(self, row: frappe._dict) -> core.Clock:
		"""Return the clock of a held seat, in site dates."""
		return self._clock(row, _day(row.claimed_on), _day(row.last_effort_on))

	def from_now(self, row: frappe._dict, at: datetime) -> core.Clock:
		"""Return the clock of a seat that gets its holder at this moment."""
		return self._clock(row, at.date(), None)

	def _clock(self, row: frappe._dict, claimed: date, effort: date | None) -> core.Clock:
		return core.Clock(claimed, effort, self.tier(row), self.bought.get(row.party))


def _day(moment: datetime | str | None) -> date | None:
	if isinstance(moment, str):
		moment = get_datetime(moment)
	return moment.date() if moment else None


def _tiers_of(rows: Sequence[frappe._dict]) -> dict[Party, str]:
	result: dict[Party, str] = {}
	for party_type, field in TIER_FIELD.items():
		parties = sorted({row.party for row in rows if row.party_type == party_type})
		for names in chunks(parties):
			filters = {"name": ("in", names), field: ("is", "set")}
			for party in frappe.get_all(party_type, filters=filters, fields=["name", field], order_by="name"):
				result[(party_type, party.name)] = party[field]
	return result


def _bought_of(rows: Sequence[frappe._dict]) -> dict[str, date]:
	"""Return {customer: when he last bought}. Who ordered or was invoiced bought; one dated ahead counts from its day on."""
	result: dict[str, date] = {}
	for names in chunks(sorted({row.party for row in rows if row.party_type == "Customer"})):
		for doctype, day in (("Sales Order", "transaction_date"), ("Sales Invoice", "posting_date")):
			for customer, latest in _latest(doctype, day, names):
				result[customer] = max(getdate(latest), result.get(customer, date.min))
	return result


def _latest(doctype: str, day: str, customers: Collection[str]) -> tuple:
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(table.customer, Max(table[day]))
	query = query.where((table.docstatus == 1) & (table[day] <= nowdate()) & among(table.customer, customers))
	if doctype == "Sales Invoice":
		query = query.where(table.is_return == 0)
	return query.groupby(table.customer).run()
