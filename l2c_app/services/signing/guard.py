"""What signing writes, nobody else writes: requests by its services alone, their trail only once."""

from frappe import _
from frappe.model.document import Document

from l2c_app.services.contract.contract_state import BY_SERVICE
from l2c_app.services.errors import SigningIsRecorded, refuse


def refuse_hands(document: Document) -> None:
	"""Refuse a save that none of our services makes, whoever asks. Raises SigningIsRecorded."""
	if not document.flags.get(BY_SERVICE):
		refuse(
			SigningIsRecorded,
			_("Signing is recorded as it happens; nobody writes it by hand."),
			do=_("Send the contract for signature, send the link again or withdraw it."),
		)


def refuse_change(document: Document) -> None:
	"""Refuse to change or delete what was written to the trail. Raises SigningIsRecorded."""
	if not document.is_new():
		refuse(SigningIsRecorded, _("The trail of a signature is never changed."))


def by_service(document: Document) -> Document:
	"""Mark a document as written by our services; the right to take the step was checked by them."""
	document.flags[BY_SERVICE] = True
	document.flags.ignore_permissions = True
	return document
