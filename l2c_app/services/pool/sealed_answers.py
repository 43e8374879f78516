"""Mails that come in from a buyer whose contact data are masked for ever: his address goes no further than the vault."""

import re
from collections.abc import Sequence

from l2c_app.core import vault as rules
from l2c_app.services.pool import closed_documents, vault

FIELDS = (
	"sender",
	"sender_full_name",
	"recipients",
	"cc",
	"bcc",
	"phone_no",
	"subject",
	"content",
	"text_content",
)


def hide(mail: object) -> None:
	"""Put masks in place of the real values of the sealed leads behind a received mail, before the host stores it or makes a
	contact of its sender: the contact with the mask is then his."""
	leads = closed_documents.leads_behind(mail.get("reference_doctype"), mail.get("reference_name"))
	kept = [entry for lead in leads if vault.is_sealed(lead) for entry in vault.kept_of(lead)]
	if not kept:
		return
	for field in FIELDS:
		if text := mail.get(field):
			mail.set(field, _hidden(text, kept))


def _hidden(text: str, kept: Sequence[rules.Kept]) -> str:
	"""Return a text with masks, whichever letters are capitals: mail programs write an address as its owner typed it."""
	for entry in sorted(kept, key=lambda each: -len(each.real)):
		if len(entry.real) >= rules.WHOLE_ONLY:
			text = re.sub(
				re.escape(entry.real), lambda _found, mask=entry.mask: mask, text, flags=re.IGNORECASE
			)
		elif text == entry.real:
			text = entry.mask
	return text


def is_received(mail: object) -> bool:
	"""Return True for what came in from outside: a mail that one of us writes must keep the address it goes to."""
	return mail.get("sent_or_received") == "Received"
