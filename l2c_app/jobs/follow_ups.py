"""Jobs about follow ups: reminders, cadences, clocks. Each hands over to one service."""

from l2c_app.jobs import commit_step, summed
from l2c_app.services.errors.recovery import retrying
from l2c_app.services.follow_up import acts, cadence_run, digest, first_response, reminders


def remind_of_follow_ups() -> dict:
	"""Every ten minutes: reminders, escalations, and once a day the digests. Returns counts.

	Committed page by page; a killed job tells nothing twice and misses nothing when it runs again.
	"""
	total = summed({"told": 0, "hidden": 0, "failed": 0, "digests": 0}, reminders.pages())
	for sent in digest.users():
		total["digests" if sent else "failed"] += 1
		commit_step()
	return total


def forget_old_reminders() -> int:
	"""Nightly: the log of reminders keeps what is still planned and the last 400 days. Returns how many rows went."""
	return reminders.forget_old()


def advance_cadences() -> dict:
	"""Hourly: who replied, converted or was released leaves; due steps are done. Committed chunk by chunk. Returns counts."""
	return summed({}, cadence_run.chunks())


def keep_response_clocks() -> dict:
	"""Every ten minutes: start, stop and hand over the first-response clocks of pooled leads. Returns counts."""
	return first_response.keep()


def count_meetings() -> dict:
	"""Hourly: meetings that ended are effort of who held them. Returns counts."""
	return retrying(acts.meetings_over)
