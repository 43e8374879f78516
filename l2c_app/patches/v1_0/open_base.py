"""Contracts show what is open and overdue in company currency too: no audit shall call it drift, and no quota rest on nothing."""

from collections.abc import Sequence

import frappe
from frappe.utils import getdate, nowdate

from l2c_app.core.money import from_minor
from l2c_app.core.position import position
from l2c_app.services.ledger import ledger_facts
from l2c_app.services.pool.name_lists import among, chunks, each

CHUNK = 200


def execute() -> None:
	"""Fill in the two columns: copied where a contract is in company currency, else worked out from the ledger. Repeatable."""
	contract, company = frappe.qb.DocType("Sales Contract"), frappe.qb.DocType("Company")
	for name, currency in frappe.get_all("Company", fields=["name", "default_currency"], as_list=True):
		update = frappe.qb.update(contract).set(contract.open_base, contract.open_amount)
		update = update.set(contract.overdue_base, contract.overdue_amount)
		update.where((contract.company == name) & (contract.currency == currency)).run()
	query = frappe.qb.from_(contract).join(company).on(company.name == contract.company)
	foreign = (contract.currency != company.default_currency) & (contract.docstatus > 0)
	names = query.select(contract.name).where(foreign).orderby(contract.name).run(pluck=True)
	for chunk in chunks(names, size=CHUNK):
		_fill(chunk)


def _fill(names: Sequence[str]) -> None:
	contract = frappe.qb.DocType("Sales Contract")
	opened: dict[str, str] = {}
	overdue: dict[str, str] = {}
	for name, known in ledger_facts.read(names).items():
		found = position(known.facts, getdate(nowdate()))
		opened[name] = str(from_minor(found.open_base, known.unit))
		overdue[name] = str(from_minor(found.overdue_base, known.unit))
	update = frappe.qb.update(contract).set(contract.open_base, each(contract.name, opened))
	update = update.set(contract.overdue_base, each(contract.name, overdue))
	update.where(among(contract.name, opened) & (contract.company != "")).run()
