"""One mail to a customer through the host's queue, kept in the timeline of what it is about."""

from collections.abc import Sequence
from typing import Any

import frappe


def queue(
	address: str,
	*,
	subject: str,
	message: str,
	about: tuple[str, str],
	papers: Sequence[dict[str, Any]] = (),
) -> str:
	"""Put a mail into the host's queue within this transaction. Returns its communication.

	`about`: (DocType, name) whose timeline shows it; `papers`: attachments as the host takes them.
	"""
	doctype, name = about
	values = {
		"doctype": "Communication",
		"communication_type": "Automated Message",
		"communication_medium": "Email",
		"sent_or_received": "Sent",
		"subject": subject,
		"content": message,
		"recipients": address,
		"reference_doctype": doctype,
		"reference_name": name,
	}
	communication = frappe.get_doc(values).insert(ignore_permissions=True).name
	frappe.sendmail(
		recipients=[address],
		subject=subject,
		message=message,
		reference_doctype=doctype,
		reference_name=name,
		communication=communication,
		attachments=list(papers),
	)
	return communication
