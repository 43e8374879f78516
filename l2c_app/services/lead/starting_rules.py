"""A set of scoring rules to start from, offered on the form and never saved by itself. Admins change them freely."""

from frappe import _

GROUPS = (
	{"group_name": "Reachable", "kind": "Fit", "cap": 30},
	{"group_name": "Company", "kind": "Fit", "cap": 70},
	{"group_name": "Conversation", "kind": "Engagement", "cap": 60, "half_life": 14},
	{"group_name": "Buying", "kind": "Engagement", "cap": 60, "half_life": 30},
)
TIERS = (
	{"tier": "A", "fit": 60, "engagement": 40},
	{"tier": "B", "fit": 60, "engagement": 0},
	{"tier": "C", "fit": 30, "engagement": 20},
	{"tier": "D", "fit": 30, "engagement": 0},
	{"tier": "E", "fit": 0, "engagement": 0},
)
COMPLETENESS = (
	{"field": "mobile_no", "weight": 3},
	{"field": "email_id", "weight": 2},
	{"field": "company_name", "weight": 3},
	{"field": "industry", "weight": 1},
	{"field": "territory", "weight": 1},
	{"field": "website", "weight": 2, "tier": "A"},
)


def _fit_rules() -> list[dict]:
	rows = (
		("Reachable", _("Has a mobile number"), 20, '[["mobile_no", "is", "set"]]'),
		("Reachable", _("Has a mail address"), 10, '[["email_id", "is", "set"]]'),
		("Company", _("Names its company"), 25, '[["company_name", "is", "set"]]'),
		("Company", _("Industry known"), 15, '[["industry", "is", "set"]]'),
		("Company", _("Qualified"), 30, '[["qualification_status", "=", "Qualified"]]'),
		("Company", _("Not to be contacted"), -100, '[["status", "=", "Do Not Contact"]]'),
	)
	return [
		{"group_name": group, "label": label, "points": points, "filters": filters}
		for group, label, points, filters in rows
	]


def _event_rules() -> list[dict]:
	rows = (
		("Conversation", _("Was interested"), 15, "Follow Up", "Interested"),
		("Conversation", _("Agreed to meet"), 25, "Follow Up", "Meeting Agreed"),
		("Conversation", _("Was not interested"), -20, "Follow Up", "Not Interested"),
		("Conversation", _("Wrote to us"), 15, "Mail Received", ""),
		("Conversation", _("Spoke with us"), 10, "Call", ""),
		("Buying", _("Hot intent"), 30, "Intent", "Hot"),
		("Buying", _("Opportunity opened"), 30, "Opportunity", ""),
		("Buying", _("Quotation sent"), 30, "Quotation", ""),
	)
	return [
		{"group_name": group, "label": label, "points": points, "event": event, "detail": detail}
		for group, label, points, event, detail in rows
	]


def all_rules() -> dict[str, list[dict]]:
	"""Return {table of Lead Scoring: its rows}; what the rules are called is in the language of the user."""
	rules = _fit_rules() + _event_rules()
	return {"groups": list(GROUPS), "rules": rules, "tiers": list(TIERS), "completeness": list(COMPLETENESS)}
