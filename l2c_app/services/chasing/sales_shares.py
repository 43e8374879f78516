"""How amounts of invoices and orders are shared by the sales people of their Sales Team."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import frappe

from l2c_app.core.money import exact, split_by_weights

NOBODY = ""


def shares(amounts: Mapping[str, int]) -> dict[str, int]:
	"""Return {sales person: minor units} of {invoice or order: minor units}; NOBODY has what no share covers.

	The parts of each document add up to its amount.
	"""
	teams = _teams(amounts)
	found: dict[str, int] = defaultdict(int)
	for document, amount in amounts.items():
		team = teams.get(document, {NOBODY: exact(100)})
		sign = -1 if amount < 0 else 1
		parts = split_by_weights(abs(amount), list(team.values()))
		for person, part in zip(team, parts, strict=True):
			found[person] += sign * part
	return {person: amount for person, amount in found.items() if amount}


def _teams(documents: Collection[str]) -> dict[str, dict[str, Any]]:
	"""Return {document: {sales person: percent}}, filled up to 100 percent with NOBODY."""
	if not documents:
		return {}
	rows = frappe.get_all(
		"Sales Team",
		filters={
			"parent": ("in", sorted(documents)),
			"parenttype": ("in", ("Sales Invoice", "Sales Order")),
			"allocated_percentage": (">", 0),
		},
		fields=["parent", "sales_person", "allocated_percentage"],
		order_by="parent, idx",
	)
	found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(lambda: exact(0)))
	for row in rows:
		found[row.parent][row.sales_person or NOBODY] += exact(row.allocated_percentage)
	for team in found.values():
		left = exact(100) - sum(team.values())
		if left > 0:
			team[NOBODY] += left
	return {document: dict(team) for document, team in found.items()}
