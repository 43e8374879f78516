"""Signing: what the desk may do with requests, and what somebody with a link may do without any account.

The guests' methods take a token, which their service checks first, and are limited by the address they come from.
"""

from typing import Any

import frappe
from frappe.rate_limiter import rate_limit
from frappe.utils import cint

from l2c_app.services.errors.recovery import retrying
from l2c_app.services.signing import links, requests, signing_pdf

HOUR = 60 * 60


@frappe.whitelist(methods=["POST"])
def send(contract: str, valid_days: int | str = 14) -> dict[str, Any]:
	"""Send an approved contract to its signatories. Links are answered to those only who may sign at the desk."""
	made = retrying(lambda: requests.send(contract, valid_days=cint(valid_days)))
	return {"invited": len(made), "links": _shown(contract, made)}


@frappe.whitelist(methods=["POST"])
def resend(request: str, valid_days: int | str = 14) -> dict[str, Any]:
	"""Make a new link; the old one is dead."""
	link = retrying(lambda: requests.resend(request, valid_days=cint(valid_days)))
	contract = frappe.db.get_value(requests.REQUEST, request, "contract")
	return {"invited": 1, "links": _shown(contract, {request: link})}


@frappe.whitelist(methods=["POST"])
def withdraw(request: str, reason: str) -> None:
	"""Take the requests of a round back."""
	requests.withdraw(request, reason=reason)


@frappe.whitelist(methods=["GET", "POST"])
def sent_pdf(request: str, signed: int | str = 0) -> None:
	"""Send the PDF as it was sent, or as it was signed, to those who may read the request."""
	document = frappe.get_doc(requests.REQUEST, request)
	document.check_permission("read")
	file = document.signed_document if cint(signed) else document.document
	_pdf(f"{document.contract}.pdf", signing_pdf.content(file))


@frappe.whitelist(allow_guest=True, methods=["GET"])
@rate_limit(limit=60, seconds=HOUR)
def document(token: str) -> None:
	"""Show the PDF to whoever has the link."""
	_pdf(*links.pdf(token))


@frappe.whitelist(allow_guest=True, methods=["POST"])
@rate_limit(limit=60, seconds=HOUR)
def viewed(token: str) -> None:
	"""Record that the page was opened."""
	links.viewed(token)


@frappe.whitelist(allow_guest=True, methods=["POST"])
@rate_limit(limit=20, seconds=HOUR)
def sign(
	token: str, typed_name: str, document_hash: str, agreed: int | str = 0, drawn: str = ""
) -> dict[str, bool]:
	"""Sign. Answers whether this was the last signature."""
	answer = {"typed_name": typed_name, "drawn": drawn, "agreed": bool(cint(agreed))}
	return {"completed": links.sign(token, document_hash=document_hash, **answer)}


@frappe.whitelist(allow_guest=True, methods=["POST"])
@rate_limit(limit=20, seconds=HOUR)
def decline(token: str, reason: str) -> None:
	"""Decline with a reason."""
	links.decline(token, reason=reason)


def _shown(contract: str, made: dict[str, str]) -> list[dict[str, str]]:
	if not frappe.has_permission("Sales Contract", "submit", doc=contract):
		return []
	fields = ["full_name", "email"]
	return [
		{"link": link, **frappe.db.get_value(requests.REQUEST, name, fields, as_dict=True)}
		for name, link in made.items()
	]


def _pdf(name: str, content: bytes) -> None:
	frappe.local.response.filename = name
	frappe.local.response.filecontent = content
	frappe.local.response.type = "pdf"
