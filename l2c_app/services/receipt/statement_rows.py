"""The lines of a statement as rows of its load: what is new, what is in the books, what cannot be taken and why."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, nowdate

from l2c_app.core import statement_doubles
from l2c_app.core.bank_text import is_iban, same_account
from l2c_app.core.money import exact, from_minor, to_minor
from l2c_app.core.statement import Entry
from l2c_app.core.statement_doubles import Answer, Face
from l2c_app.services.follow_up import new_rows
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import statement_texts

ROW, LINE = "Bank Statement Load Row", "Bank Transaction"
NEW, DOUBLE, REFUSED, DONE = "New", "Double", "Refused", "Done"
FAILED, UNDONE, KEPT = "Failed", "Undone", "Left in Place"
CUT = 140
IDS_AT_ONCE = 500
FIELDS = [
	"name",
	"line",
	"day",
	"deposit",
	"withdrawal",
	"currency",
	"reversal",
	"status",
	"bank_transaction",
]
FIELDS += ["description", "reference", "transaction_id", "payer", "iban", "account"]
BOOK_FIELDS = ["name", "date", "deposit", "withdrawal", "description", "reference_number", "transaction_id"]
BOOK_FIELDS += ["bank_party_name", "bank_party_iban", "bank_party_account_number"]


def store(load: Document, entries: Sequence[Entry]) -> dict[str, int]:
	"""Judge the lines of a statement and store one row each. Returns how many there are of each status."""
	frappe.db.delete(ROW, {"statement": load.name})
	rows = [_row(load, place, entry) for place, entry in enumerate(entries, 1)]
	_refuse_what_does_not_fit(load, rows, entries)
	judge(load, [row for row in rows if row["status"] == NEW])
	if rows:
		new_rows.insert_missing(ROW, rows)
	return {status: sum(row["status"] == status for row in rows) for status in (NEW, DOUBLE, REFUSED)}


def judge(load: Document, rows: Sequence[Any]) -> None:
	"""Note on rows which lines of the books, or of the file before them, they are: those become doubles."""
	books = _books(load, rows)
	for row, answer in zip(rows, statement_doubles.judge([_face(row) for row in rows], books), strict=True):
		status, reason = _verdict(row, answer)
		row.update({"status": status, "reason": reason})


def double_now(load: Document, rows: Sequence[Any]) -> list[Any]:
	"""Return those of the next rows that came into the books since the preview, with their reason.

	What this load made itself stands for its own rows: all rows of the same days are judged together.
	"""
	days = sorted({row.day for row in rows})
	filters = {"statement": load.name, "day": ("in", days), "status": ("in", [NEW, DOUBLE, FAILED])}
	same_days = frappe.get_all(ROW, filters=filters, fields=FIELDS, order_by="name")
	filters = {"statement": load.name, "day": ("in", days), "status": DONE}
	own = set(frappe.get_all(ROW, filters=filters, pluck="bank_transaction", order_by="name"))
	books = [face for face in _books(load, same_days) if face.key not in own]
	answers = statement_doubles.judge([_face(row) for row in same_days], books)
	wanted = {row.name for row in rows}
	found = []
	for row, answer in zip(same_days, answers, strict=True):
		if row.name in wanted and (answer.twin or answer.other):
			row.status, row.reason = _verdict(row, answer)
			found.append(row)
	return found


def native(load: Document, row: Any) -> dict[str, Any]:
	"""Return the values of the native Bank Transaction of a row. The host takes an IBAN only with right check digits."""
	iban, account = row.iban or "", row.account or ""
	if iban and not is_iban(iban):
		iban, account = "", account or iban
	return {
		"doctype": LINE,
		"date": row.day,
		"bank_account": load.bank_account,
		"company": load.company,
		"currency": load.currency,
		"deposit": row.deposit,
		"withdrawal": row.withdrawal,
		"description": row.description,
		"reference_number": row.reference,
		"transaction_id": _free_number(row.transaction_id),
		"bank_party_name": row.payer,
		"bank_party_iban": iban,
		"bank_party_account_number": account,
	}


def _free_number(number: str | None) -> str | None:
	"""Return the bank's number of a line if no other line has it: the host may keep it unique over all banks."""
	return None if not number or frappe.db.exists(LINE, {"transaction_id": number}) else number


def _row(load: Document, place: int, entry: Entry) -> dict[str, Any]:
	"""Return one row; what is too long for a field of the host stands whole in the text."""
	unit = money_unit()
	minor = to_minor(entry.amount, unit)
	amount = float(from_minor(abs(minor), unit))
	problem = entry.problem
	description = entry.said if problem else entry.description
	too_long = [text for text in (entry.reference, entry.payer, entry.account) if len(text) > CUT]
	return {
		"name": f"{load.name}-{place:06d}",
		"statement": load.name,
		"bank_account": load.bank_account,
		"company": load.company,
		"line": entry.number,
		"day": entry.day,
		"currency": load.currency,
		"deposit": amount if minor > 0 else 0,
		"withdrawal": amount if minor < 0 else 0,
		"reversal": int(entry.reversal),
		"status": REFUSED if problem else NEW,
		"reason": statement_texts.problem_text(problem) if problem else "",
		"description": " ".join([description, *too_long]),
		"reference": entry.reference[:CUT],
		"transaction_id": entry.transaction_id[:CUT],
		"payer": entry.payer[:CUT],
		"iban": entry.iban.replace(" ", "")[:CUT],
		"account": entry.account[:CUT],
	}


def _refuse_what_does_not_fit(load: Document, rows: Sequence[dict], entries: Sequence[Entry]) -> None:
	known = frappe.db.get_value("Bank Account", load.bank_account, ["iban", "bank_account_no"])
	today, unit = getdate(nowdate()), money_unit()
	for row, entry in zip(rows, entries, strict=True):
		reason = "" if row["status"] == REFUSED else _misfit(load, entry, known, today, unit)
		if reason:
			row.update({"status": REFUSED, "reason": reason})


def _misfit(load: Document, entry: Entry, known: Sequence[str], today: date, unit: Decimal) -> str:
	if entry.currency and entry.currency != load.currency:
		return _("The line is in {0}, the bank account in {1}.").format(entry.currency, load.currency)
	if entry.own_account and not same_account(entry.own_account, known):
		return _("The line belongs to account {0}.").format(entry.own_account)
	if entry.day > today:
		return _("The line is of a day to come.")
	if from_minor(to_minor(entry.amount, unit), unit) != exact(entry.amount):
		return _("The amount has parts that nobody can pay.")
	return ""


def _verdict(row: Any, answer: Answer) -> tuple[str, str]:
	if answer.other:
		return REFUSED, statement_texts.other_text(answer)
	if answer.twin:
		return DOUBLE, statement_texts.double_text(answer)
	return NEW, statement_texts.remarks(answer, reversal=bool(row["reversal"]))


def _face(row: Any) -> Face:
	said = (row["description"], row["reference"], row["payer"], row["iban"], row["account"])
	return Face(
		key=f"{statement_texts.IN_FILE}{row['line']}",
		day=getdate(row["day"]),
		amount=_signed(row["deposit"], row["withdrawal"]),
		reference=row["reference"] or "",
		text=_together(said),
		transaction_id=row["transaction_id"] or "",
	)


def _books(load: Document, rows: Sequence[Any]) -> list[Face]:
	"""Return the lines of the bank account that are in the books, of the days of the rows or with their numbers."""
	if not rows:
		return []
	days = [getdate(row["day"]) for row in rows]
	base = {"bank_account": load.bank_account, "docstatus": ("<", 2)}
	between = {**base, "date": ("between", [min(days), max(days)])}
	found = {
		row.name: row for row in frappe.get_all(LINE, filters=between, fields=BOOK_FIELDS, order_by="name")
	}
	numbers = sorted({row["transaction_id"] for row in rows if row["transaction_id"]})
	for start in range(0, len(numbers), IDS_AT_ONCE):
		named = {**base, "transaction_id": ("in", numbers[start : start + IDS_AT_ONCE])}
		found |= {
			row.name: row for row in frappe.get_all(LINE, filters=named, fields=BOOK_FIELDS, order_by="name")
		}
	return [_book_face(row) for row in found.values()]


def _book_face(row: Any) -> Face:
	said = (row.description, row.reference_number, row.bank_party_name, row.bank_party_iban)
	return Face(
		key=row.name,
		day=getdate(row.date),
		amount=_signed(row.deposit, row.withdrawal),
		reference=row.reference_number or "",
		text=_together((*said, row.bank_party_account_number)),
		transaction_id=row.transaction_id or "",
	)


def _signed(deposit: float, withdrawal: float) -> int:
	unit = money_unit()
	return to_minor(deposit, unit) - to_minor(withdrawal, unit)


def _together(said: Sequence[str | None]) -> str:
	return " ".join(text for text in said if text)
