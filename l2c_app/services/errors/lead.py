"""Refusals of leads: intake, duplicates and scoring."""

from l2c_app.services.errors.base import L2CError


class BadScoringRule(L2CError):
	"""A rule, group, tier or field of the lead scoring could never work."""


class MergeRefused(L2CError):
	"""Two leads cannot be merged or unmerged like this."""


class RowsUnreadable(L2CError):
	"""What a request sent as rows is no list."""
