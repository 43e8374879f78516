"""What the page shows, read back from the documents and ledgers that the story left."""

from dataclasses import dataclass
from datetime import date

import frappe
import pandas as pd

from demo import world
from l2c_app.core.ageing import BUCKETS, bucket_of


@dataclass(frozen=True)
class Figures:
	"""All numbers of the page; money in company currency."""

	funnel: list[tuple[str, float]]
	months: list[str]
	planned: list[float]
	collected: list[float]
	ageing: list[tuple[str, list[float]]]
	reps: list[dict]
	totals: dict[str, float]


def read(today: date) -> Figures:
	"""Read the figures as of the last day of the story."""
	contracts, rows, receipts = _contracts(), _rows(), _receipts()
	months, planned, collected = _by_month(rows, receipts, today)
	totals = {
		name: float((contracts[name] * contracts.rate).sum())
		for name in ("grand_total", "billed", "open_amount", "overdue_amount")
	}
	totals["collected"] = float(contracts.collected_base.sum())
	return Figures(
		_funnel(contracts),
		months,
		planned,
		collected,
		_ageing(rows, contracts, today),
		_reps(contracts),
		totals,
	)


def _contracts() -> pd.DataFrame:
	fields = [
		"name",
		"contract_owner",
		"grand_total",
		"billed",
		"collected",
		"collected_base",
		"open_amount",
		"overdue_amount",
		"conversion_rate",
	]
	found = frappe.get_all("Sales Contract", filters={"docstatus": 1}, fields=fields, order_by="name")
	return _frame(found, fields).rename(columns={"conversion_rate": "rate"})


def _frame(found: list, fields: list[str]) -> pd.DataFrame:
	return pd.DataFrame([dict(row) for row in found], columns=fields)


def _rows() -> pd.DataFrame:
	fields = ["parent", "amount", "due_date", "open_amount"]
	found = frappe.get_all(
		"Sales Contract Plan Row", filters={"docstatus": 1}, fields=fields, order_by="parent, idx"
	)
	return _frame(found, fields)


def _receipts() -> pd.DataFrame:
	fields = ["posting_date", "base_amount"]
	found = frappe.get_all(
		"Contract Voucher",
		filters={"kind": ("in", ["Cash", "Advance"])},
		fields=fields,
		order_by="posting_date",
	)
	return _frame(found, fields)


def _funnel(contracts: pd.DataFrame) -> list[tuple[str, float]]:
	found = frappe.get_all(
		"Lead Pool Log",
		filters={"pool": world.POOL, "to_holder": ("is", "set")},
		pluck="party",
		order_by="party",
	)
	worked = frappe.get_all("Follow Up", filters={"status": "Done"}, pluck="lead", order_by="lead")
	return [
		("Leads", frappe.db.count("Lead")),
		("Found a holder", len(set(found))),
		("Followed up", len(set(worked))),
		("Signed", len(contracts)),
		("Billed", int((contracts.billed > 0).sum())),
		("Paid something", int((contracts.collected > 0).sum())),
		("Settled", int((contracts.open_amount == 0).sum())),
	]


def _by_month(
	rows: pd.DataFrame, receipts: pd.DataFrame, today: date
) -> tuple[list[str], list[float], list[float]]:
	rates = dict(
		frappe.get_all("Sales Contract", fields=["name", "conversion_rate"], as_list=True, order_by="name")
	)
	due = rows.dropna(subset=["due_date"])
	planned = (
		(due.amount * due.parent.map(rates)).groupby(pd.to_datetime(due.due_date).dt.to_period("M")).sum()
	)
	paid = receipts.base_amount.groupby(pd.to_datetime(receipts.posting_date).dt.to_period("M")).sum()
	first = min([*planned.index, *paid.index, pd.Period(today, "M")])
	span = pd.period_range(first, pd.Period(today, "M"), freq="M")
	return (
		[str(month) for month in span],
		[float(planned.get(m, 0)) for m in span],
		[float(paid.get(m, 0)) for m in span],
	)


def _ageing(rows: pd.DataFrame, contracts: pd.DataFrame, today: date) -> list[tuple[str, list[float]]]:
	"""Open plan money by sales person and age of its due date."""
	heads = contracts.set_index("name")
	result = {name: dict.fromkeys(BUCKETS, 0.0) for name in world.REPS}
	for row in rows[rows.open_amount > 0].itertuples():
		due = pd.to_datetime(row.due_date).date() if row.due_date else None
		head = heads.loc[row.parent]
		result[world.name_of(head.contract_owner)][bucket_of(due, today)] += row.open_amount * head.rate
	return [(name, list(ages.values())) for name, ages in result.items()]


def _reps(contracts: pd.DataFrame) -> list[dict]:
	rows = []
	for name in world.REPS:
		user, own = world.rep(name), contracts[contracts.contract_owner == world.rep(name)]
		rows.append(
			{
				"Sales person": name,
				"Leads held": frappe.db.count("Lead Pool Seat", {"holder": user, "state": "Held"}),
				"Follow ups": frappe.db.count("Follow Up", {"assigned_to": user, "status": "Done"}),
				"Overdue follow ups": frappe.db.count(
					"Follow Up",
					{
						"assigned_to": user,
						"status": "Planned",
						"planned_for": ("<", frappe.utils.now_datetime()),
					},
				),
				"Contracts": len(own),
				"Signed": float((own.grand_total * own.rate).sum()),
				"Collected": float(own.collected_base.sum()),
				"Overdue": float((own.overdue_amount * own.rate).sum()),
			}
		)
	return rows
