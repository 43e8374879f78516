"""Refusals of chasing: policies, runs, promises, disputes and held orders."""

from l2c_app.services.errors.base import L2CError


class DunningPolicyError(L2CError):
	"""Two levels of a policy share their days, or a level lacks what its channel needs."""


class DunningRunState(L2CError):
	"""The run or the line is past the step that was asked for."""


class StatementRunState(L2CError):
	"""The run of statements, or its line, is past the step that was asked for, or lacks what it needs."""


class OverrideError(L2CError):
	"""An override of a line lacks its reason or names a level that the policy has not."""


class PromiseRefused(L2CError):
	"""The promise cannot be taken: one is open, the amount or date does not fit, or there were too many."""


class PromiseStateError(L2CError):
	"""Only an open promise can be withdrawn."""


class DisputeRefused(L2CError):
	"""The amount is not open, or the dispute lacks what its step needs."""


class OrderHeld(L2CError):
	"""The customer has overdue money beyond the limits: the order is not submitted."""


class HoldError(L2CError):
	"""A hold of a case needs a reason and a date that has not passed."""


class CollectionTargetError(L2CError):
	"""A collection target needs an amount, and there is one per month, company and sales person."""


class NoOnlinePayment(L2CError):
	"""No payment request with an address waits for the invoice."""
