"""A write-off above one's own limit is asked of somebody who may approve it."""

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.core.money import exact
from l2c_app.services.errors import BankMatchStateError, ReasonMissing, refuse
from l2c_app.services.receipt import bank_accept


def ask(name: str, reason: str) -> Document:
	"""Ask for the write-off of a short payment that is above one's own limit. Returns the match.

	Whoever accepts it with the write-off approves it; the reason and both names stay. Raises BankMatchStateError,
	ReasonMissing.
	"""
	bank_accept.require_accountant()
	if not (reason or "").strip():
		refuse(ReasonMissing, _("Please say why."))
	match, _line = bank_accept.open_proposal(name)
	if not match.parts or sum(exact(row.open_amount) for row in match.parts) <= exact(match.amount):
		refuse(BankMatchStateError, _("Nothing is short here that could be written off."))
	match.update({"write_off_asked_by": frappe.session.user, "write_off_reason": reason.strip()})
	bank_accept.save(match)
	return match
