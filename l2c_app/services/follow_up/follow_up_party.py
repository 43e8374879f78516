"""Whom a follow up is about, and what its dates say on the lead and the opportunity."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import frappe
from frappe.model.document import Document

from l2c_app.core import follow_up as rules
from l2c_app.services.follow_up import cadences, effort, first_response
from l2c_app.services.pool.name_lists import chunks, forget_cached

NAME_LENGTH = 140
OPPORTUNITY = "Opportunity"
DATES = ["l2c_last_follow_up_on", "l2c_next_follow_up_on"]
TYPE_AND_NAME_FIELDS = {
	"Opportunity": ["opportunity_from", "party_name"],
	"Quotation": ["quotation_to", "party_name"],
	"Payment Entry": ["party_type", "party"],
}
TITLE_FIELDS = {"Lead": "title", "Customer": "customer_name"}


@dataclass(frozen=True)
class Party:
	"""The lead and the customer a document is about, each "" where there is none, and a name to show."""

	lead: str = ""
	customer: str = ""
	title: str = ""


def resolve(doctype: str, name: str) -> Party:
	"""Return the party of a document: of a Lead, Customer, Opportunity, Quotation, Sales Contract or sales voucher.

	A party type that is unknown (a Prospect, another app's deal) gives a Party without lead and customer. Never raises.
	"""
	lead, customer = _lead_and_customer(doctype, name)
	if customer and not lead:
		lead = frappe.db.get_value("Customer", customer, "lead_name")
	elif lead and not customer:
		customer = customer_of(lead)
	return Party(lead or "", customer or "", _title(doctype, name, lead, customer))


def customer_of(lead: str) -> str:
	"""Return the Customer that was made from this lead, or ""."""
	rows = frappe.get_all(
		"Customer", filters={"lead_name": lead}, pluck="name", order_by="creation asc", limit=1
	)
	return rows[0] if rows else ""


def roll_up(follow_up: Document) -> None:
	"""Write the last and the next follow up date to what a follow up is about: its lead, and its opportunity."""
	if follow_up.lead:
		roll_up_many("Lead", [follow_up.lead])
	if follow_up.reference_doctype == OPPORTUNITY:
		roll_up_many(OPPORTUNITY, [follow_up.reference_name])


def roll_up_many(doctype: str, documents: Iterable[str]) -> None:
	"""Write the last and the next follow up date of leads or opportunities to them: two queries a thousand, one write per
	dates alike. A lead has those of everything about it, an opportunity its own.

	Not a change of the document by anybody: its `modified` stays, so an open form can still be saved, and no seat moves.
	"""
	for names in chunks(sorted(set(documents))):
		stored = frappe.get_all(
			doctype, filters={"name": ("in", names)}, fields=["name", *DATES], order_by="name"
		)
		facts = _facts_of(doctype, names)
		alike: dict[tuple, list[str]] = {}
		for row in stored:
			dates = rules.roll_up(facts.get(row.name, []))
			if dates != tuple(row[field] for field in DATES):
				alike.setdefault(dates, []).append(row.name)
		for dates, some in alike.items():
			_write_dates(doctype, some, dates)


def _facts_of(doctype: str, names: Sequence[str]) -> dict[str, list[rules.Facts]]:
	about = "lead" if doctype == "Lead" else "reference_name"
	filters = {about: ("in", names), "status": ("!=", rules.Status.CANCELLED.value)}
	if doctype != "Lead":
		filters["reference_doctype"] = doctype
	rows = frappe.get_all(
		"Follow Up", filters=filters, fields=[about, "status", "planned_for", "done_on"], order_by="name asc"
	)
	facts: dict[str, list[rules.Facts]] = {}
	for row in rows:
		facts.setdefault(row.pop(about), []).append(rules.Facts(**row))
	return facts


def _write_dates(doctype: str, names: Sequence[str], dates: tuple) -> None:
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.update(table)
	for field, moment in zip(DATES, dates, strict=True):
		query = query.set(table[field], moment)
	query.where(table.name.isin(names)).run()
	forget_cached(doctype, names)


def keep_dates(doc: Document) -> None:
	"""Take the two dates from the database, not from a form that was opened before a follow up was logged.

	For the validate event of Lead and Opportunity; costs no query, since the host has loaded the stored document already.
	"""
	stored = doc.get_doc_before_save()
	for field in DATES:
		doc.set(field, stored.get(field) if stored else None)


def back_fill_customer(lead: str, customer: str) -> None:
	"""Name the Customer on all follow ups of the lead it was made from."""
	table = frappe.qb.DocType("Follow Up")
	query = frappe.qb.update(table).set(table.customer, customer)
	query.where((table.lead == lead) & (table.customer.isnull() | (table.customer == ""))).run()


def renamed(doctype: str, old: str, new: str) -> None:
	"""Follow a renamed or merged Lead or Customer.

	The host follows `reference_name` by itself, from a list of linked DocTypes that it caches; a reference the list
	does not know yet would be lost, so it is written here as well.
	"""
	table = frappe.qb.DocType("Follow Up")
	field = table[doctype.lower()]
	frappe.qb.update(table).set(field, new).where(field == old).run()
	about = (table.reference_doctype == doctype) & (table.reference_name == old)
	frappe.qb.update(table).set(table.reference_name, new).where(about).run()
	for follow in (effort, cadences, first_response):
		follow.renamed(doctype, old, new)
	if doctype == "Lead":
		roll_up_many(doctype, [new])


def call_off(doctype: str, name: str) -> None:
	"""Cancel what is planned on a document that is being deleted, with its ToDos; the dates of its lead follow. The history
	stays.

	Written by query: the document a follow up points at is going, so the follow up itself could not be saved.
	"""
	filters = {"reference_doctype": doctype, "reference_name": name, "status": rules.Status.PLANNED.value}
	rows = frappe.get_all("Follow Up", filters=filters, fields=["name", "lead"], order_by="name asc")
	planned = [row.name for row in rows]
	if not planned:
		return
	table, todo = frappe.qb.DocType("Follow Up"), frappe.qb.DocType("ToDo")
	cancelled = rules.Status.CANCELLED.value
	frappe.qb.update(table).set(table.status, cancelled).where(table.name.isin(planned)).run()
	of_ours = (
		(todo.reference_type == "Follow Up") & todo.reference_name.isin(planned) & (todo.status == "Open")
	)
	frappe.qb.update(todo).set(todo.status, cancelled).where(of_ours).run()
	if doctype != "Lead":
		roll_up_many("Lead", {row.lead for row in rows if row.lead})


def _lead_and_customer(doctype: str, name: str) -> tuple[str | None, str | None]:
	if doctype in ("Lead", "Customer"):
		return (name, None) if doctype == "Lead" else (None, name)
	if doctype in TYPE_AND_NAME_FIELDS:
		party_type, party = frappe.db.get_value(doctype, name, TYPE_AND_NAME_FIELDS[doctype]) or (None, None)
		return (party if party_type == "Lead" else None), (party if party_type == "Customer" else None)
	meta = frappe.get_meta(doctype)
	return tuple(
		frappe.db.get_value(doctype, name, field) if meta.has_field(field) else None
		for field in ("lead", "customer")
	)


def _title(doctype: str, name: str, lead: str | None, customer: str | None) -> str:
	for party_type, party in (("Customer", customer), ("Lead", lead)):
		title = party and frappe.db.get_value(party_type, party, TITLE_FIELDS[party_type])
		if title:
			return title[:NAME_LENGTH]
	field = frappe.get_meta(doctype).get_title_field()
	title = name if field == "name" else frappe.db.get_value(doctype, name, field)
	return str(title or name)[:NAME_LENGTH]
