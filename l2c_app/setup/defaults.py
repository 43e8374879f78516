"""Settings are written once with their defaults, so that reading one value never finds an empty table."""

import frappe

SETTINGS = "L2C Settings"


def store() -> None:
	"""Save every default that is not set yet, at install and after each migrate; values chosen by an admin stay."""
	stored = frappe.db.get_singles_dict(SETTINGS)
	new = {
		field.fieldname: field.default
		for field in frappe.get_meta(SETTINGS).fields
		if field.default is not None and field.fieldname not in stored
	}
	if not new:
		return
	settings = frappe.get_doc(SETTINGS)
	settings.update(new)
	settings.flags.ignore_permissions = True
	settings.flags.ignore_mandatory = True
	# A value that was stored before a rule came must not stop a migration.
	settings.flags.ignore_validate = True
	settings.save()
