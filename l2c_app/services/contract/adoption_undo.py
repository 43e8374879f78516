"""Taking an adoption back: the contract is cancelled as the host does it, its documents are as they were before.

Nothing native is touched but our own link, which is put back to what it was. The cancelled contract stays as a record; the
same documents can be adopted again. Whoever may adopt may take back. Nothing here commits.
"""

import json
from typing import Any, NoReturn

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.services.contract import adoption, adoption_news, contract_locks, contract_state
from l2c_app.services.contract.adoption import Result
from l2c_app.services.contract.adoption_news import CONTRACT
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import AdoptionMovedOn, refuse
from l2c_app.services.ledger import recompute


def state_of(result: Result) -> str:
	"""Return as JSON what a contract was adopted with: links and vouchers. For the transaction that adopted it."""
	contract = frappe.get_doc(CONTRACT, result.contract)
	return json.dumps({"links": result.links, "vouchers": adoption_news.vouchers(contract)})


@all_or_nothing("l2c_unadopt")
def undo(name: str, state: str | None) -> None:
	"""Cancel an adopted contract and put the links of its documents back. `state`: what `state_of` returned for it.

	One that is cancelled or gone already only lets go of its documents. Raises ApproverNeeded, AdoptionMovedOn,
	ContractChangedMeanwhile.
	"""
	adoption.require_adopter()
	if not state:
		refuse_unknown(name)
	before = json.loads(state)
	if frappe.db.get_value(CONTRACT, name, "docstatus") == 1:
		contract = _loaded(name)
		_refuse_news(contract, adoption_news.since(contract, before))
		contract_locks.lock([name], with_documents=True)
		_put_back(before["links"], name)
		_cancel(contract)
		return
	successor = frappe.db.get_value(CONTRACT, {"amended_from": name, "docstatus": ("<", 2)})
	_refuse_news(frappe._dict(name=name), [_("It was amended: {0}.").format(successor)] if successor else [])
	_put_back(before["links"], name)


def refuse_unknown(name: str) -> NoReturn:
	"""Say that nothing tells what a contract was adopted with, or that it never was adopted. Raises AdoptionMovedOn."""
	adopted = frappe.db.get_value(CONTRACT, name, "adopted_on")
	text = (
		_("What contract {0} was adopted with is not known.")
		if adopted
		else _("Contract {0} was not adopted.")
	)
	refuse(AdoptionMovedOn, text.format(name), do=_("Terminate the contract."))


def _loaded(name: str) -> Document:
	"""Return the contract, locked, with the figures and vouchers of this moment."""
	contract_state.load_newest(name)
	recompute.recompute(name)
	return contract_state.load(name)


def _refuse_news(contract: Any, news: list[str]) -> None:
	if news:
		refuse(
			AdoptionMovedOn,
			_("Contract {0} has moved on since it was adopted.").format(contract.name),
			compared=" ".join(news),
			do=_("Take that back first, or terminate the contract."),
		)


def _put_back(links: list[list], name: str) -> None:
	"""Written past the documents: they are not changed, and no hook of theirs has anything to do."""
	for doctype, document, before in links:
		if frappe.db.get_value(doctype, document, "l2c_contract") == name:
			frappe.db.set_value(doctype, document, "l2c_contract", before, update_modified=False)


def _cancel(contract: Document) -> None:
	contract.set("plan_billing", [])
	contract_state.save(contract)
	contract.flags.ignore_permissions = (
		True  # checked at the entry: who manages the accounts may adopt as well
	)
	contract.cancel()
	recompute.flush()
