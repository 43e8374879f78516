"""Follow ups that the night plans, one after another: one that cannot be planned stops neither the others nor the night."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

import frappe

from l2c_app.services.errors import ContactRefused
from l2c_app.services.errors.recovery import undo
from l2c_app.services.pool.name_lists import chunks

SAVEPOINT = "l2c_night_plan"


def told(doctype: str, names: Collection[str]) -> set[tuple[str, str]]:
	"""Return what follow ups about documents were planned for, as (name, occasion). One query per thousand documents.

	The occasion is a field that nobody edits: whoever rewrites the note of such a follow up is not told again.
	"""
	found: set[tuple[str, str]] = set()
	for some in chunks(sorted(set(names))):
		about = {"reference_doctype": doctype, "reference_name": ("in", some), "occasion": ("is", "set")}
		fields = ["reference_name", "occasion"]
		found.update(
			(row.reference_name, row.occasion)
			for row in frappe.get_all("Follow Up", filters=about, fields=fields, order_by="name")
		)
	return found


def plan_each(rows: Iterable[Any], plan_one: Callable[[Any], bool], *, about: tuple[str, str]) -> int:
	"""Plan a follow up per row, each on its own savepoint. Returns how many were planned.

	`plan_one` says whether it planned one. Who must not be contacted is left out; any other error is logged with `about`:
	a DocType and the field of the row that names the document.
	"""
	planned, (doctype, field) = 0, about
	for row in rows:
		frappe.db.savepoint(SAVEPOINT)
		try:
			planned += plan_one(row)
		except ContactRefused as error:
			undo(SAVEPOINT, error)
			frappe.clear_messages()
		except Exception as error:
			undo(SAVEPOINT, error)
			frappe.clear_messages()
			title = "Follow up of the night not planned"
			frappe.log_error(title=title, reference_doctype=doctype, reference_name=row[field])
	return planned
