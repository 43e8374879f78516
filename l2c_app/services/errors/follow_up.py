"""Refusals of follow ups, cadences and reminders."""

from l2c_app.services.errors.base import L2CError


class FollowUpIncompleteError(L2CError):
	"""A follow up lacks its outcome, its note, or its next action."""


class FollowUpDateError(L2CError):
	"""A date that was set just now lies in the past."""


class FollowUpStateError(L2CError):
	"""A done or cancelled follow up would change its status."""


class FollowUpAssigneeError(L2CError):
	"""A follow up would go to somebody who is disabled or may not see the document."""
