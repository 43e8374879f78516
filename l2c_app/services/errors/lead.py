"""Refusals of leads: intake, duplicates and scoring."""

from l2c_app.services.errors.base import L2CError


class BadScoringRule(L2CError):
	"""A rule, group, tier or field of the lead scoring could never work."""


class MergeRefused(L2CError):
	"""Two leads cannot be merged or unmerged like this."""


class DuplicateBlocked(L2CError):
	"""A lead is surely another party that is there already, and its entry point blocks such leads."""

	http_status_code = 409


class LeadIncomplete(L2CError):
	"""The lead lacks fields that the next step asks for."""


class RowsUnreadable(L2CError):
	"""What a request sent as rows is no list."""


class LeadImportState(L2CError):
	"""An import of a file cannot be committed, stopped, resumed or deleted as it is now."""
