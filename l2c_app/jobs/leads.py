"""Jobs about leads: imports and scores. Each hands over to one service."""

from l2c_app.jobs import commit_step, counted
from l2c_app.services.lead import import_run_work, scoring


def work_lead_import(run: str) -> None:
	"""Plan or do an import of leads: one commit per chunk; queued again while there is more than one job's time allows."""
	import_run_work.work(run, commit=commit_step)


def score_leads() -> int:
	"""Nightly, and after the rules changed: score all leads. Returns how many. Each chunk is committed."""
	return counted(scoring.chunks_of_leads())
