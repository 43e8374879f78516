"""Loads of bank statements: a file is read and shown, then becomes native Bank Transactions, and can be undone.

Who may create Bank Transactions reads a file; who may submit them loads it; who may cancel them undoes it, as the host has
it. `statement_load_work` does the work. Raises StatementUnreadable, StatementAccountError, StatementLoadState,
RunInProgress and the host's PermissionError.
"""

from pathlib import Path
from typing import NoReturn

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, now_datetime

from l2c_app.core import statement_reader, statement_text
from l2c_app.core.statement import Statement, Ways
from l2c_app.services.errors import (
	RunInProgress,
	StatementAccountError,
	StatementLoadState,
	StatementUnreadable,
	refuse,
)
from l2c_app.services.receipt import statement_rows
from l2c_app.services.receipt.statement_rows import DONE as ROW_DONE
from l2c_app.services.receipt.statement_rows import KEPT, LINE, ROW

LOAD = "Bank Statement Load"
ASKED, PREVIEW, LOADING, DONE = "Asked", "Preview", "Loading", "Done"
FAILED, STOPPED, UNDOING, UNDONE = "Failed", "Stopped", "Undoing", "Undone"
LIVE = (LOADING, UNDOING)
JOB = "l2c_app.jobs.collections.work_statement_load"
MOST_LINES = 50_000


def prepare(bank_account: str, file_name: str, data: bytes, ways: Ways) -> Document:
	"""Keep a statement file and show what it would bring. Returns the load, in state Preview, or Asked with a question."""
	frappe.has_permission(LINE, "create", throw=True)
	load = frappe.new_doc(LOAD)
	load.update({"bank_account": bank_account, "file_name": file_name[:140], "state": PREVIEW})
	load.update(_account(bank_account))
	load.update({"prepared_by": frappe.session.user, "heartbeat_on": now_datetime()})
	load.insert(ignore_permissions=True)  # checked above; nobody may insert loads by hand
	_read(load, data, ways)
	load.file = _keep(load, data)
	return _save(load)


def read_again(name: str, ways: Ways) -> Document:
	"""Read the kept file in other ways: the answer to its question. Returns the load."""
	load = _locked(name, "create")
	_require(load, (ASKED, PREVIEW))
	_read(load, Path(_file(load).get_full_path()).read_bytes(), ways)
	return _save(load)


def file_data(url: str) -> tuple[str, bytes]:
	"""Return name and bytes of an uploaded file that the user may read, his own first. Raises StatementUnreadable."""
	filters = {"file_url": url, "is_folder": 0}
	names = frappe.get_all("File", filters=filters, fields=["name", "owner"], order_by="creation desc")
	names.sort(key=lambda row: row.owner != frappe.session.user)
	if not names or not url.startswith(("/private/files/", "/files/")):
		refuse(StatementUnreadable, _("The file is not on this site."), do=_("Upload it."))
	document = frappe.get_doc("File", names[0].name)
	document.check_permission("read")
	return document.file_name, Path(document.get_full_path()).read_bytes()


def refuse_content() -> NoReturn:
	"""Refuse a file whose bytes did not arrive. Raises StatementUnreadable."""
	refuse(StatementUnreadable, _("The content of the file is not in base64."))


def load(name: str) -> None:
	"""Let the new lines of a preview become Bank Transactions, in the session user's name."""
	document = _locked_with_account(name, "submit")
	_require(document, (PREVIEW,))
	if not document.new_rows:
		refuse(StatementLoadState, _("There is no new line to load."))
	_begin(document, LOADING, loaded_by=frappe.session.user, loaded_on=now_datetime())


def stop(name: str) -> None:
	"""End a load after the lines it is at, or drop a preview; what is loaded stays."""
	document = _locked(name, "create")
	_require(document, (*LIVE, ASKED, PREVIEW))
	document.db_set("state", STOPPED)


def resume(name: str) -> None:
	"""Go on with a load that was stopped or failed, or whose process died, where it stands."""
	document = _locked_with_account(name, "submit")
	_require(document, (*LIVE, STOPPED, FAILED))
	if document.state in LIVE:
		return queue(name)
	if not document.loaded_by:
		refuse(StatementLoadState, _("It was never loaded."), do=_("Read the file again."))
	_begin(document, UNDOING if document.undone_by else LOADING)


def undo(name: str) -> None:
	"""Cancel the bank lines of a load that nothing has taken yet; the others are kept and say why."""
	document = _locked_with_account(name, "cancel")
	_require(document, (DONE, STOPPED, FAILED, UNDONE))
	frappe.db.set_value(ROW, {"statement": name, "status": KEPT}, {"status": ROW_DONE, "reason": None})
	_begin(document, UNDOING, undone_by=frappe.session.user, kept_rows=0)


def queue(name: str) -> None:
	"""Hand a load to the long queue after the commit. A second job for the same load does no harm: it waits at the lock."""
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, run=name)


def forget_rows(document: Document) -> None:
	"""Delete the rows of a load that is being deleted. Raises StatementLoadState while it is going on."""
	_require(document, (ASKED, PREVIEW, DONE, FAILED, STOPPED, UNDONE))
	frappe.db.delete(ROW, {"statement": document.name})


def _account(bank_account: str) -> dict[str, str]:
	"""Return company and currency of a bank account that can have lines."""
	frappe.has_permission("Bank Account", "read", doc=bank_account, throw=True)
	fields = ["company", "account", "is_company_account", "disabled"]
	found = frappe.db.get_value("Bank Account", bank_account, fields, as_dict=True)
	if not found or found.disabled or not (found.is_company_account and found.company and found.account):
		refuse(
			StatementAccountError,
			_("Bank account {0} cannot have bank lines.").format(bank_account),
			do=_("Choose an enabled account of a company with a ledger account."),
		)
	frappe.has_permission("Company", "read", doc=found.company, throw=True)
	currency = frappe.get_cached_value("Account", found.account, "account_currency")
	return {"company": found.company, "currency": currency}


def _read(document: Document, data: bytes, ways: Ways) -> None:
	ways = Ways(ways.encoding, ways.date_order, ways.decimal_mark, _columns(document.bank_account))
	try:
		statement = statement_reader.read(data, ways)
	except statement_text.Unreadable:
		refuse(StatementUnreadable, _("The file is not written in {0}.").format(ways.encoding))
	if len(statement.entries) > MOST_LINES:
		refuse(
			StatementUnreadable,
			_("The file is too long."),
			compared=_("It has {0} lines, at most {1} are read.").format(len(statement.entries), MOST_LINES),
			do=_("Split it by date."),
		)
	if not (statement.entries or statement.sample):
		refuse(StatementUnreadable, _("The file has no line of a bank statement."))
	_note(document, statement)


def _note(document: Document, statement: Statement) -> None:
	counts = statement_rows.store(document, statement.entries)
	ways = statement.ways
	document.update(
		{
			"state": ASKED if statement.question else PREVIEW,
			"question": statement.question.value if statement.question else "",
			"sample": statement.sample[:140],
			"format": statement.format,
			"encoding": ways.encoding,
			"date_order": ways.date_order,
			"decimal_mark": ways.decimal_mark,
			"missing_amount": flt(statement.missing),
			"total_rows": len(statement.entries),
			"new_rows": counts[statement_rows.NEW],
			"double_rows": counts[statement_rows.DOUBLE],
			"refused_rows": counts[statement_rows.REFUSED],
		}
	)


def _columns(bank_account: str) -> dict[str, str]:
	"""Return {heading: field} as the host's Bank keeps them for its own import."""
	bank = frappe.db.get_value("Bank Account", bank_account, "bank")
	filters = {"parent": bank, "parenttype": "Bank"}
	fields = ["file_field", "bank_transaction_field"]
	rows = frappe.get_all("Bank Transaction Mapping", filters=filters, fields=fields, order_by="idx")
	return {row.file_field: row.bank_transaction_field for row in rows}


def _keep(document: Document, data: bytes) -> str:
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": document.file_name,
			"is_private": 1,
			"attached_to_doctype": LOAD,
			"attached_to_name": document.name,
			"attached_to_field": "file",
		}
	)
	file.content = data
	file.flags.ignore_permissions = True  # the right to read statements was checked
	return file.insert().file_url


def _file(document: Document) -> Document:
	filters = {"attached_to_doctype": LOAD, "attached_to_name": document.name}
	name = frappe.db.get_value("File", filters, "name", order_by="creation desc")
	if not name:
		refuse(StatementUnreadable, _("The file is not on this site."), do=_("Upload it."))
	return frappe.get_doc("File", name)


def _begin(document: Document, state: str, **values: object) -> None:
	"""Set a load to work whose account is locked. Two of one bank account at once would not see each other's lines.

	A locking read: plain ones show the state at which this transaction began to read.
	"""
	table = frappe.qb.DocType(LOAD)
	query = frappe.qb.from_(table).select(table.name).where(table.bank_account == document.bank_account)
	others = query.where(table.state.isin(LIVE) & (table.name != document.name)).for_update().run(pluck=True)
	if others:
		refuse(RunInProgress, _("Load {0} is going on.").format(others[0]), do=_("Wait for it, or stop it."))
	document.db_set({**values, "state": state, "heartbeat_on": now_datetime(), "progress": 0, "error": None})
	queue(document.name)


def _require(document: Document, states: tuple[str, ...]) -> None:
	if document.state not in states:
		refuse(
			StatementLoadState,
			_("The load cannot take this step now."),
			compared=_("Its state is {0}.").format(_(document.state)),
		)


def _locked_with_account(name: str, right: str) -> Document:
	"""Lock the bank account and then the load: whoever is about to set another one to work waits here."""
	frappe.has_permission(LINE, right, throw=True)
	account = frappe.db.get_value(LOAD, name, "bank_account")
	if account:
		frappe.get_doc("Bank Account", account, for_update=True)
	return _locked(name, right)


def _locked(name: str, right: str) -> Document:
	frappe.has_permission(LINE, right, throw=True)
	document = frappe.get_doc(LOAD, name, for_update=True)
	document.check_permission("read")
	return document


def _save(document: Document) -> Document:
	document.flags.ignore_permissions = True  # the step checked the right
	return document.save()
