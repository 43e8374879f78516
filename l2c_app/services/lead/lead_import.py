"""Many leads at once, from a file or another system: one result per row, bad rows never stop the rest."""

import unicodedata
from collections.abc import Iterable, Mapping

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import validate_email_address

from l2c_app import compat
from l2c_app.core.duplicates import EMAIL, PHONE
from l2c_app.core.normalise import one_width
from l2c_app.services.batch.steps import AGAIN
from l2c_app.services.errors import RowsUnreadable, TooManyRows, refuse
from l2c_app.services.lead import party_keys
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
PHONES = ("mobile_no", "phone", "whatsapp_no")
CONTACTS = ("email_id", *PHONES)
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

	Each row has its own savepoint. A row with a phone or mail address that some party already has, or a row before it, is
	skipped, so the same file can be sent again after a break: known ones are looked up once for all rows. No ToDo is made, no
	mail sent: for the host it is an import like its own, which also asks nobody on the network for a picture of each contact.
	The user needs the right to create leads. Raises StaleRead, QueryDeadlockError and QueryTimeoutError: nothing of the
	transaction may be kept then, or every later row of the same owner would fail, and good rows for somebody else's lock.
	"""
	frappe.has_permission("Lead", "create", throw=True)
	judged: dict[str, str] = {}
	read = [cleaned(row, judged) for row in rows]
	region = party_keys.default_region()
	keys = [keys_of(values, region) if skip_known else set() for values, _bad in read]
	known = party_keys.there({key for some in keys for key in some})
	looked_up: dict[tuple[str, str], str | None] = {}
	before, frappe.flags.in_import = frappe.flags.in_import, True
	try:
		return [
			{"row": number, "lead": None, "duplicates": 0, **_import_row(values, bad, some, known, looked_up)}
			for number, ((values, bad), some) in enumerate(zip(read, keys, strict=True), start=1)
		]
	finally:
		frappe.flags.in_import = before


def _import_row(
	values: dict, bad: str, keys: set[party_keys.Key], known: set[party_keys.Key], looked_up: dict
) -> dict:
	"""Return what becomes of a row; the keys of a new lead are known to the rows behind it."""
	if bad:
		return {"status": FAILED, "reason": bad}
	if keys & known:
		return {"status": SKIPPED, "reason": known_by(kind for kind, _value in keys & known)}
	result = _save(values, looked_up)
	if result["status"] == INSERTED:
		known |= keys
	return result


def _save(values: dict, looked_up: dict) -> dict:
	savepoint = "l2c_import_row"
	frappe.db.savepoint(savepoint)
	try:
		lead = _insert(values, looked_up)
		found = len(lead.flags.get("l2c_duplicates") or [])
		return {"status": INSERTED, "lead": lead.name, "duplicates": found, "reason": lead.flags.l2c_note}
	except AGAIN:
		raise  # the savepoint or the picture that rows are judged by is lost, or only a lock is not free: begin again
	except Exception as error:
		frappe.db.rollback(save_point=savepoint)
		visibility.forget()
		return {"status": FAILED, "reason": _short(error)}
	finally:
		frappe.clear_messages()


def _short(error: Exception) -> str:
	return " ".join(frappe.utils.strip_html(str(error) or type(error).__name__).split())[:NOTED]


def cleaned(row: object, judged: dict[str, str]) -> tuple[dict, str]:
	"""Return (values, ""), or ({}, why the row cannot become a lead). `judged` remembers mail addresses between rows."""
	try:
		values = clean_row(row)
	except BadRow as error:
		return {}, str(error)
	bad = _wrong_mail(values.get("email_id"), judged)
	return ({}, bad) if bad else (values, "")


def _wrong_mail(mail: str | None, judged: dict[str, str]) -> str:
	"""Return why the host will refuse a mail address, "" when it takes it: by the rule of its leads, before one is made."""
	if not mail:
		return ""
	if mail not in judged:
		try:
			validate_email_address(mail, throw=True)
			judged[mail] = ""
		except frappe.InvalidEmailAddressError as error:
			frappe.clear_last_message()
			judged[mail] = _short(error)
	return judged[mail]


def keys_of(values: dict, region: str | None) -> set[party_keys.Key]:
	"""Return the keys by which a row counts as known: phones and mail address."""
	typed = [(PHONE, values.get(field)) for field in PHONES] + [(EMAIL, values.get("email_id"))]
	keys = {(kind, party_keys.key_of(kind, text, region)) for kind, text in typed if text}
	return {key for key in keys if key[1]}


def clean_row(row: object) -> dict:
	"""Return the known fields of a row as trimmed text. Raises BadRow with the reason.

	Too long for its column, no name at all, no contact at all, or not a row at all.
	"""
	if not isinstance(row, Mapping):
		raise BadRow(_("This is not a row of fields."))
	values = {name: _cell(row[name]) for name in FIELDS if row.get(name) not in (None, "")}
	# the host takes phones and addresses of one width only; keys are read from either
	values = {name: one_width(text) if name in CONTACTS else text for name, text in values.items() if text}
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


def _insert(values: dict, looked_up: dict) -> Document:
	values = _with_native_source(values)
	links = _links(values, looked_up)
	left = left_out(values, links)
	values = {**values, **links}
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


def known_by(kinds: Iterable[str]) -> str:
	"""Return the reason of a row that some party has already, by kinds of keys: "Already known by Phone."."""
	return _("Already known by {0}.").format(", ".join(sorted({_(kind) for kind in kinds})))
