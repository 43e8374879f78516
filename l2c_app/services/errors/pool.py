"""Refusals of pools: claims, seats, members, runs and what is closed."""

import frappe

from l2c_app.services.errors.base import L2CError


class LogIsAppendOnly(L2CError):
	"""Somebody tried to change or delete a row of the pool log."""


class BadAdmissionFilter(L2CError):
	"""The admission filter of a pool is not valid."""


class BadPoolFields(L2CError):
	"""A pool's list of shown fields or contact fields is not valid."""


class BadDistribution(L2CError):
	"""The rules by which a pool hands out seats are not complete."""


class PoolHasNoMembers(L2CError):
	"""A pool cannot be enabled before its member rows reach at least one user."""


class PoolHasNoManager(L2CError):
	"""A pool cannot be enabled before somebody manages it."""


class PoolHoldsSeats(L2CError):
	"""A pool with held seats can neither be disabled nor deleted, nor the last one while it keeps leads closed."""


class NotAPoolParty(L2CError):
	"""The document is neither a lead nor a customer."""


class PoolDisabled(L2CError):
	"""Nothing moves in a disabled pool."""


class NotAPoolMember(L2CError):
	"""The user is no member of the pool."""

	http_status_code = 403


class NotAPoolManager(L2CError):
	"""Only a manager of the pool may do this."""

	http_status_code = 403


class NotTheHolder(L2CError):
	"""Only the holder of the seat or a manager of the pool may do this."""

	http_status_code = 403


class ClaimRefused(L2CError):
	"""Base of the refusals of a claim."""


class QuotaReached(ClaimRefused):
	"""The daily quota of claims is used up."""


class HoldingCapReached(ClaimRefused):
	"""The member holds as many seats as he may."""


class CoolingDown(ClaimRefused):
	"""A former holder must wait before he takes the same seat again."""


class ClaimedTooSoon(ClaimRefused):
	"""The pool asks for some minutes between two claims of a member."""


class BacklogTooLong(ClaimRefused):
	"""Too many held seats wait for the first work since they were claimed."""


class OverdueCash(ClaimRefused):
	"""The overdue cash of the member's contracts is above the pool's limit: his quota is cut."""


class ProtectionLimitReached(ClaimRefused):
	"""The member protects as many seats as he may."""


class ProtectionRefused(L2CError):
	"""A seat cannot be protected for so many days."""


class SeatTaken(ClaimRefused):
	"""The seat is not available: somebody else was faster, or it is closed."""


class PartyBlocked(ClaimRefused):
	"""The party must not be contacted, is converted or does not exist any more."""


class QuietDayRefused(L2CError):
	"""The day until which a party is to be left alone lies in the past."""


class SeatNotMovable(L2CError):
	"""The event does not fit the state of the seat."""


class BadRecycleRule(L2CError):
	"""The recycle rules, warnings, hour or cut of a pool cannot be meant."""


class BadStateAlarm(L2CError):
	"""An alarm of a pool names a status that leads do not have, or cannot be meant."""


class UnknownJob(L2CError):
	"""There is no scheduled job of this name in the app."""


class RunInProgress(L2CError):
	"""A pool has one committing run of a kind at a time; a live run is not deleted."""

	http_status_code = 409


class RunStateError(L2CError):
	"""The step does not fit the state or the kind of the run."""


class StaleSeat(L2CError):
	"""The seat changed since the form was loaded."""

	http_status_code = 409


class StaleRead(L2CError):
	"""Another transaction moved a seat to this member meanwhile: begin again."""

	http_status_code = 409


class SeatBusy(StaleSeat):
	"""Another transaction moves the seat, or the seats of its receiver, at this moment."""


class RevealCapReached(L2CError):
	"""The user has revealed as many leads today as the pool allows."""

	http_status_code = 429


class NothingToReveal(L2CError):
	"""The contact data of the lead are not masked."""


class AssignmentRuleFights(L2CError):
	"""A native Assignment Rule would hand out pooled leads."""


class ReasonMissing(L2CError):
	"""A reason is mandatory."""


class TooManyLookups(L2CError):
	"""The user looked for duplicates too often in the last hour."""

	http_status_code = 429


class TooManyRows(L2CError):
	"""The batch is larger than one request may carry."""


class ReportClosed(L2CError, frappe.PermissionError):
	"""A native report shows contact data of all leads, while pooled leads are closed to all but holders and managers."""

	http_status_code = 403
