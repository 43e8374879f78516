"""The seam for an outside signing service: an app names its own provider in the hook `l2c_signing_provider`.

A provider carries the invitation and reports the answer through `links.sign` or `links.decline` with the token it was
given. Without one, the link goes by the host's mail and is answered on our own page.
"""

from typing import Protocol

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_datetime

HOOK = "l2c_signing_provider"


class SigningProvider(Protocol):
	"""What signing asks of whoever carries it. Neither method commits; an exception undoes the step."""

	def invite(self, request: Document, link: str) -> bool:
		"""Bring the link to the signatory. Returns False if it could not and the sender must hand it over."""

	def withdraw(self, request: Document) -> None:
		"""Learn that a link that was brought is dead."""


class MailProvider:
	"""The host's mail queue; the page behind the link is ours."""

	def invite(self, request: Document, link: str) -> bool:
		"""Queue the mail. False where the site has no outgoing mail account, or the signatory no address."""
		if not request.email or not can_mail():
			return False
		language = request.language or "en"
		name, until = escape_html(request.full_name), escape_html(format_datetime(request.expires_on))
		lines = (
			_("Dear {0},", language).format(name),
			_("please read contract {0} and sign it here:", language).format(escape_html(request.contract)),
			f'<a href="{escape_html(link)}">{escape_html(link)}</a>',
			_("The link is yours alone and good until {0}.", language).format(until),
		)
		frappe.sendmail(
			recipients=[request.email],
			subject=_("Contract {0} for your signature", language).format(request.contract),
			message="".join(f"<p>{line}</p>" for line in lines),
			reference_doctype=request.doctype,
			reference_name=request.name,
			add_unsubscribe_link=0,
		)
		return True

	def withdraw(self, request: Document) -> None:
		"""Nothing is kept outside: the link says that it was withdrawn."""


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
