"""The states that a contract went through, and what differs between two of them."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.core import revision_diff as rules
from l2c_app.services.contract import contract_revisions
from l2c_app.services.errors import RevisionRefused, refuse

TABLES = {
	"items": "Sales Contract Item",
	"plan_rows": "Sales Contract Plan Row",
	"clauses": "Sales Contract Clause",
}


def compare(contract: str, *, older: int, newer: int) -> dict[str, Any]:
	"""Return what differs between two revisions of a contract; 0 is the contract as approved.

	Each difference is that of the rules with the label of its field. Permission: read. Raises RevisionRefused.
	"""
	document = frappe.get_doc("Sales Contract", contract)
	document.check_permission("read")
	found = rules.differences(_state(document, older), _state(document, newer))
	rows = [{**each.as_dict(), "label": _label(each), "money": each.field in rules.MONEY} for each in found]
	return {"older": older, "newer": newer, "currency": document.currency, "differences": rows}


def _state(contract: Document, revision: int) -> dict[str, Any]:
	"""Return the state after a revision: what the next one kept as its start, or the contract as it is."""
	if revision == (contract.revision or 0):
		return contract_revisions.snapshot(contract)
	kept = frappe.db.get_value(
		"Sales Contract Revision", {"contract": contract.name, "revision": revision + 1}, "snapshot"
	)
	if not kept:
		refuse(
			RevisionRefused,
			_("Contract {0} has no revision {1}.").format(contract.name, revision),
			compared=_("Its revisions: 0 to {0}.").format(contract.revision or 0),
		)
	return frappe.parse_json(kept)


def _label(difference: rules.Difference) -> str:
	if difference.section == "totals":
		return _(frappe.get_meta("Sales Contract").get_label("grand_total"))
	if not difference.field:
		return ""
	return _(frappe.get_meta(TABLES[difference.section]).get_label(difference.field))
