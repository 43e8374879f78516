"""What somebody with a link may do: read what he is asked to sign, sign it, or decline. He is nobody to the host.

The token is the authority: every step here begins with finding its request, by its hash, and with judging it. What is
written goes through our services alone. Locks: contract, then requests. Nothing here commits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import format_date, format_datetime, get_datetime, now_datetime

from l2c_app.core import signing as rules
from l2c_app.core.signing import Link, State
from l2c_app.services.contract import activation, contract_state
from l2c_app.services.errors import LinkRefused, SignatureRefused, refuse
from l2c_app.services.follow_up import reminders
from l2c_app.services.printing import print_renderer
from l2c_app.services.signing import guard, requests, signing_pdf, trail

MOST_NAME, MOST_REASON, MOST_TOKEN = 140, 1000, 100


@dataclass(frozen=True)
class Found:
	"""A link with its request and contract."""

	link: Link
	request: Document
	contract: Document


def found(token: str, *, locked: bool = False) -> Found | None:
	"""Return what a token opens, None for an unknown one."""
	if not token or len(token) > MOST_TOKEN:
		return None
	digest = rules.token_hash(token)
	row = frappe.db.get_value(requests.REQUEST, {"token_hash": digest}, ["name", "contract"], as_dict=True)
	if not row:
		return None
	contract = contract_state.load(row.contract) if locked else frappe.get_doc("Sales Contract", row.contract)
	request = frappe.get_doc(requests.REQUEST, row.name, for_update=locked)
	if not rules.same(digest, request.token_hash or ""):
		return None  # it was sent again between the two reads
	return Found(judge(request, contract), request, contract)


def judge(request: Document, contract: Document) -> Link:
	"""Return what the link of a request is good for now, as stored."""
	facts = rules.LinkFacts(
		state=State(request.status),
		expires_on=get_datetime(request.expires_on) if request.expires_on else now_datetime(),
		ready=contract.docstatus == 1 and not (contract.signed_on or contract.terminated_on),
		text_sent=request.text_hash,
		text_now=signing_pdf.text_hash(contract),
		pdf_sent=request.document_hash,
		pdf_now=signing_pdf.sha256(signing_pdf.content(request.document)),
	)
	return rules.judge(facts, now_datetime())


def pdf(token: str) -> tuple[str, bytes]:
	"""Return name and bytes of the PDF to sign, and once signed by all of the completed one. Raises LinkRefused."""
	opened = found(token)
	if not opened or opened.link not in (Link.OPEN, Link.SIGNED):
		refuse_link(opened)
	file = opened.request.signed_document if opened.link is Link.SIGNED else None
	return f"{opened.contract.name}.pdf", signing_pdf.content(file or opened.request.document)


def viewed(token: str) -> None:
	"""Record the first time that the signatory opened the page. Raises LinkRefused."""
	opened = _open(token)
	if opened.request.viewed_on:
		return
	opened.request.update({"status": State.VIEWED.value, "viewed_on": now_datetime()})
	guard.by_service(opened.request).save()
	trail.write(opened.request, "Viewed", actor=opened.request.full_name)
	requests.note_on_contract(opened.request, {"status": State.VIEWED.value})


def sign(token: str, *, typed_name: str, drawn: str = "", agreed: bool, document_hash: str) -> bool:
	"""Sign by a typed name and, if one was made, a drawing. Returns True where this was the last signature.

	`document_hash`: the SHA-256 that the page showed; it must be that of the frozen PDF. Raises LinkRefused,
	SignatureRefused.
	"""
	opened = _open(token)
	request = opened.request
	name = " ".join(typed_name.split())[:MOST_NAME]
	_check_answer(name, drawn, agreed)
	if not rules.same(document_hash, request.document_hash):
		refuse(SignatureRefused, _("The page speaks of another document."), do=_("Open the link again."))
	now = now_datetime()
	answer = {"status": State.SIGNED.value, "signed_on": now, "typed_name": name, "consent": consent(request)}
	request.update({**answer, "signature": drawn or None, **trail.from_where()})
	guard.by_service(request).save()
	trail.write(request, "Signed", actor=request.full_name, detail=name)
	requests.note_on_contract(request, {"status": State.SIGNED.value, "signed_on": now})
	return _go_on(opened.contract, requests.of_round(request))


def decline(token: str, *, reason: str) -> None:
	"""Decline with a reason: nobody else signs this round, and the owner is told. Raises LinkRefused, SignatureRefused."""
	opened = _open(token)
	request, why = opened.request, reason.strip()[:MOST_REASON]
	if not why:
		refuse(SignatureRefused, _("Say why you do not sign."))
	for other in requests.of_round(request):
		if other.name != request.name and other.status in requests.OPEN:
			why_ended = _("{0} declined.").format(request.full_name)
			requests.end(other, State.WITHDRAWN, why_ended, actor=request.full_name)
	request.update({"status": State.DECLINED.value, "decline_reason": why, **trail.from_where()})
	guard.by_service(request).save()
	trail.write(request, "Declined", actor=request.full_name, detail=why)
	requests.note_on_contract(request, {"status": State.DECLINED.value, "decline_reason": why})
	_tell(
		opened.contract,
		lambda language: _("{0} declined to sign: {1}", language).format(request.full_name, why),
	)


def consent(request: Document) -> str:
	"""Return the sentence that the signatory agrees to."""
	return _(
		"I have read the document, I agree to sign it electronically, and I may sign it.", request.language
	)


def refuse_link(opened: Found | None) -> NoReturn:
	"""Say what became of a link, nothing about the contract. Raises LinkRefused."""
	link = opened.link if opened else None
	title, text = said(link)
	refuse(LinkRefused, title, do=text)


def said(link: Link | None) -> tuple[str, str]:
	"""Return title and text for a link that does not open."""
	again = _("Ask whoever sent it to you for a new one.")
	texts = {
		None: (_("This link is not valid."), again),
		Link.SIGNED: (_("You have signed already."), _("There is nothing left to do.")),
		Link.DECLINED: (_("You have declined to sign."), again),
		Link.EXPIRED: (_("This link has expired."), again),
		Link.WITHDRAWN: (_("This link was withdrawn."), again),
		Link.CHANGED: (_("The contract was changed after this link was sent."), again),
		Link.CLOSED: (_("The contract cannot be signed any more."), again),
	}
	return texts[link]


def _open(token: str) -> Found:
	opened = found(token, locked=True)
	if not opened or opened.link is not Link.OPEN:
		refuse_link(opened)
	return opened


def _check_answer(name: str, drawn: str, agreed: bool) -> None:
	if len(name) < 2:
		refuse(SignatureRefused, _("Type your full name."))
	if drawn and rules.drawn_image(drawn) is None:
		refuse(SignatureRefused, _("The drawing cannot be read."), do=_("Clear it and draw again."))
	if not agreed:
		refuse(SignatureRefused, _("Tick that you agree to sign electronically."))


def _go_on(contract: Document, round_: list[Document]) -> bool:
	if any(State(request.status) is not State.SIGNED for request in round_):
		requests.invite_next(round_)
		return False
	by = [request.typed_name for request in round_ if request.side == "Customer"]
	by = by or [request.typed_name for request in round_]
	contract = contract_state.load(contract.name)  # with the rows of its signatories as they are now
	activation.record_signature(contract, signed_by=", ".join(by))
	_complete(contract, round_)
	_tell(contract, lambda language: _("Contract {0} is signed by all.", language).format(contract.name))
	return True


def _complete(contract: Document, round_: list[Document]) -> None:
	trail.write(round_[-1], "Completed", actor=round_[-1].full_name)
	final = signing_pdf.completed(contract, round_)
	file = signing_pdf.keep(final, f"{contract.name}-signed.pdf", attached_to=contract)
	for request in round_:
		request.update({"signed_document": file, "signed_document_hash": signing_pdf.sha256(final)})
		guard.by_service(request).save()


def _tell(contract: Document, text_in: Callable[[str | None], str]) -> None:
	"""Tell the contract's people, each in his language."""
	people: dict[str, Any] = dict.fromkeys((contract.contract_owner, contract.owner))
	for user in people:
		if user and user != "Guest":
			text = text_in(reminders.language_of(user))
			reminders.bell(user, text, document=("Sales Contract", contract.name))


def page(token: str) -> dict[str, Any]:
	"""Return what the page behind a link shows; of a link that does not open, nothing but what became of it."""
	opened = found(token)
	link = opened.link if opened else None
	if not opened or link is not Link.OPEN:
		title, text = said(link)
		return {"opens": False, "said_title": title, "said_text": text, "download": link is Link.SIGNED}
	request, contract = opened.request, opened.contract
	return {
		"opens": True,
		"contract": contract.name,
		"contract_title": contract.title or "",
		"seller": frappe.db.get_value("Company", contract.company, "company_name") or contract.company,
		"total": print_renderer.money(contract.grand_total, contract.currency),
		"from_date": format_date(contract.start_date) if contract.start_date else "",
		"to_date": format_date(contract.end_date) if contract.end_date else "",
		"full_name": request.full_name,
		"expires": format_datetime(request.expires_on),
		"document_hash": request.document_hash,
		"consent": consent(request),
		"language": request.language,
	}
