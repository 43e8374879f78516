"""The PDF that is signed: frozen when it is sent, checked before each signature, and completed with its trail."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import format_datetime
from markupsafe import Markup

from l2c_app.core import signing as rules
from l2c_app.services.printing import contract_document, print_renderer
from l2c_app.services.signing import trail

ALSO_AGREED = {"signatories": ("side", "full_name", "email", "signing_order")}
ALWAYS_AGREED = frozenset({"items", "plan_rows"})
NOT_AGREED = frozenset({"sales_team"})
LAYOUT = frozenset({"Section Break", "Column Break", "Tab Break", "Button", "HTML"})


def text_hash(contract: Document) -> str:
	"""Return the fingerprint of what is agreed: the fields that people write, lines, plan and signatories.

	What the machine keeps up to date (figures, states) and what may change on an approved contract (its owner) is left
	out; the number of the revision is not.
	"""
	agreed: dict[str, Any] = {"revision": contract.get("revision") or 0, **_agreed(contract)}
	for table in contract.meta.get_table_fields():
		open_later = table.read_only or table.allow_on_submit
		if table.fieldname in ALWAYS_AGREED or not (open_later or table.fieldname in NOT_AGREED):
			agreed[table.fieldname] = [_agreed(row) for row in contract.get(table.fieldname) or []]
	for table, fields in ALSO_AGREED.items():
		rows = contract.get(table) or []
		agreed[table] = sorted([str(row.get(field) or "") for field in fields] for row in rows)
	return rules.fingerprint(agreed)


def _agreed(document: Document) -> dict[str, str]:
	return {
		field.fieldname: _plain(document, field)
		for field in document.meta.fields
		if field.fieldtype not in LAYOUT
		and field.fieldtype not in frappe.model.table_fields
		and not (field.read_only and field.no_copy)
		and not field.allow_on_submit
	}


def _plain(document: Document, field: Any) -> str:
	"""Return a value as it reads, whether it comes from a form or from the table: 1000 and 1000.0 are one."""
	value = document.get(field.fieldname)
	if field.fieldtype in ("Currency", "Float", "Percent", "Int", "Check"):
		return f"{float(value or 0):.9f}"
	return str(value or "")


def freeze(contract: Document) -> bytes:
	"""Return the PDF that is sent, without a watermark: its text is approved."""
	language = contract_document.paper_language(contract)
	html = contract_document.contract_html(contract, language, for_signing=True)
	return print_renderer.to_pdf(html)


def keep(content: bytes, file_name: str, *, attached_to: Document) -> str:
	"""Store a private File that nobody who sends contracts may change. Returns its name."""
	file = frappe.new_doc("File")
	file.update({"file_name": file_name, "is_private": 1, "content": content})
	file.update({"attached_to_doctype": attached_to.doctype, "attached_to_name": attached_to.name})
	file.insert(ignore_permissions=True)  # the right to send or to sign was checked before
	file.db_set(
		"owner", "Administrator", update_modified=False
	)  # the host lets the owner of a file change it
	return file.name


def content(file: str | None) -> bytes:
	"""Return the bytes of a File as they lie on the disk; nothing where it is gone."""
	if not file or not frappe.db.exists("File", file):
		return b""
	path = Path(frappe.get_doc("File", file).get_full_path())
	return path.read_bytes() if path.exists() else b""


def sha256(data: bytes) -> str:
	"""Return the SHA-256 in hex, empty for nothing: a file that is gone matches no hash."""
	return hashlib.sha256(data).hexdigest() if data else ""


def completed(contract: Document, requests: list[Document]) -> bytes:
	"""Return the PDF as sent, its trail on pages of their own, and the exact file that was signed inside."""
	from pypdf import PdfReader, PdfWriter

	sent = content(requests[0].document)
	writer = PdfWriter()
	writer.append(PdfReader(BytesIO(sent)))
	writer.append(PdfReader(BytesIO(print_renderer.to_pdf(trail_html(contract, requests)))))
	writer.add_attachment(f"{contract.name}.pdf", sent)
	out = BytesIO()
	writer.write(out)
	return out.getvalue()


def trail_html(contract: Document, requests: list[Document]) -> str:
	"""Return the trail as one HTML page with print styles: who, how, when, from where, and the hash of the PDF."""
	language = requests[0].language or "en"
	names = {request.name: request.full_name for request in requests}
	events = [
		{
			**row,
			"what": _(row.event, language),
			"whom": names[row.request],
			"when": format_datetime(row.at),
			"actor": trail.who(row, language),
		}
		for row in trail.of_round(requests)
	]
	return print_renderer.render(
		"signing_trail.html",
		language,
		contract=contract,
		document_hash=requests[0].document_hash,
		zone=frappe.db.get_single_value("System Settings", "time_zone") or "UTC",
		signatures=[_signature(request, language) for request in requests],
		events=events,
	)


def _signature(request: Document, language: str) -> dict[str, Any]:
	return {
		"name": request.full_name,
		"email": request.email,
		"side": _(request.side, language) if request.side else "",
		"typed": request.typed_name,
		# checked to be a PNG when it was stored
		"drawn": Markup(request.signature) if request.signature else "",
		"when": format_datetime(request.signed_on),
		"ip_address": request.ip_address,
		"user_agent": request.user_agent,
		"consent": request.consent,
	}
