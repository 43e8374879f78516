"""What happens when the app comes to a site: the version gate and our own columns, nothing native."""

import erpnext
import frappe
from frappe import _

from l2c_app import compat
from l2c_app.setup import approval, custom_fields, defaults, kanban


class UnsupportedHost(frappe.ValidationError):
	"""Frappe or ERPNext is older or newer than the app supports."""


def before_install() -> None:
	"""Refuse hosts that the app was not made for, with words instead of a traceback later.

	Raises UnsupportedHost.
	"""
	for title, version in (("Frappe", frappe.__version__), ("ERPNext", erpnext.__version__)):
		if not compat.OLDEST_MAJOR <= compat.major(version) <= compat.NEWEST_MAJOR:
			frappe.throw(
				_(
					"Lead to Cash runs on {0} {1} to {2}; this bench has {3}. Use a release made for it."
				).format(title, compat.OLDEST_MAJOR, compat.NEWEST_MAJOR, version),
				UnsupportedHost,
			)


def after_install() -> None:
	"""Create our columns, defaults, board and workflow. Needs no Company; repeating it changes nothing."""
	custom_fields.create()
	defaults.store()
	kanban.create()
	approval.create()
