"""Templates of contracts: what a template must satisfy, and the clauses that a contract takes from it."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import sanitize_html

from l2c_app.core import clause_text, clauses
from l2c_app.services.errors import ClauseTwice, TemplateRefused, UnknownClauseVariable, refuse

TEMPLATE = "Sales Contract Template"


def check(template: Document) -> None:
	"""Refuse variables that no contract has, and a clause that is there twice.

	Raises UnknownClauseVariable, ClauseTwice.
	"""
	for row in template.clauses:
		row.clause = (row.clause or "").strip()
	check_texts(template.clauses)
	twice = clauses.doubled(rows_of(template))
	if twice:
		refuse(
			ClauseTwice,
			_("A template has each clause once per language and kind of contract."),
			compared=_("Twice: {0}.").format(_listed(" ".join(place) for place in twice)),
			do=_("Give one of them another name in the column Clause."),
		)


def clean(text: str) -> str:
	"""Return rich text without anything that runs. The host by itself lets pass what reads as JSON, a quoted script too."""
	return sanitize_html(text or "", always_sanitize=True)


def check_texts(rows: list[Document]) -> None:
	"""Clean the text of clauses and refuse variables outside the list. Raises UnknownClauseVariable."""
	for row in rows:
		row.text = clean(row.text)
	faults = [f"{row.title}: {name}" for row in rows for name in clause_text.unknown([row.text])]
	if faults:
		refuse(
			UnknownClauseVariable,
			_("Clauses use variables that no contract has."),
			compared=_("Unknown: {0}.").format(_listed(faults)),
			do=_("Known are: {0}.").format(", ".join(clause_text.VARIABLES)),
		)


def standard(template: str, bill_by: str) -> list[clauses.Clause]:
	"""Return the clauses that a contract billed in this way takes from a template, in all its languages."""
	return clauses.applicable(rows_of(frappe.get_doc(TEMPLATE, template)), bill_by)


def rows_of(document: Document) -> list[clauses.Clause]:
	"""Return the clause rows of a template or of a contract as plain values, in their order."""
	return [
		clauses.Clause(
			key=(row.clause or "").strip(),
			language=row.language or "",
			title=row.title or "",
			text=row.text or "",
			locked=bool(row.locked),
			applies_to=row.get("applies_to") or "",
		)
		for row in document.get("clauses") or []
	]


def require_usable(template: str, company: str) -> None:
	"""Refuse a template that may not be chosen. Raises TemplateRefused."""
	found = frappe.db.get_value(TEMPLATE, template, ["enabled", "for_company"], as_dict=True)
	if not found or not found.enabled:
		refuse(
			TemplateRefused,
			_("Contract template {0} is not enabled or does not exist any more.").format(template),
			do=_("Choose another one."),
		)
	if found.for_company and found.for_company != company:
		refuse(
			TemplateRefused,
			_("Contract template {0} is for another company.").format(template),
			compared=_("Company of the template {0}, of the contract {1}.").format(
				found.for_company, company
			),
			do=_("Choose another one."),
		)


def _listed(parts: object) -> str:
	return ", ".join(dict.fromkeys(parts))
