"""Reminders before a signing link expires: a mail to its signatory, a line to the owner of the contract, once per link each.

Of a token nothing is stored but its hash, so no mail can repeat a link. Whoever has not signed has often lost the first mail,
and one that only tells him to ask costs both sides another round; so the reminder brings a new link, good no longer than the
old one, which is dead from then on as after Send Again. Where nothing can bring it the old link lives on, and the owner alone
is told. There is no window: what became due while the scheduler was down is told as long as the link is good.
"""

from collections.abc import Iterator
from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, cint, format_datetime, get_datetime, now_datetime

from l2c_app.core import signing as rules
from l2c_app.core.reminders import Channel
from l2c_app.core.signing import Link
from l2c_app.services.contract import contract_end_reminders, contract_state
from l2c_app.services.errors.recovery import retrying, undo
from l2c_app.services.follow_up import reminders
from l2c_app.services.signing import links, requests

SETTINGS = "L2C Settings"
LINK, MAIL = "l2c_link_expires", "l2c_link_mail"


def remind() -> Iterator[dict[str, int]]:
	"""Tell what is due now, one dict of counts per link: mailed, told, failed. The caller commits after each.

	One that fails is logged and tried again by the next run. One that lost a deadlock begins again.
	"""
	days = cint(frappe.db.get_single_value(SETTINGS, "signing_reminder_days"))
	for name in _expiring(days):
		yield retrying(partial(_try_one, name, days))


def _expiring(days: int) -> list[str]:
	now = now_datetime()
	filters = {
		"status": ("in", [state.value for state in rules.ANSWERABLE]),
		"expires_on": ("between", [now, add_days(now, days)]),
	}
	return frappe.get_all(requests.REQUEST, filters=filters, pluck="name", order_by="expires_on, name")


def _try_one(name: str, days: int) -> dict[str, int]:
	frappe.db.savepoint(LINK)
	try:
		return _one(name, days)
	except Exception as error:
		undo(LINK, error)
		frappe.log_error(
			title="Signing link not reminded of", reference_doctype=requests.REQUEST, reference_name=name
		)
		return {"failed": 1}


def _one(name: str, days: int) -> dict[str, int]:
	contract = contract_state.load(frappe.db.get_value(requests.REQUEST, name, "contract"))
	request = frappe.get_doc(requests.REQUEST, name, for_update=True)
	sent, expires = get_datetime(request.sent_on), get_datetime(request.expires_on)
	due = rules.reminder_due(sent, expires, days=days, now=now_datetime())
	if not due or links.judge(request, contract) is not Link.OPEN:
		return {}
	mailed = _mail(request)
	return {"mailed": int(mailed), "told": int(_tell_owner(contract, request))}


def _mail(request: Document) -> bool:
	"""Remind the signatory, unless he was; back to the old link where nothing brings the new one."""
	frappe.db.savepoint(MAIL)
	if _first(request, request.email or "", Channel.SIGNATORY) and requests.remind(request):
		return True
	frappe.db.rollback(save_point=MAIL)
	return False


def _tell_owner(contract: Document, request: Document) -> bool:
	owner = contract_end_reminders.owner_or_above(contract)
	if not owner or not _first(request, owner, Channel.CONTRACT_OWNER):
		return False
	language = reminders.language_of(owner)
	text = _("{0} has not signed contract {1} yet; the link expires at {2}.", language)
	text = text.format(request.full_name, contract.name, format_datetime(request.expires_on))
	if not _told(request):
		text = " ".join((text, _("No reminder was mailed: remind the signatory yourself.", language)))
	reminders.bell(owner, text, document=(contract.doctype, contract.name))
	return True


def _first(request: Document, user: str, channel: Channel) -> bool:
	due = get_datetime(request.expires_on)
	return reminders.record((request.doctype, request.name), due, user=user, channel=channel)


def _told(request: Document) -> bool:
	due = str(get_datetime(request.expires_on))
	filters = {"document_name": request.name, "due": due, "channel": Channel.SIGNATORY.value}
	return bool(frappe.db.exists("Follow Up Reminder", filters))
