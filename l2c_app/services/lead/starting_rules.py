"""A set of scoring rules to start from, offered on the form and never saved by itself. Admins change them freely."""

GROUPS = (
	{"group_name": "Reachable", "kind": "Fit", "cap": 30},
	{"group_name": "Company", "kind": "Fit", "cap": 70},
	{"group_name": "Conversation", "kind": "Engagement", "cap": 60, "half_life": 14},
	{"group_name": "Buying", "kind": "Engagement", "cap": 60, "half_life": 30},
)
RULES = (
	{
		"group_name": "Reachable",
		"label": "Has a mobile number",
		"points": 20,
		"filters": '[["mobile_no", "is", "set"]]',
	},
	{
		"group_name": "Reachable",
		"label": "Has a mail address",
		"points": 10,
		"filters": '[["email_id", "is", "set"]]',
	},
	{
		"group_name": "Company",
		"label": "Names its company",
		"points": 25,
		"filters": '[["company_name", "is", "set"]]',
	},
	{
		"group_name": "Company",
		"label": "Industry known",
		"points": 15,
		"filters": '[["industry", "is", "set"]]',
	},
	{
		"group_name": "Company",
		"label": "Qualified",
		"points": 30,
		"filters": '[["qualification_status", "=", "Qualified"]]',
	},
	{
		"group_name": "Company",
		"label": "Not to be contacted",
		"points": -100,
		"filters": '[["status", "in", ["Do Not Contact"]]]',
	},
	{
		"group_name": "Conversation",
		"label": "Was interested",
		"points": 15,
		"event": "Follow Up",
		"detail": "Interested",
	},
	{
		"group_name": "Conversation",
		"label": "Agreed to meet",
		"points": 25,
		"event": "Follow Up",
		"detail": "Meeting Agreed",
	},
	{
		"group_name": "Conversation",
		"label": "Was not interested",
		"points": -20,
		"event": "Follow Up",
		"detail": "Not Interested",
	},
	{"group_name": "Conversation", "label": "Wrote to us", "points": 15, "event": "Mail Received"},
	{"group_name": "Conversation", "label": "Spoke with us", "points": 10, "event": "Call"},
	{"group_name": "Buying", "label": "Hot intent", "points": 30, "event": "Intent", "detail": "Hot"},
	{"group_name": "Buying", "label": "Opportunity opened", "points": 30, "event": "Opportunity"},
	{"group_name": "Buying", "label": "Quotation sent", "points": 30, "event": "Quotation"},
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


def all_rules() -> dict[str, tuple[dict, ...]]:
	"""Return {table of Lead Scoring: its rows}."""
	return {"groups": GROUPS, "rules": RULES, "tiers": TIERS, "completeness": COMPLETENESS}
