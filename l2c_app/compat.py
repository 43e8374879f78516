"""The only place that knows Frappe and ERPNext 15 from 16. Everything else asks here."""

import frappe

OLDEST_MAJOR = 15
NEWEST_MAJOR = 16


def major(version: str) -> int:
	"""Return the leading number of a version text: "15.72.4" and "16.0.0-dev" give 15 and 16."""
	return int(version.split(".", 1)[0])


def host_major() -> int:
	"""Return the major version of the Frappe that runs us."""
	return major(frappe.__version__)


def no_opinion() -> bool | None:
	"""Return what a `has_permission` hook answers when it has nothing to object.

	In 15 the first hook that is not None ends the chain, so True would skip the host's own check: None. In 16 every
	hook must be truthy and None denies: True.
	"""
	return None if host_major() < NEWEST_MAJOR else True


def advances_have_own_ledger() -> bool:
	"""Return True where the host writes Advance Payment Ledger Entry rows with a `delinked` mark (16)."""
	return host_major() >= NEWEST_MAJOR


def lead_source_field() -> str:
	"""Return the field of a Lead that says where it came from: 16 moved `source` to `utm_source`."""
	return "source" if host_major() < NEWEST_MAJOR else "utm_source"


def tax_line_without_rate() -> dict[str, int]:
	"""Return what keeps a fixed tax line from setting its account's rate.

	16 gives every item the rates of all tax lines by account, the last line of an account wins; a fixed line's rate is
	0 and would take the tax of a rated line on the same account away. The mark leaves a line out of that.
	"""
	return {} if host_major() < NEWEST_MAJOR else {"set_by_item_tax_template": 1}


def native_overdue_limit_field() -> str | None:
	"""Return the field with a customer's native overdue limit where the host has that block and it is switched on.

	16 got it in July 2026 (a threshold per customer and company, judged at invoice submit); 15 never had it.
	"""
	field, switch = "overdue_billing_threshold", "enable_overdue_billing_threshold"
	if not frappe.get_meta("Customer Credit Limit").has_field(field):
		return None
	return field if frappe.db.get_single_value("Accounts Settings", switch) else None


def file_bytes(document: object) -> bytes:
	"""Return the content of a File as it was stored. 15 decodes what looks like UTF-8, 16 tries other encodings as well."""
	content = document.get_content() if host_major() < NEWEST_MAJOR else document.get_content(encodings=[])
	return content.encode() if isinstance(content, str) else content


def desk_route(path: str) -> str:
	"""Return the address of a desk page under the site, e.g. `/app/lead-pool`. 16 redirects /app to /desk."""
	prefix = "/app" if host_major() < NEWEST_MAJOR else "/desk"
	return f"{prefix}/{path.lstrip('/')}"


def test_case_class() -> type:
	"""Return the host's base class for tests that need a site: it opens the site and rolls back per class."""
	if getattr(frappe, "__sandbox__", False):
		import unittest

		return unittest.TestCase
	if host_major() < NEWEST_MAJOR:
		from frappe.tests.utils import FrappeTestCase

		return FrappeTestCase
	from frappe.tests import IntegrationTestCase

	return IntegrationTestCase
