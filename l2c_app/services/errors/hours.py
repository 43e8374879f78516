"""Settings in hours of a day."""

from typing import Any

from frappe import _
from frappe.utils import cint

from l2c_app.services.errors.base import L2CError, refuse

LAST_HOUR = 23


def check_hour(document: Any, field: str, error: type[L2CError]) -> None:
	"""Raise `error`, with the label of the field, unless it has a whole number from 0 to 23. Blank is 0."""
	if not 0 <= cint(document.get(field)) <= LAST_HOUR:
		label = _(document.meta.get_label(field))
		refuse(
			error,
			_("{0} must lie between 0 and {1}.").format(label, LAST_HOUR),
			compared=str(document.get(field)),
		)
