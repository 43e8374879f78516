"""Phones and mail addresses of the contacts of leads and customers, real values where the vault keeps them."""

from collections import defaultdict
from collections.abc import Sequence

import frappe

from l2c_app.core import masking
from l2c_app.core import vault as rules
from l2c_app.core.duplicates import EMAIL, PHONE
from l2c_app.services.pool import vault

TABLES = ((PHONE, "Contact Phone", "phone_nos", "phone"), (EMAIL, "Contact Email", "email_ids", "email_id"))


def of_parties(party_type: str, parties: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
	"""Return {party: [(Phone | Email, text)]} of all contacts linked to the parties. Two queries for all.

	A mask whose real value nobody knows is left out: it would make strangers alike.
	"""
	found: dict[str, list[tuple[str, str]]] = defaultdict(list)
	for kind, doctype, table, field in TABLES:
		for row in _rows(party_type, parties, doctype=doctype, field=field):
			text = row.text
			if masking.is_masked(text):
				kept = vault.kept_of(row.party) if party_type == "Lead" else []
				text = rules.real_of(kept, "Contact", row.contact, field=f"{table}.{field}", text=text)
			if text:
				found[row.party].append((kind, text))
	return found


def _rows(party_type: str, parties: Sequence[str], *, doctype: str, field: str) -> list[frappe._dict]:
	link, value = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType(doctype)
	if not parties:
		return []
	return (
		frappe.qb.from_(link)
		.join(value)
		.on((value.parent == link.parent) & (value.parenttype == "Contact"))
		.where((link.parenttype == "Contact") & (link.link_doctype == party_type))
		.where(link.link_name.isin(parties))
		.select(link.link_name.as_("party"), link.parent.as_("contact"), value[field].as_("text"))
		.orderby(link.link_name, link.parent, value.idx)
		.run(as_dict=True)
	)
