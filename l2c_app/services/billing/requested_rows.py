"""Which plan rows sales have asked accounts to bill, without an answer yet."""

from collections.abc import Collection

import frappe

REQUEST, ROW = "Billing Request", "Billing Request Row"
REQUESTED, ISSUED, REJECTED = "Requested", "Issued", "Rejected"


def open_rows(contracts: Collection[str]) -> dict[tuple[str, str], str]:
	"""Return the open request by (contract, row id)."""
	request, row = frappe.qb.DocType(REQUEST), frappe.qb.DocType(ROW)
	query = frappe.qb.from_(row).join(request).on(request.name == row.parent)
	query = query.select(request.contract, row.row_id, request.name)
	query = query.where((request.state == REQUESTED) & request.contract.isin(list(contracts)))
	return {(found[0], found[1]): found[2] for found in query.run()}
