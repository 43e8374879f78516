"""Refusals by the host's class names, and the two ways to say no: as the host does, or that it is not emulated here.

The texts are the sandbox's own; tests match classes.
"""

import json
from pathlib import Path

import frappe
from frappe import not_emulated

LEFT_OUT = json.loads((Path(__file__).parent / "left_out.json").read_text())


class PartyFrozen(frappe.ValidationError):
	"""The party trades no more."""


class PartyDisabled(frappe.ValidationError):
	"""The party is switched off."""


class InvalidAccountCurrency(frappe.ValidationError):
	"""An account is booked in its own currency, a party in one."""


class InvalidCurrency(frappe.ValidationError):
	"""A document in another currency than its party's account."""


class InvalidQtyError(frappe.ValidationError):
	"""A quantity of zero."""


class UOMMustBeIntegerError(frappe.ValidationError):
	"""A fraction of something that comes whole."""


class FiscalYearError(frappe.ValidationError):
	"""A date outside all fiscal years."""


class OverAllowanceError(frappe.ValidationError):
	"""More billed than ordered."""


class StockAccountInvalidTransaction(frappe.ValidationError):
	"""A journal without rows."""


def refuse_if(broken: object, text: str, error: type[Exception] = frappe.ValidationError) -> None:
	"""A refusal of the host."""
	if broken:
		frappe.throw(text, error)


def refuse_left_out(document: object) -> None:
	"""Fields that would trigger a part of the host that is not here, of a document and of its rows."""
	tables = [document.get(df.fieldname) for df in document.meta.get_table_fields()]
	for row in (document, *(row for table in tables for row in table)):
		for field in LEFT_OUT.get(row.doctype, "").split():
			left_out_if(field not in row.meta.dropped and row.get(field), f"{field} of {row.doctype}")


def left_out_if(wanted: object, what: str) -> None:
	"""Something that only a real host does."""
	if wanted:
		not_emulated(what)
