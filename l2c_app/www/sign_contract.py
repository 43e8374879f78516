"""The page behind a signing link. Its token is the only key: nobody logs in here."""

from typing import Any

import frappe
from frappe.rate_limiter import rate_limit

from l2c_app.services.signing import links

HEAD = '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex, nofollow">'


def get_context(context: Any) -> None:
	"""Fill the page for the token of the address."""
	token = str(frappe.form_dict.get("token") or "")
	shown = _page(token)
	frappe.local.lang = shown.get("language") or frappe.local.lang
	context.update({**shown, "token": token, "no_cache": 1, "show_sidebar": False, "head_include": HEAD})


@rate_limit(limit=120, seconds=60 * 60)
def _page(token: str) -> dict[str, Any]:
	return links.page(token)
