"""The vault: real contact data of leads whose pool masks for ever. Lead, contacts and addresses keep a masked text."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

import frappe

from l2c_app.core import masking
from l2c_app.core import vault as rules
from l2c_app.core.vault import ADDRESS, EMAIL, PHONE, Kept
from l2c_app.services.pool import pool_fields, visibility

FOR_EVER = "Masked for Ever"
FIELDS = {
	"Lead": {"mobile_no": PHONE, "phone": PHONE, "whatsapp_no": PHONE, "fax": PHONE, "email_id": EMAIL},
	"Contact": {"mobile_no": PHONE, "phone": PHONE, "email_id": EMAIL},
	"Contact Email": {"email_id": EMAIL},
	"Contact Phone": {"phone": PHONE},
	"Address": {
		"address_line1": ADDRESS,
		"address_line2": ADDRESS,
		"phone": PHONE,
		"fax": PHONE,
		"email_id": EMAIL,
	},
	"Customer": {"mobile_no": PHONE, "email_id": EMAIL},
	"Opportunity": {"contact_mobile": PHONE, "contact_email": EMAIL, "phone": PHONE, "whatsapp": PHONE},
	"Quotation": {"contact_mobile": PHONE, "contact_email": EMAIL},
}
TABLES = {"Contact": {"email_ids": "Contact Email", "phone_nos": "Contact Phone"}}
COPIES = ("Lead", "Customer", "Opportunity", "Quotation")
CHANGED = "l2c_vault_changed"


def masks_for_ever(pools: Iterable[str]) -> bool:
	"""Return True when one of the pools keeps contact data in the vault."""
	return any(frappe.get_cached_value("Lead Pool", pool, "mask_mode") == FOR_EVER for pool in pools)


def kept_of(lead: str) -> list[Kept]:
	"""Return what the vault keeps of a lead; nothing for a lead that was never sealed."""
	text = frappe.db.get_value("Lead Vault", {"lead": lead}, "values")
	return [Kept(**entry) for entry in json.loads(text)] if text else []


def kept_of_many(leads: list[str]) -> dict[str, list[Kept]]:
	"""Return {lead: what the vault keeps} of those that have a vault row."""
	table = frappe.qb.DocType("Lead Vault")
	query = frappe.qb.from_(table).select(table.lead, table["values"]).where(table.lead.isin(leads))
	rows = query.orderby(table.lead).run() if leads else []
	return {lead: [Kept(**entry) for entry in json.loads(text or "[]")] for lead, text in rows}


def is_sealed(lead: str) -> bool:
	"""Return True when a vault row exists."""
	return bool(lead) and bool(frappe.db.exists("Lead Vault", {"lead": lead}))


def real_values(doc: object) -> frappe._dict:
	"""Return the fields of a lead with real values in place of masks, for keys and for a reveal."""
	values = frappe._dict({field: doc.get(field) for field in FIELDS["Lead"]})
	if not any(masking.is_masked(text) for text in values.values()):
		return values
	kept = kept_of(doc.get("name"))
	for field, text in values.items():
		values[field] = rules.real_of(kept, "Lead", doc.get("name"), field=field, text=text) or text
	return values


def real_mails(shown: Mapping[str, str | None]) -> dict[str, str]:
	"""Return {lead: its real mail address} for {lead: the address it shows}; "" where nobody knows it. One query for all.

	For the queue and for unsubscribed addresses alone: nothing a user sees may carry the answer.
	"""
	result = {lead: text or "" for lead, text in shown.items()}
	masked = sorted(lead for lead, text in result.items() if masking.is_masked(text))
	fields = ["lead", "values"]
	stored = (
		frappe.get_all("Lead Vault", filters={"lead": ("in", masked)}, fields=fields, order_by="lead")
		if masked
		else []
	)
	kept = {row.lead: [Kept(**entry) for entry in json.loads(row["values"])] for row in stored}
	for lead in masked:
		real = rules.real_of(kept.get(lead, []), "Lead", lead, field="email_id", text=result[lead])
		result[lead] = real or ""
	return result


def shown_for(lead: str, text: str) -> str:
	"""Return the mask that stands for a real value of a sealed lead, the text itself when it is none."""
	same = [entry.mask for entry in kept_of(lead) if entry.real.casefold() == text.casefold()]
	return same[-1] if same else text


def seal(doc: object, lead: str, pools: Iterable[str] | None = None) -> None:
	"""Move the real values of a document that is about to be saved into its lead's vault and leave masks in their place.

	Masks already there stay; a new value typed over a mask is moved as well. `pools`: those that close a lead which has no
	seats yet. The caller saves the document.
	"""
	kept = before = kept_of(lead)
	for row, table in _rows(doc):
		for field, kind in {**FIELDS[row.doctype], **_further(row, pools)}.items():
			text = (row.get(field) or "").strip() if isinstance(row.get(field), str) else ""
			if text and not _is_stand_in(kept, kind, text):
				other = kind == rules.OTHER
				stand_in = rules.stand_in(kept, field, text) if other else rules.mask(kind, text, lead)
				kept = rules.put(kept, Kept(doc.doctype, doc.name, f"{table}{field}", stand_in, text))
				row.set(field, stand_in)
	if doc.doctype == "Lead" and "gravatar.com" in (doc.get("image") or ""):
		doc.image = None  # the address of the picture is a fingerprint of the mail address
	if kept != before or (not before and not is_sealed(lead)):
		_store(lead, kept)
		doc.flags[CHANGED] = True


def _further(row: object, pools: Iterable[str] | None) -> dict[str, str]:
	"""Return the further contact fields of a lead by the pools that mask it for ever."""
	if row.doctype != "Lead":
		return {}
	if pools is None:
		pools = [seat.pool for seat in visibility.live_seats("Lead", [row.name]).get(row.name, [])]
	names = pool_fields.further([pool for pool in pools if masks_for_ever([pool])])
	return {name: rules.OTHER for name in names if name not in FIELDS["Lead"]}


def _is_stand_in(kept: list[Kept], kind: str, text: str) -> bool:
	"""Return whether a text is a mask. People write stars too, so in a field of theirs only a mask that is kept is one."""
	if kind != rules.OTHER:
		return masking.is_masked(text)
	return any(entry.mask == text for entry in kept)


def fields_of(doctype: str, kept: Iterable[Kept]) -> dict[str, str]:
	"""Return {field: kind} of what may carry masks: the known contact fields, and further fields of the lead, which the
	host copies to fields of the same name."""
	if doctype not in COPIES:
		return FIELDS[doctype]
	further = {entry.field: rules.OTHER for entry in kept if entry.doctype == "Lead"}
	return {**further, **FIELDS[doctype]}


def _rows(doc: object) -> Iterator[tuple[object, str]]:
	"""Yield the document and its rows with contact data, each with the prefix of its fields in the vault."""
	yield doc, ""
	for table in TABLES.get(doc.doctype, {}):
		for row in doc.get(table) or []:
			yield row, f"{table}."


def _store(lead: str, kept: list[Kept]) -> None:
	text = json.dumps([asdict(entry) for entry in kept], ensure_ascii=False)
	name = frappe.db.get_value("Lead Vault", {"lead": lead}, "name", for_update=True)
	if name:
		frappe.db.set_value("Lead Vault", name, "values", text)
	else:
		frappe.get_doc({"doctype": "Lead Vault", "lead": lead, "values": text}).insert(
			ignore_permissions=True
		)


def sealed_lead_of(doc: object) -> str | None:
	"""Return the sealed lead that a contact or address belongs to, None when it also belongs to a customer."""
	links = [(row.get("link_doctype"), row.get("link_name")) for row in doc.get("links") or []]
	if any(kind == "Customer" for kind, _name in links):
		return None
	return next((name for kind, name in links if kind == "Lead" and is_sealed(name)), None)


def fill(doc: object, lead: str) -> None:
	"""Put real values in place of the masks of a document in hand, which the host copied from a sealed lead."""
	kept = kept_of(lead)
	for row, table in _rows(doc):
		for field in fields_of(row.doctype, kept):
			text = row.get(field)
			if masking.is_masked(text):
				row.set(
					field,
					rules.real_of(kept, doc.doctype, doc.name, field=f"{table}{field}", text=text) or text,
				)


def forget_history(lead: str) -> None:
	"""Mask the stored history of changes of a lead and what is linked to it: it repeats real values."""
	kept = kept_of(lead)
	for doctype, name in {(entry.doctype, entry.name) for entry in kept} | {("Lead", lead)}:
		filters = {"ref_doctype": doctype, "docname": name}
		for row in frappe.get_all("Version", filters=filters, fields=["name", "data"], order_by="name"):
			hidden = _hidden(row.data or "", kept)
			if hidden != row.data:
				frappe.db.set_value("Version", row.name, "data", hidden, update_modified=False)


def _hidden(text: str, kept: list[Kept]) -> str:
	"""Return a stored change with masks. Its values are escaped in the text, so they are looked for in what it says."""
	try:
		data = json.loads(text)
	except ValueError:
		return str(rules.hide(text, kept))
	hidden = rules.hide(data, kept)
	return text if hidden == data else json.dumps(hidden, separators=(",", ":"))


def seal_stored(lead: str) -> None:
	"""Seal a lead that exists already, with its contacts and addresses."""
	for doctype, name in _linked(lead):
		doc = frappe.get_doc(doctype, name)
		seal(doc, lead)
		_write(doc, kept_of(lead))
	forget_history(lead)


def _linked(lead: str) -> list[tuple[str, str]]:
	found = [("Lead", lead)]
	for doctype in ("Contact", "Address"):
		filters = {"parenttype": doctype, "link_doctype": "Lead", "link_name": lead}
		names = frappe.get_all("Dynamic Link", filters=filters, pluck="parent", order_by="parent")
		found += [(doctype, name) for name in dict.fromkeys(names)]
	return found


def _write(doc: object, kept: list[Kept]) -> None:
	"""Write the fields past the host's handlers: nothing else of the document changes."""
	for row, _table in _rows(doc):
		known = [field for field in fields_of(row.doctype, kept) if row.meta.has_field(field)]
		values = {field: row.get(field) for field in known}
		frappe.db.set_value(row.doctype, row.name, values, None, update_modified=False)
	frappe.clear_document_cache(doc.doctype, doc.name)
	from frappe.utils.global_search import update_global_search  # only where the host has a search

	update_global_search(doc)


def forget(lead: str) -> None:
	"""Drop the vault row of a lead."""
	frappe.db.delete("Lead Vault", {"lead": lead})


def rename(old: str, new: str) -> None:
	"""The vault follows a renamed lead; after a merge its entries join those of the lead that stays."""
	kept = kept_of(old)
	if not kept:
		return
	moved = [
		Kept(e.doctype, new if (e.doctype, e.name) == ("Lead", old) else e.name, e.field, e.mask, e.real)
		for e in kept
	]
	forget(old)
	_store(new, [*moved, *kept_of(new)])


def put_back(lead: str, entries: list[dict]) -> None:
	"""Store entries kept from before a merge as the vault of a lead that is there again; none make no vault."""
	if entries:
		_store(lead, [Kept(**entry) for entry in entries])
