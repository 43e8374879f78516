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


class EvidenceError(L2CError):
	"""A follow up would be logged from a mail, call or event that is not the user's, or was logged already."""


class DigestHourError(L2CError):
	"""The digest would wait for an hour that no day has."""


class CadenceStepsError(L2CError):
	"""The steps of a cadence are missing, go backwards or lack a template."""


class CadenceInUse(L2CError):
	"""Somebody still runs through the cadence."""


class EnrolmentRefused(L2CError):
	"""A party cannot be enrolled: unknown, of another kind, running already, converted, or the cadence is disabled."""


class ContactRefused(L2CError):
	"""The party must not be contacted, or not by mail."""
