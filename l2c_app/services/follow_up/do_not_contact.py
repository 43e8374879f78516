"""Whether a party may be contacted: blocked for everything, or unsubscribed from mail."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, nowdate

from l2c_app.core.cadence import Exit
from l2c_app.core.seats import is_quiet
from l2c_app.services.errors import ContactRefused, refuse
from l2c_app.services.pool import quiet_days, vault

CONTACTS = ("Call", "Visit", "Meeting", "Email", "Message", "Mail")
MAILS = ("Email", "Mail")
BLOCKED_STATUS = "Do Not Contact"


def blocked(party_type: str, parties: Iterable[str]) -> dict[str, set[Exit]]:
	"""Return {party: BLOCKED, UNSUBSCRIBED or both} of those that must not be contacted (by mail). Few queries for all.

	Blocked: a lead with the status Do Not Contact, a disabled customer. Unsubscribed: marked so on the lead, or an
	Email Unsubscribe of its address for everything or for this party.
	"""
	names = sorted(set(parties))
	return blocked_among(party_type, _rows(party_type, names)) if names else {}


def blocked_among(party_type: str, rows: Collection[frappe._dict]) -> dict[str, set[Exit]]:
	"""As `blocked`, of parties that were read: name, email, blocked, unsubscribed."""
	found: dict[str, set[Exit]] = {}
	gone = _unsubscribed(party_type, rows)
	for row in rows:
		reasons = {Exit.BLOCKED} if row.blocked else set()
		if row.unsubscribed or row.name in gone:
			reasons.add(Exit.UNSUBSCRIBED)
		if reasons:
			found[row.name] = reasons
	return found


def refuse_contact(lead: str | None, customer: str | None, *, kind: str, on: date | None = None) -> None:
	"""Raise ContactRefused when a call, visit, mail or message is planned with somebody who must not get it, or not on
	that day (None: today)."""
	if kind not in CONTACTS:
		return
	for party_type, party in (("Lead", lead), ("Customer", customer)):
		quiet = quiet_days.of_parties(party_type, [party]).get(party) if party else None
		if quiet and is_quiet(quiet, on or getdate(nowdate())):
			refuse(
				ContactRefused,
				_("{0} must not be contacted").format(party),
				compared=quiet_days.text(quiet),
				do=_("Plan the contact for a later day."),
			)
		reasons = blocked(party_type, [party]).get(party, set()) if party else set()
		if Exit.BLOCKED in reasons:
			refuse(
				ContactRefused,
				_("{0} must not be contacted").format(party),
				compared=_("Do Not Contact, or disabled."),
				do=_("Plan no contact, or ask a manager to lift the mark."),
			)
		if Exit.UNSUBSCRIBED in reasons and kind in MAILS:
			refuse(
				ContactRefused,
				_("{0} wants no mail").format(party),
				compared=_("The address is unsubscribed."),
				do=_("Call instead, or write only after a new consent."),
			)


def _rows(party_type: str, names: list[str]) -> list[frappe._dict]:
	filters = {"name": ("in", names)}
	if party_type == "Lead":
		fields = ["name", "email_id", "status", "unsubscribed"]
		rows = frappe.get_all("Lead", filters=filters, fields=fields, order_by="name")
		mails = vault.real_mails({row.name: row.email_id for row in rows})
		return [
			frappe._dict(
				name=row.name,
				email=mails[row.name],
				blocked=row.status == BLOCKED_STATUS,
				unsubscribed=row.unsubscribed,
			)
			for row in rows
		]
	rows = frappe.get_all(
		"Customer", filters=filters, fields=["name", "email_id", "disabled"], order_by="name"
	)
	return [of_customer(row) for row in rows]


def of_customer(row: Any) -> frappe._dict:
	"""Return a customer's row (name, email_id, disabled) as `blocked_among` wants it."""
	return frappe._dict(name=row.name, email=row.email_id, blocked=row.disabled, unsubscribed=0)


def _unsubscribed(party_type: str, parties: Collection[frappe._dict]) -> set[str]:
	by_email: dict[str, list[str]] = {}
	for party in parties:
		if party.email:
			by_email.setdefault(party.email.lower(), []).append(party.name)
	if not by_email:
		return set()
	rows = frappe.get_all(
		"Email Unsubscribe",
		filters={"email": ("in", sorted(by_email))},
		fields=["email", "global_unsubscribe", "reference_doctype", "reference_name"],
		order_by="name",
	)
	wanted = {party.name for party in parties}
	about = {
		row.reference_name
		for row in rows
		if row.reference_doctype == party_type and row.reference_name in wanted
	}
	return about.union(*(by_email.get(row.email.lower(), []) for row in rows if row.global_unsubscribe))
