"""What keeps parties with their holders: open opportunities, valid quotations, appointments, live contracts, open
orders, unpaid invoices. Each found by one statement, for some parties or for all; what is still on the lead that a customer
came from, by one more."""

from collections.abc import Callable, Iterable, Sequence

import frappe
from frappe.query_builder.functions import Sum
from frappe.utils import add_days, now_datetime, nowdate

from l2c_app.core.recycling import Exemption
from l2c_app.services.pool.name_lists import among, chunks

OPEN_OPPORTUNITY = ("Open", "Quotation", "Replied")
DEAD_QUOTATION = ("Lost", "Cancelled", "Expired", "Ordered")
LIVE_CONTRACT = ("Approved", "Signed", "Not Started", "Active")
DONE_ORDER = ("Completed", "Closed", "Cancelled")
DAYS_AHEAD = 30
SMALLEST = 0.005
FEW = 5000
Facts = dict[str, set[Exemption]]


def find(party_type: str, parties: Sequence[str] | None = None) -> Facts:
	"""Return {party: what exempts it}; parties without anything are missing. `parties` None: all of the type."""
	facts: Facts = {}
	if parties is None:
		_collect(facts, party_type, None)
	else:
		for names in chunks(sorted(set(parties))):
			_collect(facts, party_type, names)
	return facts


def _collect(facts: Facts, party_type: str, names: Sequence[str] | None) -> None:
	came_from = _came_from(names) if party_type == "Customer" else {}
	leads = None if names is None else sorted(came_from)
	for fact, read in ((Exemption.OPPORTUNITY, _opportunities), (Exemption.QUOTATION, _quotations)):
		_add(facts, fact, read(party_type, names))
		for lead in read("Lead", leads) if came_from else ():
			_add(facts, fact, came_from.get(lead, ()))
	_add(facts, Exemption.APPOINTMENT, _appointments(party_type, names))
	_add(facts, Exemption.CONTRACT, _contracts(party_type, names))
	customers = _customers(party_type, names)
	if customers is None or customers:
		some = None if customers is None else sorted(customers)
		for fact, read in _BY_CUSTOMER:
			found = read(some)
			_add(facts, fact, found if customers is None else [customers[name] for name in found])


def _add(facts: Facts, fact: Exemption, parties: Iterable[str]) -> None:
	for party in parties:
		facts.setdefault(party, set()).add(fact)


def _first(query: object) -> list[str]:
	return [row[0] for row in query.run()]


def _came_from(customers: Sequence[str] | None) -> dict[str, list[str]]:
	"""Return {lead: the customers made from it}: the host leaves the lead's documents where they are."""
	table = frappe.qb.DocType("Customer")
	query = frappe.qb.from_(table).select(table.lead_name, table.name).where(table.lead_name != "")
	query = query.where(among(table.name, customers)) if customers is not None else query
	found: dict[str, list[str]] = {}
	for lead, customer in query.run():
		found.setdefault(lead, []).append(customer)
	return found


def _opportunities(party_type: str, names: Sequence[str] | None) -> list[str]:
	table = frappe.qb.DocType("Opportunity")
	query = frappe.qb.from_(table).select(table.party_name).distinct()
	query = query.where((table.opportunity_from == party_type) & table.status.isin(OPEN_OPPORTUNITY))
	return _first(query.where(among(table.party_name, names)) if names is not None else query)


def _quotations(party_type: str, names: Sequence[str] | None) -> list[str]:
	table = frappe.qb.DocType("Quotation")
	query = frappe.qb.from_(table).select(table.party_name).distinct()
	query = query.where((table.quotation_to == party_type) & (table.docstatus == 1))
	query = query.where(table.status.notin(DEAD_QUOTATION))
	query = query.where(table.valid_till.isnull() | (table.valid_till >= nowdate()))
	return _first(query.where(among(table.party_name, names)) if names is not None else query)


def _appointments(party_type: str, names: Sequence[str] | None) -> list[str]:
	"""Events of the next days with the party as participant; the host's appointments make such an event as well."""
	event, person = frappe.qb.DocType("Event"), frappe.qb.DocType("Event Participants")
	now = now_datetime()
	query = frappe.qb.from_(person).join(event).on(event.name == person.parent)
	query = query.select(person.reference_docname).distinct()
	query = query.where((person.reference_doctype == party_type) & (event.status == "Open"))
	query = query.where((event.starts_on >= now) & (event.starts_on <= add_days(now, DAYS_AHEAD)))
	return _first(query.where(among(person.reference_docname, names)) if names is not None else query)


def _contracts(party_type: str, names: Sequence[str] | None) -> list[str]:
	table = frappe.qb.DocType("Sales Contract")
	column = table.lead if party_type == "Lead" else table.customer
	query = frappe.qb.from_(table).select(column).distinct()
	query = query.where((table.docstatus == 1) & table.status.isin(LIVE_CONTRACT) & column.isnotnull())
	return _first(query.where(among(column, names)) if names is not None else query)


def _customers(party_type: str, names: Sequence[str] | None) -> dict[str, str] | None:
	"""Return {customer: party}: the customers made from leads, or the customers themselves (None: any customer)."""
	if party_type == "Customer":
		return None if names is None else {name: name for name in names}
	table = frappe.qb.DocType("Customer")
	query = frappe.qb.from_(table).select(table.name, table.lead_name)
	query = query.where(table.lead_name != "")
	if names is not None:
		query = query.where(among(table.lead_name, names))
	return dict(query.run())


def _orders(customers: Sequence[str] | None) -> list[str]:
	table = frappe.qb.DocType("Sales Order")
	query = frappe.qb.from_(table).select(table.customer).distinct()
	query = query.where((table.docstatus == 1) & table.status.notin(DONE_ORDER))
	return _first(query.where(among(table.customer, customers)) if customers is not None else query)


def _won(customers: Sequence[str] | None) -> list[str]:
	table = frappe.qb.DocType("Sales Order")
	query = frappe.qb.from_(table).select(table.customer).distinct()
	query = query.where((table.docstatus == 1) & (table.status != "Cancelled"))
	return _first(query.where(among(table.customer, customers)) if customers is not None else query)


def _unpaid(customers: Sequence[str] | None) -> list[str]:
	"""Customers with an invoice that the ledger shows open, whatever its own field says."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	query = frappe.qb.from_(entry).select(entry.party)
	query = query.where((entry.delinked == 0) & (entry.account_type == "Receivable"))
	query = query.where((entry.party_type == "Customer") & (entry.against_voucher_type == "Sales Invoice"))
	if customers is not None:
		query = query.where(among(entry.party, customers))
	query = query.groupby(entry.party, entry.against_voucher_no)
	return sorted(set(_first(query.having(Sum(entry.amount_in_account_currency) > SMALLEST))))


_BY_CUSTOMER: tuple[tuple[Exemption, Callable[[Sequence[str] | None], list[str]]], ...] = (
	(Exemption.ORDER, _orders),
	(Exemption.WON, _won),
	(Exemption.INVOICE, _unpaid),
)
