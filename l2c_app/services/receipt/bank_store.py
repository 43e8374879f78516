"""The results of a run over bank lines, stored a chunk at a time as Bank Match: few statements, whatever the chunk.

A line's former proposal stays where it says the same, and is changed in its place where it does not; new ones are
written in bulk, with the hooks that a document has when it is inserted. Nothing here commits.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import frappe
from frappe.model import naming
from frappe.model.document import Document

from l2c_app.core.matching import Match
from l2c_app.core.money import from_minor, to_minor
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import bank_accept, bank_reads

MATCH, PART = "Bank Match", "Bank Match Part"
PROPOSED, REJECTED = "Proposed", "Rejected"
BEFORE = ("before_validate", "validate", "before_save")
AFTER = ("after_insert", "on_update", "on_change")
Found = tuple[Any, Match, dict[str, Any]]
Said = tuple[str | None, list[tuple[str, str, int]]]


def store(run: str, found: Sequence[Found]) -> list[str]:
	"""Store proposals in the place of their lines' former ones and return their names.

	`found` as bank_matching.find returns it, a line once. Left out are lines whose money changed since, and those where a
	person has said no to the very same.
	"""
	still = _still_open([line for line, _match, _about in found])
	found = [row for row in found if row[0].name in still]
	lines = [line.name for line, _match, _about in found]
	formers, refused = _formers(lines), _refused(lines)
	same, changed, fresh = [], [], []
	for line, match, about in found:
		values = _values(run, line, match, about)
		former = formers.get(line.name)
		if former:
			changed.append((former.name, values)) if _differs(former, values) else same.append(former.name)
		elif refused.get(line.name) != _said(match.customer, values["parts"]):
			fresh.append(values)
	_confirm(run, same)
	for name, values in changed:
		_replace(name, values)
	return [*same, *(name for name, _values in changed), *_insert(fresh)]


def _still_open(lines: Sequence[Any]) -> set[str]:
	"""Lock bank lines, so that two runs store one proposal, and return those that have the money that was matched."""
	table, unit = frappe.qb.DocType(bank_reads.LINE), money_unit()
	query = frappe.qb.from_(table).select(table.name, table.unallocated_amount).orderby(table.name)
	query = query.where(table.name.isin([line.name for line in lines]) & (table.docstatus == 1))
	amounts = {name: to_minor(amount, unit) for name, amount in query.for_update().run()} if lines else {}
	return {line.name for line in lines if amounts.get(line.name) == to_minor(line.unallocated_amount, unit)}


def _formers(lines: Sequence[str]) -> dict[str, frappe._dict]:
	"""Lock and return the proposal of each line, with its parts, as it is now: another run may have stored one since this
	transaction began."""
	table, part = frappe.qb.DocType(MATCH), frappe.qb.DocType(PART)
	query = frappe.qb.from_(table).select(table.star).orderby(table.name)
	query = query.where(table.bank_transaction.isin(lines) & (table.state == PROPOSED))
	rows = query.for_update().run(as_dict=True) if lines else []
	found = {row.name: frappe._dict(row, parts=[]) for row in rows}
	query = frappe.qb.from_(part).select(part.star).orderby(part.parent, part.idx)
	query = query.where(part.parent.isin(list(found))).for_update()
	for row in query.run(as_dict=True) if found else []:
		found[row.parent].parts.append(row)
	return {row.bank_transaction: row for row in found.values()}


def _differs(former: dict[str, Any], values: dict[str, Any]) -> bool:
	"""Say whether a stored proposal says anything else than what was found now; which run found it does not count."""
	if len(former["parts"]) != len(values["parts"]):
		return True
	pairs = [(former, values), *zip(former["parts"], values["parts"], strict=True)]
	return any(
		(stored[field] or "") != (value or "")
		for stored, now in pairs
		for field, value in now.items()
		if field not in ("run", "parts")
	)


def _refused(lines: Sequence[str]) -> dict[str, Said]:
	"""Return by line what a person last said no to."""
	filters = {"bank_transaction": ("in", lines), "state": REJECTED}
	fields = ["bank_transaction", "name", "customer"]
	rows = frappe.get_all(MATCH, filters=filters, fields=fields, order_by="creation, name") if lines else []
	last = {row.bank_transaction: row for row in rows}
	parts: dict[str, list] = {row.name: [] for row in last.values()}
	fields = ["parent", "reference_name", "row_id", "amount"]
	filters = {"parent": ("in", list(parts))}
	for part in frappe.get_all(PART, filters=filters, fields=fields, order_by="parent, idx") if parts else []:
		parts[part.parent].append(part)
	return {line: _said(row.customer, parts[row.name]) for line, row in last.items()}


def _said(customer: str | None, parts: Sequence[dict[str, Any]]) -> Said:
	unit = money_unit()
	return customer, [
		(part["reference_name"], part["row_id"], to_minor(part["amount"], unit)) for part in parts
	]


def _values(run: str, line: Any, match: Match, about: dict[str, Any]) -> dict[str, Any]:
	return {
		"run": run,
		"bank_transaction": line.name,
		"company": line.company,
		"bank_account": line.bank_account,
		"received_on": line.date,
		"state": PROPOSED,
		"decision": match.decision.value,
		"score": match.score,
		"amount": line.unallocated_amount,
		"currency": line.currency,
		"description": line.description,
		"payer_name": line.bank_party_name,
		"payer_account": line.bank_party_iban or line.bank_party_account_number,
		"reference_no": (line.reference_number or "")[:140],
		"customer": match.customer,
		"customer_name": about["customer_name"],
		"left_amount": float(from_minor(match.left, money_unit())),
		"existing_payment": about["payment"],
		"evidence": json.dumps(match.evidence),
		"parts": [
			bank_reads.part(about["opened"][key], amount, line.currency) for key, amount in match.parts
		],
	}


def _confirm(run: str, names: Sequence[str]) -> None:
	"""Note on proposals that a run found the same again, by one statement: nobody is told of what did not change."""
	if names:
		frappe.db.set_value(MATCH, {"name": ("in", names)}, "run", run)


def _replace(former: str, values: dict[str, Any]) -> None:
	document = frappe.get_doc(MATCH, former, for_update=True)
	document.update(values)
	bank_accept.save(document)


# New ones in bulk


def _insert(fresh: Sequence[dict[str, Any]]) -> list[str]:
	if not fresh:
		return []
	documents = [_made(values) for values in fresh]
	_name(documents)
	_run(documents, BEFORE)
	_write(MATCH, documents)
	_write(PART, [part for document in documents for part in document.parts])
	_run(documents, AFTER)
	documents[-1].notify_update()  # once for all: an open list of the Desk is told that it grew
	return [document.name for document in documents]


def _made(values: dict[str, Any]) -> Document:
	"""Return a new document with its stamps.

	Its texts were cleaned when the bank line was saved, and its links are those of documents that were read just now.
	"""
	document = frappe.new_doc(MATCH)
	document.update(values)
	document.flags.ignore_permissions = True  # services check the right before
	document.flags.in_insert = True  # notifications ask for it
	document.set_user_and_timestamp()
	document.check_if_latest()
	document.run_method("before_insert")
	return document


def _name(documents: Sequence[Document]) -> None:
	"""Name documents and their parts as the host does; where no rule of the site names them, all numbers at one go."""
	by_rule = frappe.db.exists("Document Naming Rule", {"document_type": MATCH, "disabled": 0})
	draw = _numbers(len(documents))
	for document in documents:
		if by_rule:
			document.set_new_name()
		else:
			series = f"{document.naming_series}.#####"
			document.name = naming.parse_naming_series(series, doc=document, number_generator=draw)
		document.set_parent_in_children()
		for part in document.parts:
			part.name = part.name or frappe.generate_hash(length=10)


def _numbers(wanted: int) -> Callable[[str, int], str]:
	"""Return what hands out the next numbers of a series; the first call takes as many as are wanted."""
	drawn: dict[str, Iterator[int]] = {}

	def draw(series: str, digits: int) -> str:
		if series not in drawn:
			drawn[series] = count(int(naming.getseries(series, digits)))
			table = frappe.qb.DocType("Series")
			current = table["current"]
			query = frappe.qb.update(table).set(current, current + wanted - 1)
			query.where(table.name == series).run()
		return str(next(drawn[series])).zfill(digits)

	return draw


def _run(documents: Sequence[Document], methods: Sequence[str]) -> None:
	for document in documents:
		for method in methods:
			document.run_method(method)


def _write(doctype: str, documents: Sequence[Document]) -> None:
	rows = [row.get_valid_dict(convert_dates_to_str=True, ignore_virtual=True) for row in documents]
	if not rows:
		return
	query = frappe.qb.into(frappe.qb.DocType(doctype)).columns(*rows[0])
	query.insert(*(tuple(row.values()) for row in rows)).run()
