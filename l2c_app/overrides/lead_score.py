"""Saved leads, and what happens with them, are scored. While scoring is off every handler ends at cached settings."""

from frappe.model.document import Document

from l2c_app.services.lead import score_rules, scoring


def on_lead(doc: Document, method: str | None = None) -> None:
	"""A lead was inserted or saved."""
	if score_rules.enabled():
		scoring.score_document(doc)


def on_follow_up(doc: Document, method: str | None = None) -> None:
	"""A follow up of a lead was saved."""
	_score(doc.get("lead"))


def on_communication(doc: Document, method: str | None = None) -> None:
	"""A mail or call came onto the timeline of a lead."""
	if doc.get("reference_doctype") == "Lead":
		_score(doc.get("reference_name"))


def on_deal(doc: Document, method: str | None = None) -> None:
	"""An opportunity or quotation for a lead was made, submitted or cancelled."""
	if "Lead" in (doc.get("opportunity_from"), doc.get("quotation_to")):
		_score(doc.get("party_name"))


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""The score follows the lead's name."""
	scoring.rename(old, new)


def on_trash(doc: Document, method: str | None = None) -> None:
	"""The score goes with the lead."""
	scoring.forget(doc.name)


def _score(lead: str | None) -> None:
	if lead and score_rules.enabled():
		scoring.score_leads([lead])
