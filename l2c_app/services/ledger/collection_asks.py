"""What confirmed Collections asked for: which contracts and rows the money of their vouchers is meant for."""

from collections.abc import Collection
from typing import Any

import frappe


def of_contracts(names: Collection[str]) -> list[Any]:
	"""Return what confirmed Collections asked for, over all contracts of every Collection that names one of these."""
	ask = frappe.qb.DocType("Collection Allocation")
	named = frappe.qb.from_(ask).select(ask.parent).distinct().where(ask.contract.isin(list(names)))
	parents = [row[0] for row in named.run()]
	return _confirmed(ask, ask.parent.isin(parents)) if parents else []


def of_vouchers(names: Collection[str]) -> list[Any]:
	"""Return what the confirmed Collections of vouchers asked for."""
	ask, collection = frappe.qb.DocType("Collection Allocation"), frappe.qb.DocType("Collection")
	return _confirmed(ask, collection.voucher_no.isin(list(names))) if names else []


def _confirmed(ask: Any, condition: Any) -> list[Any]:
	collection = frappe.qb.DocType("Collection")
	return (
		frappe.qb.from_(ask)
		.join(collection)
		.on(collection.name == ask.parent)
		.select(ask.contract, ask.row_id, ask.amount, collection.voucher_type, collection.voucher_no)
		.where(condition & (collection.status == "Confirmed") & (collection.voucher_no != ""))
		.orderby(ask.parent, ask.idx)
		.run(as_dict=True)
	)
