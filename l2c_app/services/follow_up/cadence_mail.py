"""The mails of a cadence: through the host's queue, in the party's timeline, with its unsubscribe link, once per step."""

from typing import Any

import frappe
from frappe.utils import get_fullname

from l2c_app.core import masking
from l2c_app.core.reminders import Channel
from l2c_app.services.follow_up import do_not_contact, reminders
from l2c_app.services.pool import vault

OPENED = ("Read", "Opened", "Clicked")


def address_of(enrolment: Any) -> str:
	"""Return the address that a mail to the enrolled party goes to, "" without one; of a sealed lead the one in its vault.

	It is for the queue alone, which only System Managers read. What the timeline shows is `_shown_address`.
	"""
	shown = _shown_address(enrolment)
	if enrolment.party_type == "Lead":
		return vault.real_mails({enrolment.party: shown})[enrolment.party]
	return "" if masking.is_masked(shown) else shown


def _shown_address(enrolment: Any) -> str:
	return frappe.db.get_value(enrolment.party_type, enrolment.party, "email_id") or ""


def opened(communication: str | None) -> bool:
	"""Return True when the recipient is known to have opened this mail."""
	if not communication:
		return False
	seen = frappe.db.get_value("Communication", communication, ["read_by_recipient", "delivery_status"])
	return bool(seen) and (bool(seen[0]) or seen[1] in OPENED)


def send(enrolment: Any, template: str, *, number: int) -> str | None:
	"""Queue the mail of a step (number from 0). Returns the Communication, None when it went out before.

	Raises ContactRefused for a party that must not be mailed. It is an automated message: no effort of anybody.
	"""
	is_lead = enrolment.party_type == "Lead"
	do_not_contact.refuse_contact(
		enrolment.party if is_lead else None, None if is_lead else enrolment.party, kind="Mail"
	)
	document = ("Sales Cadence Enrolment", enrolment.name)
	due = f"step {number + 1}"
	if not reminders.record(document, due, user=enrolment.assigned_to, channel=Channel.CADENCE_MAIL):
		return None
	text = frappe.get_doc("Email Template", template).get_formatted_email(
		frappe.get_doc(enrolment.party_type, enrolment.party).as_dict()
	)
	communication = _communication(enrolment, text)
	frappe.sendmail(
		recipients=[address_of(enrolment)],
		subject=text["subject"],
		message=text["message"],
		reference_doctype=enrolment.party_type,
		reference_name=enrolment.party,
		communication=communication,
		read_receipt=1,
	)
	return communication


def _communication(enrolment: Any, text: dict[str, str]) -> str:
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Automated Message",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"subject": text["subject"],
			"content": text["message"],
			"sender_full_name": get_fullname(enrolment.assigned_to),
			"recipients": _shown_address(enrolment),
			"reference_doctype": enrolment.party_type,
			"reference_name": enrolment.party,
		}
	)
	return communication.insert(ignore_permissions=True).name  # the clock writes for the one who enrolled
