"""Typed refusals. Callers and tests match the class, never the text; each says what, compared with what, and what next."""

from typing import NoReturn

import frappe
from frappe.utils import escape_html


class L2CError(frappe.ValidationError):
	"""Base of every refusal of this app."""

	http_status_code = 417


def refuse(error: type[L2CError], what: str, *, compared: str = "", do: str = "") -> NoReturn:
	"""Raise `error` with a message in three parts: what is wrong, what was compared, what the user can do.

	The parts are translated, finished texts without markup; user data inside them is escaped here.
	"""
	parts = [escape_html(part) for part in (what, compared, do) if part]
	frappe.throw("<br>".join(parts), error)
	raise error(
		what
	)  # frappe.throw never returns; this keeps the promise visible to readers and type checkers
