"""Money that came from nobody we know: set aside from a bank line, shown masked to sales, claimed, decided by accounts.

Lock order: the contract that is paid with its documents, the Collection, then its claims.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from l2c_app.core.masking import mask_account, mask_name
from l2c_app.services.contract import contract_locks
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import ClaimRefused, ReasonMissing, refuse
from l2c_app.services.receipt import bank_accept, collection_vouchers, collections, payer_aliases
from l2c_app.services.receipt.collection_checks import CONFIRMED, REPORTED, UNCLAIMED

CLAIM = "Collection Claim"
OPEN, ACCEPTED, DECLINED = "Open", "Accepted", "Declined"


@all_or_nothing("l2c_set_aside")
def set_aside(match_name: str) -> Document:
	"""Put the money of a bank line that nobody knows on the unclaimed list. Returns the Collection.

	Raises BankMatchStateError, BankLineTaken, ClaimRefused where it is on the list already.
	"""
	bank_accept.require_accountant()
	match, line = bank_accept.open_proposal(match_name)
	taken = ("in", [UNCLAIMED, REPORTED, CONFIRMED])
	if frappe.db.exists("Collection", {"bank_transaction": line.name, "status": taken}):
		refuse(ClaimRefused, _("The money of this bank line is on the list already."))
	collection = frappe.new_doc("Collection")
	collection.update(
		{
			"status": UNCLAIMED,
			"company": match.company,
			"received_on": match.received_on,
			"amount": match.amount,
			"currency": match.currency,
			"paid_to": frappe.db.get_value("Bank Account", match.bank_account, "account"),
			"reference_no": match.reference_no,
			"reference_date": match.received_on,
			"payer_name": match.payer_name,
			"payer_account": match.payer_account,
			"note": match.description,
			"bank_transaction": line.name,
			"reported_by": frappe.session.user,
		}
	)
	collection_vouchers.save(collection)
	match.collection = collection.name
	bank_accept.save(match)
	return collection


def listed() -> list[dict[str, Any]]:
	"""Return the unclaimed money of the companies the user may read: amount and date, payer and account masked.

	For people who may report receipts.
	"""
	frappe.has_permission("Collection", "create", throw=True)
	companies = frappe.get_list("Company", pluck="name", order_by="name")
	filters = {"status": UNCLAIMED, "company": ("in", companies)}
	fields = ["name", "company", "received_on", "amount", "currency", "payer_name", "payer_account"]
	rows = frappe.get_all("Collection", filters=filters, fields=fields, order_by="received_on, name")
	claims = _open_claims([row.name for row in rows])
	return [_masked(row, claims) for row in rows]


def _masked(row: Any, claims: list[Any]) -> dict[str, Any]:
	mine = [claim for claim in claims if claim.collection == row.name]
	return {
		**row,
		"payer_name": mask_name(row.payer_name),
		"payer_account": mask_account(row.payer_account),
		"claims": len(mine),
		"claimed_by_me": any(claim.claimed_by == frappe.session.user for claim in mine),
	}


def _open_claims(names: list[str]) -> list[Any]:
	filters = {"collection": ("in", names), "state": OPEN}
	fields = ["name", "collection", "contract", "row_id", "claimed_by", "reason", "evidence"]
	return frappe.get_all(CLAIM, filters=filters, fields=fields, order_by="claimed_on, name") if names else []


def lock_claims(name: str) -> list[Any]:
	"""Lock and return the open claims of locked money, also one that came or went since this transaction began to read."""
	table = frappe.qb.DocType(CLAIM)
	query = frappe.qb.from_(table).select(table.name).orderby(table.claimed_on, table.name)
	return query.where((table.collection == name) & (table.state == OPEN)).for_update().run(as_dict=True)


@all_or_nothing("l2c_claim")
def claim(
	name: str, contract: str, *, reason: str, row_id: str | None = None, evidence: str | None = None
) -> Document:
	"""Claim unclaimed money for a contract that the user may read. Returns the claim. Raises ClaimRefused, ReasonMissing.

	Several people may claim the same money: accounts decide.
	"""
	frappe.has_permission("Collection", "create", throw=True)
	frappe.has_permission("Sales Contract", "read", doc=contract, throw=True)
	if not (reason or "").strip():
		refuse(ReasonMissing, _("Please say why."))
	collection = locked(name)
	_check_contract(collection, contract, row_id)
	if frappe.db.exists(CLAIM, {"collection": name, "contract": contract, "state": OPEN}):
		refuse(ClaimRefused, _("This money is claimed for contract {0} already.").format(contract))
	document = frappe.new_doc(CLAIM)
	document.update({"collection": name, "contract": contract, "row_id": row_id})
	document.update({"reason": reason.strip(), "evidence": evidence, "state": OPEN})
	document.update({"claimed_by": frappe.session.user, "claimed_on": now_datetime()})
	document.insert(ignore_permissions=True)  # claims are made by this step only
	_attach(document)
	return document


def _attach(claimed: Document) -> None:
	"""Hang the claimant's uploaded file on his claim, so that accounts may open it. Raises ClaimRefused for other links."""
	if not claimed.evidence:
		return
	filters = {"file_url": claimed.evidence, "owner": frappe.session.user}
	name = frappe.db.get_value("File", filters, "name", order_by="creation desc")
	if not name:
		refuse(ClaimRefused, _("The evidence must be a file that you uploaded."))
	values = {"attached_to_doctype": CLAIM, "attached_to_name": claimed.name, "attached_to_field": "evidence"}
	frappe.db.set_value("File", name, values)


@all_or_nothing("l2c_decide_claim")
def decide(claim_name: str, reason: str = "", *, despite: str = "") -> Document:
	"""Give unclaimed money to one claim: the payment is made and the bank line reconciled, other claims are declined.

	Returns the confirmed Collection. With several claims a reason is needed. Raises ClaimRefused, ReasonMissing,
	ContractChangedMeanwhile and what the confirmation raises. All or nothing.
	"""
	bank_accept.require_accountant()
	chosen = frappe.get_doc(CLAIM, claim_name)
	contract_locks.lock([chosen.contract], with_documents=True)
	collection = locked(chosen.collection)
	claims = lock_claims(collection.name)
	if claim_name not in {row.name for row in claims}:
		refuse(ClaimRefused, _("This claim is not open any more."))
	if len(claims) > 1 and not reason.strip():
		refuse(ReasonMissing, _("Several people claim this money: please say why this one is right."))
	_assign(collection, chosen)
	confirmed = collections.confirm(collection.name, despite=despite)
	for row in claims:
		close(row.name, ACCEPTED if row.name == claim_name else DECLINED, reason)
	if collection.bank_transaction:
		bank_accept.claimed(collection.bank_transaction, confirmed)
		payer_aliases.learn(
			frappe.get_doc("Bank Transaction", collection.bank_transaction), confirmed.customer
		)
	return confirmed


def decline(claim_name: str, reason: str) -> Document:
	"""Decline one claim; the money stays on the list. Returns the claim. Raises ClaimRefused, ReasonMissing."""
	chosen = frappe.get_doc(CLAIM, claim_name, for_update=True)
	require_accountant(chosen.collection)
	if not (reason or "").strip():
		refuse(ReasonMissing, _("Please say why."))
	if chosen.state != OPEN:
		refuse(ClaimRefused, _("This claim is not open any more."), compared=_(chosen.state))
	return close(claim_name, DECLINED, reason)


def claims_of(name: str) -> list[dict[str, Any]]:
	"""Return the open claims of unclaimed money, for accountants."""
	require_accountant(name)
	return _open_claims([name])


def require_accountant(name: str) -> None:
	"""Refuse whoever may not submit payments, or not decide about this money: another company's, say."""
	bank_accept.require_accountant()
	frappe.has_permission("Collection", "write", doc=name, throw=True)


def locked(name: str) -> Document:
	"""Return locked money that is on the list. Raises ClaimRefused."""
	collection = frappe.get_doc("Collection", name, for_update=True)
	if collection.status != UNCLAIMED:
		refuse(
			ClaimRefused,
			_("This money cannot be claimed any more."),
			compared=_("Its state is {0}.").format(_(collection.status)),
		)
	return collection


def _check_contract(collection: Document, contract: str, row_id: str | None) -> None:
	fields = ["docstatus", "company", "currency"]
	found = frappe.db.get_value("Sales Contract", contract, fields, as_dict=True)
	if found.docstatus != 1 or (found.company, found.currency) != (collection.company, collection.currency):
		refuse(
			ClaimRefused,
			_("Contract {0} does not fit this receipt.").format(contract),
			compared=_("It must be submitted, of company {0} and in {1}.").format(
				collection.company, collection.currency
			),
		)
	filters = {"parent": contract, "parenttype": "Sales Contract", "row_id": row_id}
	if row_id and not frappe.db.exists("Sales Contract Plan Row", filters):
		refuse(ClaimRefused, _("Contract {0} has no plan row {1}.").format(contract, row_id))


def _assign(collection: Document, chosen: Document) -> None:
	collection.customer = frappe.db.get_value("Sales Contract", chosen.contract, "customer")
	collection.set(
		"allocations",
		[{"contract": chosen.contract, "row_id": chosen.row_id, "amount": collection.amount}],
	)
	collection.status = REPORTED
	collection_vouchers.save(collection)


def close(claim_name: str, state: str, reason: str) -> Document:
	"""Close a claim in a state with the decision's reason. Returns it."""
	document = frappe.get_doc(CLAIM, claim_name, for_update=True)
	document.update({"state": state, "decision_reason": reason or None, "decided_by": frappe.session.user})
	document.save(ignore_permissions=True)
	return document
