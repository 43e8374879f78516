"""The clauses of a contract: taken from its template, locked where it says so, complete before the submit."""

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.core import clause_text, clauses
from l2c_app.services.contract import clause_templates, clause_values
from l2c_app.services.errors import ClauseLocked, ClauseVariableMissing, refuse

MANAGERS = frozenset({"Sales Manager", "System Manager"})


def apply(contract: Document) -> None:
	"""Take the clauses of a template that was chosen just now, refuse changed locks, and mark what is not standard.

	For validate of a draft. Raises TemplateRefused, ClauseLocked, UnknownClauseVariable.
	"""
	before = contract.get_doc_before_save()
	old = clause_templates.rows_of(before) if before else []
	standard = _standard(contract, before)
	if _chosen_now(contract, before):
		replaced = old if before and before.contract_template != contract.contract_template else []
		_set_rows(contract, clauses.merge(standard, clause_templates.rows_of(contract), replaced))
	clause_templates.check_texts(contract.clauses)
	now = clause_templates.rows_of(contract)
	_refuse_broken(clauses.broken_locks(standard, now, old))
	_mark(contract, standard, now)


def replace(contract: Document, rows: list[dict[str, str]]) -> None:
	"""Set the clauses of a submitted contract that is revised, filled and marked like those of a draft. Does not save.

	Raises UnknownClauseVariable, ClauseVariableMissing.
	"""
	contract.set("clauses", [])
	for row in rows:
		contract.append(
			"clauses", {field: row.get(field) or "" for field in ("clause", "title", "language", "text")}
		)
	clause_templates.check_texts(contract.clauses)
	template = contract.contract_template
	standard = clause_templates.standard(template, contract.bill_by) if template else []
	_mark(contract, standard, clause_templates.rows_of(contract))
	freeze(contract)


def of_template(template: str, *, company: str, bill_by: str) -> list[dict[str, str | bool]]:
	"""Return the rows that a draft gets from a template. Permission: read on it. Raises TemplateRefused."""
	frappe.has_permission(clause_templates.TEMPLATE, "read", template, throw=True)
	clause_templates.require_usable(template, company)
	return [_row(clause) for clause in clause_templates.standard(template, bill_by)]


def freeze(contract: Document) -> None:
	"""Write the text as approved: every variable has its value from now on. For before_submit.

	Raises ClauseVariableMissing, which names every variable without a value.
	"""
	values = clause_values.of(contract)
	missing = [
		(name, row.title)
		for row in contract.clauses
		for name in clause_text.missing([row.text], values(row.language))
	]
	if missing:
		refuse(
			ClauseVariableMissing,
			_("Clauses need values that the contract does not have yet."),
			compared=_("Missing: {0}.").format(_missing_text(missing)),
			do=_("Fill them in, or change the clauses."),
		)
	for row in contract.clauses:
		row.final_text = _filled(row, values(row.language))


def printed_texts(contract: Document) -> list[str]:
	"""Return the text of each clause as HTML: as approved, or for a draft with the values known so far."""
	values = clause_values.of(contract)
	return [
		row.final_text if contract.docstatus and row.final_text else _filled(row, values(row.language))
		for row in contract.clauses
	]


def _filled(row: Document, values: dict[str, str]) -> str:
	return clause_templates.clean(clause_text.fill_known(row.text, values))


def _missing_text(missing: list[tuple[str, str]]) -> str:
	titles: dict[str, list[str]] = {}
	for name, title in missing:
		titles.setdefault(name, []).append(title)
	return ", ".join(f"{name} ({', '.join(dict.fromkeys(where))})" for name, where in titles.items())


def _standard(contract: Document, before: Document | None) -> list[clauses.Clause]:
	template = contract.contract_template
	if not template:
		return []
	if not before or before.contract_template != template:
		clause_templates.require_usable(template, contract.company)
	return clause_templates.standard(template, contract.bill_by)


def _chosen_now(contract: Document, before: Document | None) -> bool:
	if not contract.contract_template:
		return False
	if before:
		return (before.contract_template, before.bill_by) != (contract.contract_template, contract.bill_by)
	return not any(row.clause for row in contract.clauses)


def _set_rows(contract: Document, rows: list[clauses.Clause]) -> None:
	contract.set("clauses", [])
	for clause in rows:
		contract.append("clauses", _row(clause))


def _row(clause: clauses.Clause) -> dict[str, str | bool]:
	return {
		"clause": clause.key,
		"title": clause.title,
		"language": clause.language,
		"text": clause.text,
		"locked": int(clause.locked),
		"changed": 0,
	}


def _refuse_broken(broken: list[clauses.Clause]) -> None:
	if broken and MANAGERS.isdisjoint(frappe.get_roles()):
		refuse(
			ClauseLocked,
			_("Locked clauses stay as the template has them."),
			compared=_("Changed or left out: {0}.").format(", ".join(clause.title for clause in broken)),
			do=_("Choose the template again, or ask a sales manager to change them."),
		)


def _mark(contract: Document, standard: list[clauses.Clause], now: list[clauses.Clause]) -> None:
	theirs = {clause.place: clause for clause in standard}
	ours = clauses.by_place(now)
	for row, clause in zip(contract.clauses, now, strict=True):
		origin = theirs.get(clause.place) if ours.get(clause.place) is clause else None
		row.clause = origin.key if origin else ""
		row.locked = int(bool(origin and origin.locked))
		row.changed = int(not origin or not clauses.equal(clause, origin))
		row.final_text = ""
	found = clauses.deviations(standard, now)
	contract.non_standard = int(bool(found))
	contract.non_standard_reasons = "\n".join(_said(deviation) for deviation in found)


def _said(deviation: clauses.Deviation) -> str:
	texts = {
		clauses.CHANGED: _("Changed: {0}"),
		clauses.LEFT_OUT: _("Left out: {0}"),
		clauses.ADDED: _("Added: {0}"),
	}
	language = f" ({deviation.language})" if deviation.language else ""
	text = texts[deviation.kind].format(deviation.title + language)
	return _("{0}, a locked clause").format(text) if deviation.locked else text
