"""Many leads at once, from a file or another system: one result per row, bad rows never stop the rest."""

import unicodedata
from collections.abc import Iterable, Mapping

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app import compat
from l2c_app.core.normalise import one_width
from l2c_app.services.errors import RowsUnreadable, TooManyRows, refuse
from l2c_app.services.errors.recovery import AGAIN
from l2c_app.services.lead import duplicates
from l2c_app.services.lead.lead_intake import IMPORT
from l2c_app.services.pool import visibility

FIELDS = (
	"salutation",
	"first_name",
	"last_name",
	"lead_name",
	"company_name",
	"email_id",
	"mobile_no",
	"phone",
	"whatsapp_no",
	"website",
	"city",
	"state",
	"country",
	"territory",
	"source",
	"industry",
	"job_title",
	"request_type",
	"market_segment",
	"status",
	"company",
	"lead_owner",
)
CONTACTS = ("email_id", "mobile_no", "phone", "whatsapp_no")
NAMES = ("lead_name", "first_name", "company_name")
LONGEST = 140
NOTED = 300  # letters that the answer of a row has
MOST_ROWS = (
	1000  # what one request can carry through within its time, some 30 rows a second on a small machine
)
INSERTED, SKIPPED, FAILED = "inserted", "skipped", "failed"


def rows_of_request(rows: str | list) -> list:
	"""Return the rows that a request sent. Raises RowsUnreadable for text that is no list, TooManyRows above the limit.

	Larger files go through `import_runs`, in the background; or in pieces: rows already known are skipped, so a piece may
	be sent twice.
	"""
	try:
		parsed = frappe.parse_json(rows) or []
	except ValueError:
		parsed = None
	if not isinstance(parsed, list):
		refuse(RowsUnreadable, _("This is no list of rows."), do=_("Send a JSON list of objects."))
	if len(parsed) > MOST_ROWS:
		refuse(
			TooManyRows,
			_("Too many rows for one request."),
			compared=_("{0} rows, at most {1}").format(len(parsed), MOST_ROWS),
			do=_("Import them as a file: that works in the background."),
		)
	return parsed


class BadRow(ValueError):
	"""A row that cannot become a lead; the text says why."""


def import_leads(rows: Iterable[object], *, skip_known: bool = True) -> list[dict]:
	"""Insert rows as leads and return one result per row: {row, status, lead, reason, duplicates}.

	Each row has its own savepoint. A row with a phone, mail address or tax number that some party already has is skipped,
	so the same file can be sent again after a break. No ToDo is made, no mail sent: for the host it is an import like its own,
	which also asks nobody on the network for a picture of each contact. The user needs the right to create
	leads. Raises StaleRead and QueryDeadlockError: nothing of the transaction is left then, or every later row of the
	same owner would fail.
	"""
	frappe.has_permission("Lead", "create", throw=True)
	before, frappe.flags.in_import = frappe.flags.in_import, True
	looked_up: dict[tuple[str, str], str | None] = {}
	try:
		return [_import_row(number, row, skip_known, looked_up) for number, row in enumerate(rows, start=1)]
	finally:
		frappe.flags.in_import = before


def _import_row(number: int, row: object, skip_known: bool, looked_up: dict) -> dict:
	result = {"row": number, "status": FAILED, "lead": None, "reason": "", "duplicates": 0}
	savepoint = "l2c_import_row"
	frappe.db.savepoint(savepoint)
	try:
		lead = _insert(clean_row(row), skip_known, looked_up)
		found = len(lead.flags.get("l2c_duplicates") or [])
		result.update(status=INSERTED, lead=lead.name, duplicates=found, reason=lead.flags.l2c_note)
	except _Known as known:
		frappe.db.rollback(save_point=savepoint)
		result.update(status=SKIPPED, reason=str(known))
	except AGAIN:
		raise  # the savepoint, or the picture that rows are judged by, is lost: the caller begins again
	except Exception as error:
		frappe.db.rollback(save_point=savepoint)
		visibility.forget()
		result["reason"] = _short(error)
	finally:
		frappe.clear_messages()
	return result


class _Known(Exception):
	pass


def _short(error: Exception) -> str:
	return " ".join(frappe.utils.strip_html(str(error) or type(error).__name__).split())[:NOTED]


def clean_row(row: object) -> dict:
	"""Return the known fields of a row as trimmed text. Raises BadRow with the reason.

	Too long for its column, no name at all, no contact at all, or not a row at all.
	"""
	if not isinstance(row, Mapping):
		raise BadRow(_("This is not a row of fields."))
	values = {name: _cell(row[name]) for name in FIELDS if row.get(name) not in (None, "")}
	values = {name: text for name, text in values.items() if text}
	if not values:
		raise BadRow(_("The row is empty."))
	for name, text in values.items():
		if len(text) > LONGEST:
			raise BadRow(_("{0} has {1} characters, at most {2} fit.").format(name, len(text), LONGEST))
	if not any(values.get(name) for name in NAMES):
		raise BadRow(_("The row names neither a person nor a company."))
	if not any(values.get(name) for name in CONTACTS):
		raise BadRow(_("The row has neither phone nor e-mail."))
	return values


def _cell(value: object) -> str:
	"""Return a cell as text of one line without control characters; letters of any script and emoji stay."""
	if isinstance(value, float) and value.is_integer():
		value = int(value)  # 13800138000.0 from a spreadsheet
	text = unicodedata.normalize("NFC", str(value))
	return " ".join("".join(c for c in text if unicodedata.category(c) != "Cc" or c.isspace()).split())


def _insert(values: dict, skip_known: bool, looked_up: dict) -> Document:
	values = _with_native_source(values)
	links = _links(values, looked_up)
	left = left_out(values, links)
	values = {**values, **links}
	if skip_known:
		_refuse_known(values)
	owner = values.pop("lead_owner", None)
	lead = frappe.new_doc("Lead")  # with its defaults, which the host does not set while it imports
	lead.update({**values, "lead_owner": owner})
	if not (lead.first_name or lead.lead_name):
		lead.lead_name = one_width(lead.company_name)
	lead.flags.l2c_origin = IMPORT
	lead.insert()
	lead.flags.l2c_note = " ".join(part for part in (left, _without_owner(lead, owner)) if part)[:NOTED]
	return lead


def note_of(row: dict, looked_up: dict) -> str:
	"""Return which values of a clean row a lead cannot take, "" for none. `looked_up` remembers between rows."""
	values = _with_native_source(row)
	return left_out(values, _links(values, looked_up))[:NOTED]


def left_out(values: dict, links: dict[str, str | None]) -> str:
	"""Say which values are not taken over, for there is no such record or option; "" when all are."""
	meta = frappe.get_meta("Lead")
	gone = [
		f"{_(meta.get_label(name))}: {values[name]}"
		for name, link in links.items()
		if link is None and meta.has_field(name)
	]
	return _("Not taken over: {0}.").format(", ".join(gone)) if gone else ""


def _without_owner(lead: Document, owner: str | None) -> str:
	"""Say why a lead of the file has not the owner that its row names: it is free in its pool, and not lost."""
	if not owner or not lead.get("l2c_pooled") or lead.lead_owner == owner:
		return ""
	return _("{0} is no active member of its pool or has no room: the lead is free.").format(owner)


def _with_native_source(values: dict) -> dict:
	"""Return the row with its `source` in the field that the host has for it."""
	source = {compat.lead_source_field(): values["source"]} if "source" in values else {}
	return {**{name: text for name, text in values.items() if name != "source"}, **source}


def _links(values: dict, looked_up: dict[tuple[str, str], str | None]) -> dict[str, str | None]:
	"""Return the link fields that exist, dropping unknown ones: a lead is worth more than its industry."""
	meta = frappe.get_meta("Lead")
	known: dict[str, str | None] = {}
	for name, text in values.items():
		field = meta.get_field(name)
		if not field:
			known[name] = None
		elif field.fieldtype == "Link":
			key = (field.options, text)
			if key not in looked_up:
				looked_up[key] = frappe.db.exists(*key) or None
			known[name] = looked_up[key]
		elif field.fieldtype == "Select" and text not in (field.options or "").split("\n"):
			known[name] = None
	return known


def _refuse_known(values: dict) -> None:
	answer = duplicates.known(
		phones=[values.get(name) for name in ("mobile_no", "phone", "whatsapp_no")],
		email=values.get("email_id"),
	)
	if answer:
		raise _Known(known_by(row.kind for row in answer))


def known_by(kinds: Iterable[str]) -> str:
	"""Return the reason of a row that some party has already, by kinds of keys: "Already known by Phone."."""
	return _("Already known by {0}.").format(", ".join(sorted({_(kind) for kind in kinds})))
