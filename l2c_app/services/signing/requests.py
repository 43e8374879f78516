"""Sending a contract for signature: to its signatories in their order, again, or taken back. Nothing here commits.

Permission: write on the contract, which its owner keeps after approval. Locks: contract, then requests.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, get_datetime, get_url, now_datetime, validate_email_address

from l2c_app.core import signing as rules
from l2c_app.core.signing import State
from l2c_app.services.contract import contract_state
from l2c_app.services.errors import SignatoryMissing, SigningStateError, refuse
from l2c_app.services.errors.recovery import undo
from l2c_app.services.printing import contract_document
from l2c_app.services.signing import guard, provider, signing_pdf, trail

REQUEST, SIGNATORY = "Contract Signing Request", "Sales Contract Signatory"
MOST_DAYS = 180
OPEN = [state.value for state in rules.OPEN]
PAGE = "sign-contract"
ENDS = ("signed_on", "terminated_on")
SAVEPOINT = "l2c_expire"


def send(contract: str, *, valid_days: int = 14) -> dict[str, str]:
	"""Freeze the PDF and invite the signatories whose turn it is; what was sent before dies.

	Returns {request: link} of those invited by this call, the only time the links are known; callers show them to
	nobody but whoever may sign at the desk. Raises ContractStateError, SigningStateError, SignatoryMissing,
	PdfUnavailable.
	"""
	document = contract_state.load_newest(contract)
	document.check_permission("write")
	_refuse_unfit(document, valid_days)
	signatories = _signatories(document)
	_end_all(document.name, State.WITHDRAWN, _("Sent again"))
	language = contract_document.chosen_language(document.language)
	pdf = signing_pdf.freeze(document)
	values = {
		"contract": document.name,
		"status": State.WAITING.value,
		"valid_days": valid_days,
		"sent_by": frappe.session.user,
		"language": language,
		"revision": document.revision,
		"round": frappe.generate_hash(length=16),
		"document_hash": signing_pdf.sha256(pdf),
		"text_hash": signing_pdf.text_hash(document),
	}
	requests = [_insert(row, values) for row in signatories]
	file = signing_pdf.keep(pdf, f"{document.name}-to-sign.pdf", attached_to=requests[0])
	for request in requests:
		request.document = file
		guard.by_service(request).save()
	return invite_next(requests)


def invite_next(requests: list[Document]) -> dict[str, str]:
	"""Invite the waiting signatories of a round whose turn it is. Returns {request: link}."""
	turn = rules.next_in_turn([(request.signing_order, State(request.status)) for request in requests])
	return {requests[index].name: invite(requests[index]) for index in turn}


def resend(request: str, *, valid_days: int = 14) -> str:
	"""Make a new link for an open request; the old one is dead from now on. Returns the link."""
	document, contract = _load(request)
	_refuse_unfit(contract, valid_days)
	if State(document.status) not in (*rules.ANSWERABLE, State.EXPIRED) or not _is_current(document):
		_refuse_state(document, _("Send the contract for signature again."))
	document.valid_days = valid_days
	return invite(document, again=True)


def renew(request: str) -> str:
	"""Return a new link for a request that is open, good as long as the old one was; nobody is mailed.

	For the signatory himself, whom the portal knows: callers prove that he is. The old link is dead.
	"""
	contract = contract_state.load(frappe.db.get_value(REQUEST, request, "contract"))
	document = frappe.get_doc(REQUEST, request, for_update=True)
	if State(document.status) not in rules.ANSWERABLE or contract.signed_on:
		_refuse_state(document, _("Ask whoever sent it to you for a new one."))
	link = _new_link(document)
	trail.write(document, "Sent Again", detail=_("Opened from the portal."))
	return link


def remind(request: Document) -> bool:
	"""Bring the signatory a new link, good as long as the old one was; that one is dead. For requests that are open, locked.

	For the nightly job, which the trail names. False where nothing brought it: callers undo the step then, so that the old link stays alive.
	"""
	if not provider.remind(request, _new_link(request)):
		return False
	trail.write(request, "Reminded", actor=trail.BY_SCHEDULE, detail=request.email or "")
	return True


def withdraw(request: str, *, reason: str) -> None:
	"""Take the whole round of a request back: a contract that one of them shall not sign is signed by nobody."""
	document, contract = _load(request)
	if document.status not in OPEN:
		_refuse_state(document, _("Only a request that is open can be withdrawn."))
	if not reason.strip():
		refuse(SigningStateError, _("Say why the request is withdrawn."))
	_end_all(contract.name, State.WITHDRAWN, reason.strip())


def invite(request: Document, *, again: bool = False) -> str:
	"""Give a request its token and bring the link to the signatory. Returns the link.

	The token itself is stored nowhere but in the mail that carries it.
	"""
	token, now = rules.new_token(), now_datetime()
	request.update(
		{
			"token_hash": rules.token_hash(token),
			"status": State.SENT.value,
			"sent_on": now,
			"expires_on": add_days(now, request.valid_days),
			"viewed_on": None,
		}
	)
	guard.by_service(request).save()
	link = get_url(f"/{PAGE}?token={token}")
	brought = provider.current().invite(request, link)
	detail = request.email if brought else _("Not mailed: the link is handed over.")
	trail.write(request, "Sent Again" if again else "Sent", actor=request.sent_by, detail=detail or "")
	note_on_contract(request, {"status": State.SENT.value})
	return link


def follow(contract: Document) -> None:
	"""End what is open once the contract is signed at the desk, terminated or cancelled. For its own events."""
	if contract.docstatus == 2:
		_end_all(contract.name, State.WITHDRAWN, _("The contract was cancelled."))
		return
	before = contract.get_doc_before_save()
	news = not before or any(contract.get(field) != before.get(field) for field in ENDS)
	if news and any(contract.get(field) for field in ENDS):
		_end_all(contract.name, State.WITHDRAWN, _("The contract is {0}.").format(_(contract.status)))


def expire_due() -> int:
	"""Mark requests whose time is over; the link itself judges by the clock. Returns how many.

	One that fails is logged and stops no other.
	"""
	filters = {
		"status": ("in", [state.value for state in rules.ANSWERABLE]),
		"expires_on": ("<", now_datetime()),
	}
	names = frappe.get_all(REQUEST, filters=filters, pluck="name", order_by="expires_on, name")
	return sum(_expire(name) for name in names)


def _expire(name: str) -> bool:
	frappe.db.savepoint(SAVEPOINT)
	try:
		request = frappe.get_doc(REQUEST, name, for_update=True)
		late = request.status in OPEN and get_datetime(request.expires_on) < now_datetime()
		if late:
			end(request, State.EXPIRED, "", actor=trail.BY_SCHEDULE)
		return late
	except Exception as error:
		undo(SAVEPOINT, error)
		frappe.log_error(title="Signing request not expired", reference_doctype=REQUEST, reference_name=name)
		return False


def of_round(request: Document) -> list[Document]:
	"""Return the requests that were sent together, locked, in the order of signing."""
	names = frappe.get_all(
		REQUEST, filters={"round": request.round}, pluck="name", order_by="signing_order, creation, name"
	)
	return [frappe.get_doc(REQUEST, name, for_update=True) for name in names]


def note_on_contract(request: Document, values: dict[str, Any]) -> None:
	"""Keep the row of the signatory on the contract in step; whoever took the row away is not missed."""
	if frappe.db.exists(SIGNATORY, request.signatory):
		frappe.db.set_value(SIGNATORY, request.signatory, values)
		frappe.clear_document_cache("Sales Contract", request.contract)


def _new_link(request: Document) -> str:
	token = rules.new_token()
	request.token_hash = rules.token_hash(token)
	guard.by_service(request).save()
	return get_url(f"/{PAGE}?token={token}")


def _load(request: str) -> tuple[Document, Document]:
	"""Return the request and its contract, both locked, contract first; whoever may write the contract may go on."""
	contract = contract_state.load(frappe.db.get_value(REQUEST, request, "contract") or "")
	contract.check_permission("write")
	return frappe.get_doc(REQUEST, request, for_update=True), contract


def _refuse_unfit(contract: Document, valid_days: int) -> None:
	contract_state.require(contract)
	if not (provider.delivers() or contract.has_permission("submit")):
		refuse(
			SigningStateError,
			_("The site cannot send mail, and only a manager may hand a link over."),
			do=_("Ask a manager to send the contract, or an administrator for an outgoing mail account."),
		)
	if contract.signed_on:
		refuse(
			SigningStateError,
			_("Contract {0} is signed already.").format(contract.name),
			compared=_("Signed on {0} by {1}.").format(contract.signed_on, contract.signed_by or "–"),
		)
	if not 1 <= valid_days <= MOST_DAYS:
		refuse(
			SigningStateError,
			_("A link is good for 1 to {0} days.").format(MOST_DAYS),
			compared=str(valid_days),
		)


def _signatories(contract: Document) -> list[Any]:
	rows = sorted(contract.get("signatories") or [], key=lambda row: (row.signing_order, row.idx))
	without = [row.full_name for row in rows if not validate_email_address(row.email or "")]
	if not rows:
		refuse(
			SignatoryMissing,
			_("Contract {0} names nobody who signs it.").format(contract.name),
			do=_("Add the signatories with their e-mail addresses."),
		)
	if without:
		refuse(
			SignatoryMissing,
			_("A signatory has no e-mail address."),
			compared=", ".join(without),
			do=_("Fill in the address."),
		)
	return rows


def _insert(row: Any, values: dict[str, Any]) -> Document:
	request = frappe.new_doc(REQUEST)
	copied = {field: row.get(field) for field in ("side", "full_name", "email", "signing_order")}
	request.update({**values, **copied, "signatory": row.name})
	frappe.db.set_value(SIGNATORY, row.name, {"status": "Open", "signed_on": None, "decline_reason": None})
	return guard.by_service(request).insert()


def _end_all(contract: str, state: State, reason: str) -> None:
	filters = {"contract": contract, "status": ("in", OPEN)}
	for name in frappe.get_all(REQUEST, filters=filters, pluck="name", order_by="creation, name"):
		end(frappe.get_doc(REQUEST, name, for_update=True), state, reason)


def end(request: Document, state: State, reason: str, *, actor: str = "") -> None:
	"""End an open request; its link is dead. `actor`: who did it, where that is not the logged-in user."""
	brought = State(request.status) in rules.ANSWERABLE
	request.update({"status": state.value, "ended_reason": reason})
	guard.by_service(request).save()
	trail.write(request, state.value, actor=actor, detail=reason)
	note_on_contract(request, {"status": "Open"})
	if brought:
		provider.current().withdraw(request)


def _is_current(request: Document) -> bool:
	"""Only the last round of a contract lives."""
	newest = frappe.get_all(
		REQUEST,
		filters={"contract": request.contract},
		pluck="round",
		order_by="creation desc, name desc",
		limit=1,
	)
	return newest == [request.round]


def _refuse_state(request: Document, do: str) -> None:
	refuse(
		SigningStateError,
		_("The request of {0} is past this step.").format(request.full_name),
		compared=_("Its state is {0}.").format(_(request.status)),
		do=do,
	)
