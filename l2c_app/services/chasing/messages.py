"""What goes out: one message per customer, company and currency, by mail, as a call or as a letter, and its native Dunning.

The claim is the first row written: its name is made of customer, company, currency, level and date, so a second worker
meets it and stops. Claim and mail queue are one transaction: a crash leaves both or neither.
"""

from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, flt, fmt_money, formatdate, getdate, now_datetime, nowdate

from l2c_app.core.dunning import Decision, Item
from l2c_app.core.money import from_minor
from l2c_app.services.chasing import chased_customers, invoice_copies, mails, native_dunning
from l2c_app.services.chasing.chase_facts import NOTICE, Known
from l2c_app.services.follow_up import new_rows
from l2c_app.services.follow_up.follow_ups import plan
from l2c_app.services.ledger.ledger_amounts import money_unit


def send(known: Known, decision: Decision) -> str | None:
	"""Send the decided message. Returns the notice; None when this level went to this customer today already."""
	row = known.policy.row(decision.level.number)
	text = _text(known, decision, row)
	notice = _claim(known, decision, row, text)
	if notice is None:
		return None
	made = (
		{"dunning": native_dunning.make(known, _chased(known), row.dunning_type)} if row.dunning_type else {}
	)
	if row.channel == "Email":
		papers, made["not_attached"] = _papers(known, row)
		made["communication"] = _mail(known, text, papers)
	else:
		made["follow_up"] = _activity(known, row.channel, notice)
	notice.db_set(made, update_modified=False)
	return notice.name


def draft(known: Known, decision: Decision) -> dict[str, Any]:
	"""Return what the decided message would say, to whom and about which invoices; nothing is written or sent."""
	row = known.policy.row(decision.level.number)
	return {
		"level": decision.level.number,
		"channel": row.channel,
		"recipient": known.address if row.channel == "Email" else None,
		"invoices": [item.invoice for item in _chased(known)],
		**_text(known, decision, row),
	}


def _claim(known: Known, decision: Decision, row: Any, text: dict[str, str]) -> Any:
	customer, company, currency = known.key
	notice = frappe.new_doc(NOTICE)
	notice.update(
		{
			"customer": customer,
			"company": company,
			"currency": currency,
			"collection_case": known.case.name if known.case else None,
			"policy": known.policy.name,
			"level": decision.level.number,
			"channel": row.channel,
			"sent_on": nowdate(),
			"carrier": decision.carrier,
			"amount": flt(from_minor(decision.amount, money_unit())),
			"recipient": known.address if row.channel == "Email" else None,
			**text,
		}
	)
	notice.name = new_rows.name_of(*known.key, str(decision.level.number), nowdate())
	notice.flags.name_set = True
	try:
		frappe.db.savepoint("l2c_claim")
		return notice.insert(ignore_permissions=True, set_name=notice.name)
	except frappe.DuplicateEntryError:
		frappe.db.rollback(save_point="l2c_claim")
		frappe.local.message_log = []
		return None


def _text(known: Known, decision: Decision, row: Any) -> dict[str, str]:
	if not row.email_template:
		return {"subject": _("Call {0}").format(known.key[0]), "message": ""}
	template = frappe.get_cached_doc("Email Template", row.email_template)
	context = _context(known, decision)
	# a subject is plain text; into the message, which is HTML, names go as text
	subject = template.get_formatted_email(context)["subject"]
	message = template.get_formatted_email(_escaped(context))["message"]
	return {"subject": subject[:140], "message": message}


def _escaped(value: Any) -> Any:
	if isinstance(value, dict):
		return {key: _escaped(each) for key, each in value.items()}
	if isinstance(value, list):
		return [_escaped(each) for each in value]
	return escape_html(value) if isinstance(value, str) else value


def _context(known: Known, decision: Decision) -> dict[str, Any]:
	"""Return what the texts of a policy may use."""
	customer, company, currency = known.key
	today, items = getdate(nowdate()), _chased(known)
	oldest = min(item.due for item in items)
	return {
		"customer": customer,
		"customer_name": frappe.get_cached_value("Customer", customer, "customer_name"),
		"company": company,
		"currency": currency,
		"level": decision.level.number,
		"amount": _money(decision.amount, currency),
		"unapplied": _money(known.facts.unapplied, currency),
		"oldest_due": formatdate(oldest),
		"days_late": max(0, (today - oldest).days),
		"items": [
			{
				"invoice": item.invoice,
				"due": formatdate(item.due),
				"days": (today - item.due).days,
				"open": _money(item.chasable, currency),
			}
			for item in items
		],
	}


def _chased(known: Known) -> list[Item]:
	"""Return the pieces that the message speaks of: what is overdue, or where nothing is, what falls due."""
	able = [item for item in known.facts.items if item.chasable]
	today = getdate(nowdate())
	return [item for item in able if item.due < today] or able


def _money(minor: int, currency: str) -> str:
	return fmt_money(flt(from_minor(minor, money_unit())), currency=currency)


def _papers(known: Known, row: Any) -> tuple[list[dict[str, Any]], str]:
	if not row.attach_invoices:
		return [], ""
	return invoice_copies.draw(known.key[0], [item.invoice for item in _chased(known)])


def _mail(known: Known, text: dict[str, str], papers: list[dict[str, Any]]) -> str:
	communication = mails.queue(
		known.address,
		subject=text["subject"],
		message=text["message"],
		about=("Collection Case", known.case.name) if known.case else ("Customer", known.key[0]),
		papers=papers,
	)
	chased_customers.learn(known.key[0])  # money that comes before the host hands it over takes it back
	return communication


def _activity(known: Known, channel: str, notice: Any) -> str:
	"""Plan the call, or the printing and posting of the letter, for the finance person."""
	doctype, name = ("Collection Case", known.case.name) if known.case else ("Customer", known.key[0])
	note = _("Print and post the letter {0}").format(notice.name) if channel == "Letter" else ""
	owner = known.case.finance_owner if known.case else known.policy.document.finance_owner
	follow_up = plan(
		doctype,
		name,
		follow_up_type="Call" if channel == "Call" else "Other",
		planned_for=now_datetime() + timedelta(hours=1),
		assigned_to=owner or "",
		note=note or _("Call about {0}").format(notice.subject),
	)
	return follow_up.name
