"""Connections from the native documents to ours. Each extends what is there and removes nothing."""

from typing import Any

from frappe import _

Data = dict[str, Any]


def lead(data: Data) -> Data:
	"""Follow ups, contracts and seats of a Lead."""
	fields = {"Follow Up": "lead", "Sales Contract": "lead", "Lead Pool Seat": "party"}
	return _extend(data, ["Follow Up", "Sales Contract", "Lead Pool Seat"], fields=fields)


def opportunity(data: Data) -> Data:
	"""Follow ups on an Opportunity and contracts made from it."""
	return _extend(data, ["Follow Up", "Sales Contract"], fields=_from_source())


def quotation(data: Data) -> Data:
	"""Follow ups on a Quotation and contracts made from it."""
	return _extend(data, ["Follow Up", "Sales Contract"], fields=_from_source())


def customer(data: Data) -> Data:
	"""Follow ups, contracts, collections and seats of a Customer."""
	names = ["Follow Up", "Sales Contract", "Collection"]
	fields = {**dict.fromkeys(names, "customer"), "Lead Pool Seat": "party"}
	return _extend(data, [*names, "Lead Pool Seat"], fields=fields)


def sales_order(data: Data) -> Data:
	"""The contract of a Sales Order and follow ups on the order."""
	return _extend(
		data,
		["Sales Contract", "Follow Up"],
		fields={"Follow Up": "reference_name"},
		internal={"Sales Contract": "l2c_contract"},
	)


def sales_invoice(data: Data) -> Data:
	"""The contract of a Sales Invoice and follow ups on the invoice."""
	return _extend(
		data,
		["Sales Contract", "Follow Up"],
		fields={"Follow Up": "reference_name"},
		internal={"Sales Contract": "l2c_contract"},
	)


def payment_entry(data: Data) -> Data:
	"""The collection a Payment Entry was made or linked for."""
	return _extend(data, ["Collection"], internal={"Collection": "l2c_collection"})


def _from_source() -> dict[str, str]:
	return {"Follow Up": "reference_name", "Sales Contract": "source_name"}


def _extend(
	data: Data,
	items: list[str],
	*,
	fields: dict[str, str] | None = None,
	internal: dict[str, str] | None = None,
) -> Data:
	data["transactions"] = [*(data.get("transactions") or []), {"label": _("Lead to Cash"), "items": items}]
	data["non_standard_fieldnames"] = {**(data.get("non_standard_fieldnames") or {}), **(fields or {})}
	data["internal_links"] = {**(data.get("internal_links") or {}), **(internal or {})}
	return data
