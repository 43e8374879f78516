"""The seam for an outside signing service: an app names its own provider in the hook `l2c_signing_provider`.

A provider carries the invitation and the reminder and reports the answer through `links.sign` or `links.decline` with the token it was
given. Without one, the link goes by the host's mail and is answered on our own page.
"""

from typing import Protocol

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_datetime

HOOK = "l2c_signing_provider"


class SigningProvider(Protocol):
	"""What signing asks of whoever carries it. No method commits; an exception undoes the step. One without `remind` reminds
	by itself."""

	def invite(self, request: Document, link: str) -> bool:
		"""Bring the link to the signatory. Returns False if it could not and the sender must hand it over."""

	def remind(self, request: Document, link: str) -> bool:
		"""Bring a new link in the place of one that is about to expire. Returns False if it could not: the old one lives."""

	def withdraw(self, request: Document) -> None:
		"""Learn that a link that was brought is dead."""


class MailProvider:
	"""The host's mail queue; the page behind the link is ours."""

	def invite(self, request: Document, link: str) -> bool:
		"""Queue the mail. False where the site has no outgoing mail account, or the signatory no address."""
		language = request.language or "en"
		return _mail(
			request,
			link,
			subject=_("Contract {0} for your signature", language),
			asks=_("please read contract {0} and sign it here:", language),
			until=_("The link is yours alone and good until {0}.", language),
		)

	def remind(self, request: Document, link: str) -> bool:
		"""Queue the mail, as for an invitation."""
		language = request.language or "en"
		return _mail(
			request,
			link,
			subject=_("Contract {0} still waits for your signature", language),
			asks=_("contract {0} still waits for your signature. Please read it and sign it here:", language),
			until=_("This link replaces the one you had. It is yours alone and good until {0}.", language),
		)

	def withdraw(self, request: Document) -> None:
		"""Nothing is kept outside: the link says that it was withdrawn."""


def _mail(request: Document, link: str, *, subject: str, asks: str, until: str) -> bool:
	if not request.email or not can_mail():
		return False
	lines = (
		_("Dear {0},", request.language or "en").format(escape_html(request.full_name)),
		asks.format(escape_html(request.contract)),
		f'<a href="{escape_html(link)}">{escape_html(link)}</a>',
		until.format(escape_html(format_datetime(request.expires_on))),
	)
	frappe.sendmail(
		recipients=[request.email],
		subject=subject.format(request.contract),
		message="".join(f"<p>{line}</p>" for line in lines),
		reference_doctype=request.doctype,
		reference_name=request.name,
		add_unsubscribe_link=0,
	)
	return True


def remind(request: Document, link: str) -> bool:
	"""Let the provider bring a reminder. False where it could not, or reminds by itself."""
	bring = getattr(current(), "remind", None)
	return bool(bring and bring(request, link))


def current() -> SigningProvider:
	"""Return the provider of the last app that names one, else our own."""
	named = frappe.get_hooks(HOOK)
	return frappe.get_attr(named[-1])() if named else MailProvider()


def delivers() -> bool:
	"""Return whether a link can reach its signatory without the sender seeing it."""
	return bool(frappe.get_hooks(HOOK)) or can_mail()


def can_mail() -> bool:
	"""Return whether the site can send mail."""
	return bool(frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}))
