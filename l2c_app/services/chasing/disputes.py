"""Disputes: raised with a code, an amount, somebody responsible and a deadline; decided with an outcome.

A disputed amount is left out of every message and stays in every ageing. Accepted, it waits for the credit note or the
write-off; rejected, it is payable again. An invoice may have several, about different parts of what is open. Raises
DisputeRefused.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, now_datetime

from l2c_app.core.money import from_minor, to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing import chase_marks, dispute_escalation, receivables
from l2c_app.services.chasing.invoice_access import refuse_stranger
from l2c_app.services.errors import DisputeRefused, refuse
from l2c_app.services.ledger import recompute
from l2c_app.services.ledger.ledger_amounts import money_unit

DISPUTE = "Receivable Dispute"
OURS = (
	"status",
	"outcome",
	"outcome_note",
	"outcome_document",
	"decided_by",
	"decided_on",
	"escalated_deadline",
	"escalated_to",
	"customer",
	"company",
	"currency",
)
OUTCOMES = {"Credit Note": "Accepted", "Write-Off": "Accepted", "Payable": "Rejected"}
MAY_WRITE_OFF = ("Accounts Manager", "System Manager")


def prepare(dispute: Any) -> None:
	"""Check a new dispute against what is open; keep the outcome of a stored one. For the validate event."""
	before = dispute.get_doc_before_save()
	if before:
		if not dispute.flags.l2c_by_service:
			dispute.update({field: before.get(field) for field in OURS})
		if before.status != "Open":
			dispute.amount = before.amount
		if flt(dispute.amount) == flt(before.amount):
			return  # its invoice may be paid or cancelled by now, and the dispute is still written on
	else:
		refuse_stranger(dispute.sales_invoice)
		fields = ["customer", "company", "party_account_currency"]
		row = frappe.db.get_value(receivables.INVOICE, dispute.sales_invoice, fields, as_dict=True)
		dispute.update(
			{"customer": row.customer, "company": row.company, "currency": row.party_account_currency}
		)
		dispute.update({"status": "Open", "outcome": None, "outcome_document": None, "decided_by": None})
		dispute.update({"escalated_deadline": None, "escalated_to": None})
	_refuse_more_than_open(dispute)


def after_save(dispute: Any) -> None:
	"""The case of the customer and the plan rows of the invoice follow, and what managers were asked to do about it."""
	dispute_escalation.end_todos(dispute, dispute.get_doc_before_save())
	chase_marks.mark(dispute.customer)
	recompute.mark_vouchers([(receivables.INVOICE, dispute.sales_invoice)])


def disputed(invoices: Collection[str], *, besides: str = "") -> Counter[str]:
	"""Return what open disputes are about, in minor units by invoice. `besides`: a dispute that does not count."""
	filters = {
		"sales_invoice": ("in", sorted(invoices) or NO_NAMES),
		"status": "Open",
		"name": ("!=", besides),
	}
	found: Counter[str] = Counter()
	for row in frappe.get_all(DISPUTE, filters=filters, fields=["sales_invoice", "amount"], order_by="name"):
		found[row.sales_invoice] += to_minor(row.amount, money_unit())
	return found


def decide(name: str, *, outcome: str, note: str, document: str = "") -> None:
	"""Decide a dispute: credit note or write-off (accepted), payable (rejected). `document`: what settled it natively.

	Finance decides; only an accounts manager writes off. An accepted dispute may be completed with its document later.
	"""
	frappe.has_permission("Collection Case", "write", throw=True)
	dispute = frappe.get_doc(DISPUTE, name, for_update=True)
	waiting = dispute.status == "Accepted" and dispute.outcome == outcome and not dispute.outcome_document
	if (
		outcome not in OUTCOMES
		or not note.strip()
		or not (dispute.status == "Open" or (waiting and document))
	):
		refuse(
			DisputeRefused,
			_("A decision needs an open dispute, an outcome and a reason"),
			compared=_(dispute.status),
		)
	if outcome == "Write-Off" and not set(MAY_WRITE_OFF).intersection(frappe.get_roles()):
		frappe.throw(_("Only an accounts manager writes off"), frappe.PermissionError)
	if document:
		_refuse_foreign_document(dispute, outcome, document)
	dispute.flags.l2c_by_service = True
	dispute.update({"status": OUTCOMES[outcome], "outcome": outcome, "outcome_note": note.strip()})
	dispute.update({"outcome_document": document or None, "decided_by": frappe.session.user})
	dispute.decided_on = now_datetime()
	dispute.save()


def close(name: str, *, note: str) -> None:
	"""Close an open dispute whose ground is gone: the amount is payable again. The caller checked the right."""
	dispute = frappe.get_doc(DISPUTE, name, for_update=True)
	dispute.flags.l2c_by_service = True
	dispute.update({"status": "Rejected", "outcome": "Payable", "outcome_note": note})
	dispute.update({"decided_by": frappe.session.user, "decided_on": now_datetime()})
	dispute.save(ignore_permissions=True)


def _refuse_foreign_document(dispute: Any, outcome: str, document: str) -> None:
	"""Only a submitted return of this invoice, or a submitted journal entry on it, settles a dispute."""
	if outcome == "Credit Note":
		filters = {"name": document, "return_against": dispute.sales_invoice, "docstatus": 1}
		fits = frappe.db.exists(receivables.INVOICE, filters)
	else:
		filters = {"parent": document, "reference_name": dispute.sales_invoice, "docstatus": 1}
		fits = frappe.db.exists("Journal Entry Account", filters)
	if not fits:
		refuse(DisputeRefused, _("{0} does not settle {1}").format(document, dispute.sales_invoice))


def _refuse_more_than_open(dispute: Any) -> None:
	unit = money_unit()
	key = (dispute.customer, dispute.company, dispute.currency)
	pieces = receivables.owed([dispute.customer]).get(key, [])
	left = sum(piece.open for piece in pieces if piece.document == dispute.sales_invoice)
	others = disputed([dispute.sales_invoice], besides=dispute.name or "")[dispute.sales_invoice]
	if dispute.status == "Open" and not 0 < to_minor(dispute.amount, unit) <= left - others:
		amounts = [flt(from_minor(amount, unit)) for amount in (left, others)]
		refuse(
			DisputeRefused,
			_("The disputed amount is not open on this invoice"),
			compared=_("Open: {0}, of it disputed already: {1}").format(*amounts),
		)
