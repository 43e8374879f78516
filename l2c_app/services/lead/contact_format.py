"""Phones and mail addresses that cannot be read as such: which fields, never which values."""

from typing import Any

import frappe

from l2c_app.core import masking
from l2c_app.core.normalise import BARE
from l2c_app.services.lead import party_keys
from l2c_app.services.pool import vault
from l2c_app.services.pool.name_lists import chunks

JUDGED = (party_keys.PHONE, party_keys.EMAIL)
SHOWN = ["name", "lead_name", "company_name", "lead_owner", "status", "creation"]


def wrong_fields(lead: object) -> list[str]:
	"""Return the fields of a lead whose phone or mail address cannot be read, also behind a mask.

	A phone without a country code counts as wrong where neither the settings nor the site name a country.
	"""
	region, real = party_keys.default_region(), vault.real_values(lead)
	found = []
	for kind, field in party_keys.FIELDS["Lead"]:
		text = (real.get(field) or "").strip() if kind in JUDGED else ""
		if not text or masking.is_masked(text):
			continue
		key = party_keys.key_of(kind, text, region)
		if not key or key.startswith(BARE):
			found.append(field)
	return found


def leads_with_wrong_phones() -> list[dict[str, Any]]:
	"""Return the leads with a phone, their own or a contact's, that cannot be read; only those the session user may read.

	Found by the stored keys, which exist once a pool is enabled. Mail addresses are refused by the host when a lead is saved.
	"""
	keys = {"party_type": "Lead", "kind": party_keys.PHONE, "value": ("like", f"{BARE}%")}
	names = sorted(set(frappe.get_all("L2C Party Key", filters=keys, pluck="party", order_by="party")))
	rows: list[dict[str, Any]] = []
	for some in chunks(names):
		filters = {"name": ("in", some)}
		rows += frappe.get_list("Lead", filters=filters, fields=SHOWN, order_by="name", limit=0)
	return rows
