"""A stand-in for the narrow part of ERPNext that the app calls: selling, payments, general and payment ledger.

Written from what the host does (see tests/cassettes), not from its text. VALIDATIONS.md beside this file lists the
host's refusals: done, not emulated, or left out with a reason.
"""

import frappe
from frappe._emulation import module_getattr

__version__ = {"v15": "15.71.1", "v16": "16.0.0"}[frappe.flavour]
V16 = frappe.flavour == "v16"


def get_company_currency(company: str) -> str:
	"""Currency of a company's books."""
	return frappe.get_cached_value("Company", company, "default_currency")


__getattr__ = module_getattr(__name__)
