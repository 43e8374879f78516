"""What happens when a lead is known already: nothing, a note on its timeline, a message or a refusal, per entry point."""

import frappe
from frappe import _
from frappe.utils import escape_html

from l2c_app.core import duplicates as rules
from l2c_app.services.errors import DuplicateBlocked, refuse
from l2c_app.services.lead import duplicates

DESK, IMPORT, API = "desk", "import", "api"
SETTINGS = {DESK: "duplicates_desk", IMPORT: "duplicates_import", API: "duplicates_api"}


def act(doc: object, found: list[frappe._dict], came_from: str) -> None:
	"""Do what the settings say for the entry point. Raises DuplicateBlocked, and TooManyLookups instead of an answer.

	A message is for who saves; a note and a refusal of a file's row are read by others, so they name no document.
	"""
	settings = frappe.get_cached_doc("L2C Settings")
	matches = duplicates.answer(found)["matches"]
	wanted = settings.get(SETTINGS[came_from]) if came_from in SETTINGS else rules.ALLOW
	action = rules.action(wanted or rules.ALLOW, matches[0]["score"])
	if action == rules.BLOCK:
		_block([match for match in matches if match["score"] >= rules.SURE], came_from)
	if action == rules.WARN:
		frappe.msgprint(_html(duplicates.say(matches)), title=_("Already Known"), indicator="orange")
	if action == rules.REPORT:
		text = _html(duplicates.say(matches, masked=True))
		doc.add_comment("Info", f"{escape_html(_('Already Known'))}: {text}")


def _html(text: str) -> str:
	return escape_html(text).replace("\n", "<br>")


def _block(matches: list[dict], came_from: str) -> None:
	"""Refuse. Each refusal answers a question about other people's leads, so it counts as a look-up; a file has its own
	limit of rows."""
	if came_from != IMPORT:
		duplicates.count_lookup(frappe.session.user)
	refuse(
		DuplicateBlocked,
		_("This lead is known already."),
		compared=duplicates.say(matches, masked=came_from == IMPORT),
		do=_("Ask the holder or a manager of the pool."),
	)
