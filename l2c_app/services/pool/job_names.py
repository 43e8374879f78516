"""What our scheduled jobs are called for people, by their method below the jobs' module."""

from frappe import _


def of(job: str) -> str:
	"""Return the name of a job: `of("pools.start_recycling")` is "Take idle seats back"; one without a name keeps its own."""
	return names().get(job) or job.replace("_", " ")


def names() -> dict[str, str]:
	"""Return {job: what it does}."""
	return {
		"collections.chase": _("Chase overdue receivables"),
		"collections.collect_cleared_money": _("Count money that cleared"),
		"collections.escalate_disputes": _("Tell of disputes past their deadline"),
		"collections.keep_measures": _("Keep receivable measures"),
		"collections.prepare_statements": _("Prepare customer statements"),
		"collections.read_cases_again": _("Read changed cases again"),
		"collections.refresh_cases": _("Open and close cases"),
		"contracts.audit_contracts": _("Audit contracts against the ledger"),
		"contracts.expire_signing_links": _("Expire signing links"),
		"contracts.plan_return_visits": _("Plan return visits"),
		"contracts.prepare_billing": _("Prepare billing"),
		"contracts.remind_of_contract_ends": _("Remind of contracts that end"),
		"contracts.remind_of_signing_links": _("Remind of signing links"),
		"contracts.resume_billing_runs": _("Go on with billing runs"),
		"follow_ups.advance_cadences": _("Advance cadences"),
		"follow_ups.count_meetings": _("Count meetings as effort"),
		"follow_ups.forget_old_reminders": _("Forget old reminders"),
		"follow_ups.keep_response_clocks": _("Keep first response clocks"),
		"follow_ups.remind_of_follow_ups": _("Remind of follow ups"),
		"leads.score_leads": _("Score leads"),
		"pools.refresh_pool_members": _("Refresh pool members"),
		"pools.resume_pool_runs": _("Go on with pool runs"),
		"pools.start_distributions": _("Hand out seats by schedule"),
		"pools.start_recycling": _("Take idle seats back"),
		"pools.tell_of_states": _("Tell of leads too long in one status"),
	}
