"""Leads are scored on save, on events and every night, set by set; each score is stored with its reasons.

What a lead is worth is computed anew from its fields and events, never added up. Other ways of scoring, such as a learned
one, join by the hook `l2c_lead_scorers`: dotted names of functions (leads, at) that return {lead: [core.scoring.Reason]}.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

import frappe
from frappe.utils import now_datetime

from l2c_app.core import scoring
from l2c_app.services.batch.stamps import STAMPS, stamps
from l2c_app.services.lead import score_facts, score_rules, tier_changes
from l2c_app.services.pool import recycle_dates
from l2c_app.services.pool.seats import chunks

SCORERS = "l2c_lead_scorers"
JOB = "l2c_app.jobs.leads.score_leads"
CHUNK = 1000
STORED = ("lead", "fit", "engagement", "total", "tier", "previous_tier", "tier_since", "scored_on",
	"completeness", "reasons", "missing")  # fmt: skip
COMPARED = ("fit", "engagement", "total", "tier", "completeness", "reasons", "missing")


def score_leads(leads: Iterable[str], *, at: datetime | None = None) -> dict[str, dict]:
	"""Score these leads and return {lead: its stored row}. Leads that do not exist are left out.

	Costs one read of the leads, one per source of events and one of the old scores; only what changed is written.
	"""
	names, at = sorted(set(leads)), at or now_datetime()
	rulebook = score_rules.load()
	values = score_facts.values_of(names, rulebook.lead_fields)
	events = score_facts.events_of(names, rulebook.events)
	more = _reasons_of_others(names, at)
	before = _stored(names)
	after = {}
	for lead, row in values.items():
		result = scoring.joined(_by_rules(row, events.get(lead, []), rulebook, at), more.get(lead, ()))
		after[lead] = _row(lead, row, result, rulebook=rulebook, before=before.get(lead), at=at)
	_store([row for lead, row in after.items() if _differs(row, before.get(lead))])
	_show_on_leads(after, values)
	tier_changes.tell(before, after, rulebook.thresholds)
	return after


def _by_rules(values: dict, events: list, rulebook: object, at: datetime) -> scoring.Score:
	return scoring.score(
		values,
		events,
		groups=rulebook.groups,
		fit_rules=rulebook.fit_rules,
		event_rules=rulebook.event_rules,
		now=at,
	)


def _reasons_of_others(leads: list[str], at: datetime) -> dict[str, list[scoring.Reason]]:
	found: dict[str, list[scoring.Reason]] = defaultdict(list)
	for name in frappe.get_hooks(SCORERS):
		for lead, reasons in frappe.get_attr(name)(leads, at).items():
			found[lead] += reasons
	return found


def _row(
	lead: str, values: dict, result: scoring.Score, *, rulebook: object, before: dict | None, at: datetime
) -> dict:
	tier = scoring.tier(result.fit, result.engagement, rulebook.thresholds)
	percent, missing = scoring.completeness(values, scoring.weights_of(tier, rulebook.weights))
	same_tier = before is not None and (before.tier or "") == tier
	return {
		"lead": lead,
		"fit": result.fit,
		"engagement": result.engagement,
		"total": result.total,
		"tier": tier,
		"previous_tier": before.previous_tier if same_tier else (before.tier if before else ""),
		"tier_since": before.tier_since if same_tier else at,
		"scored_on": at,
		"completeness": percent,
		"reasons": frappe.as_json([asdict(reason) for reason in result.reasons], indent=None),
		"missing": frappe.as_json(missing, indent=None),
	}


def _stored(leads: Sequence[str]) -> dict[str, frappe._dict]:
	rows = frappe.get_all("Lead Score", filters={"lead": ("in", leads)}, fields=list(STORED), order_by="lead")
	return {row.lead: row for row in rows}


def _differs(row: dict, before: dict | None) -> bool:
	return before is None or any((before.get(name) or 0) != (row[name] or 0) for name in COMPARED)


def _store(rows: Sequence[dict]) -> None:
	"""Replace the stored scores of these leads: two statements per thousand."""
	table = frappe.qb.DocType("Lead Score")
	user = frappe.session.user
	for chunk in chunks(rows, size=CHUNK):
		frappe.qb.from_(table).delete().where(table.lead.isin([row["lead"] for row in chunk])).run()
		query = frappe.qb.into(table).columns(*STAMPS, *STORED)
		for row in chunk:
			stamped = stamps(frappe.generate_hash(length=10), user, row["scored_on"])
			query = query.insert(*stamped, *(row[name] for name in STORED))
		query.run()


def _show_on_leads(after: dict[str, dict], values: dict[str, frappe._dict]) -> None:
	"""Write score and tier onto the leads where they changed, one statement per pair of values; `modified` stays."""
	groups: dict[tuple[int, str], list[str]] = defaultdict(list)
	for lead, row in after.items():
		shown = (values[lead].l2c_score or 0, values[lead].l2c_tier or "")
		if shown != (row["total"], row["tier"]):
			groups[(row["total"], row["tier"])].append(lead)
	table = frappe.qb.DocType("Lead")
	for (total, tier), leads in sorted(groups.items()):
		query = frappe.qb.update(table).set(table.l2c_score, total).set(table.l2c_tier, tier)
		query.where(table.name.isin(leads)).run()
		for lead in leads:
			frappe.clear_document_cache("Lead", lead)
	recycle_dates.recompute_parties("Lead", [lead for leads in groups.values() for lead in leads])


def score_document(doc: object) -> None:
	"""Score one lead that was just saved and show the result on the document in hand."""
	row = score_leads([doc.name]).get(doc.name)
	if row:
		doc.l2c_score, doc.l2c_tier = row["total"], row["tier"]


def explain(lead: str) -> dict:
	"""Return what a lead scored, why, what is missing and which rules are out of order; {} when it was never scored.
	Raises PermissionError.

	No values of the lead are in it: reasons carry the words of the rules, missing fields their labels.
	"""
	frappe.get_doc("Lead", lead).check_permission("read")
	stored = _stored([lead]).get(lead)
	if not stored:
		return {}
	meta = frappe.get_meta("Lead")
	missing = [
		{"field": field, "label": frappe._(meta.get_label(field)), "adds": adds}
		for field, adds in frappe.parse_json(stored.missing).items()
	]
	missing.sort(key=lambda row: (-row["adds"], row["field"]))
	vanished = list(score_rules.load().vanished)
	return {
		**stored,
		"reasons": frappe.parse_json(stored.reasons),
		"missing": missing,
		"vanished": vanished,
	}


def rules_changed() -> None:
	"""Score all leads again in the background. One job at a time."""
	if score_rules.enabled():
		frappe.enqueue(
			JOB, queue="long", job_id="l2c_score_leads", deduplicate=True, enqueue_after_commit=True
		)


def chunks_of_leads() -> Iterator[int]:
	"""Score all leads, a thousand per step in the order of their names; yields how many the step scored.

	The job commits between the steps. A killed job may simply run again.
	"""
	after = ""
	while score_rules.enabled():
		names = frappe.get_all(
			"Lead", filters={"name": (">", after)}, pluck="name", order_by="name", limit=CHUNK
		)
		if not names:
			return
		score_leads(names)
		yield len(names)
		after = names[-1]


def rename(old: str, new: str) -> None:
	"""Forget the score under the old name and score the renamed or kept lead anew."""
	frappe.db.delete("Lead Score", {"lead": old})
	if score_rules.enabled():
		score_leads([new])


def forget(lead: str) -> None:
	"""Drop the score of a deleted lead."""
	frappe.db.delete("Lead Score", {"lead": lead})
