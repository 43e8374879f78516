"""A site as the set-up wizard leaves it: company, chart, masters and settings of masters.json, three fiscal years."""

import json
from pathlib import Path

import frappe
from frappe.utils import getdate, nowdate


def create() -> None:
	"""Fill the empty tables. In v16 the wizard leaves the default bank account empty."""
	masters = json.loads((Path(__file__).parent / "masters.json").read_text())
	if frappe.flavour == "v16":
		del masters["rows"]["Company"]["L2C Demo"]["default_bank_account"]
	for doctype, rows in masters["rows"].items():
		for name, values in rows.items():
			_row(doctype, name, **values)
	for year in range(getdate(nowdate()).year - 1, getdate(nowdate()).year + 2):
		span = dict(year_start_date=f"{year}-01-01", year_end_date=f"{year}-12-31")
		_row("Fiscal Year", str(year), year=str(year), disabled=0, **span)
	for doctype, values in masters["settings"].items():
		for field, value in values.items():
			frappe.db.set_single_value(doctype, field, value)
	for key, value in masters["defaults"].items():
		frappe.defaults.set_global_default(key, value)
	frappe.clear_cache()


def _row(doctype: str, name: str, **values: object) -> None:
	stamps = dict.fromkeys(("creation", "modified"), frappe.utils.now())
	stamps |= dict.fromkeys(("owner", "modified_by"), "Administrator")
	frappe.db.insert_row(doctype, {"name": name, "docstatus": 0, "idx": 0, **stamps, **values})
