"""Native Contact and Address of a lead whose pool masks for ever: what is typed here goes to the vault as well."""

from frappe.model.document import Document

from l2c_app.services.lead import lead_intake
from l2c_app.services.pool import vault, visibility


def before_validate(doc: Document, method: str | None = None) -> None:
	"""Move new phones, mail addresses and streets into the lead's vault, before the host copies them to the lead."""
	if not visibility.enabled_pools("Lead"):
		return
	lead = vault.sealed_lead_of(doc)
	if lead:
		vault.seal(doc, lead)


def on_update(doc: Document, method: str | None = None) -> None:
	"""Its phones and mail addresses are keys of the leads and customers it belongs to."""
	if visibility.enabled_pools():
		lead_intake.contact_changed(doc)


def after_delete(doc: Document, method: str | None = None) -> None:
	"""Its keys go with it."""
	if visibility.enabled_pools():
		lead_intake.contact_changed(doc)
