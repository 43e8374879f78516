"""Typed refusals. Callers and tests match the class, never the text; each says what, compared with what, and what next."""

from typing import NoReturn

import frappe
from frappe.utils import escape_html


class L2CError(frappe.ValidationError):
	"""Base of every refusal of this app."""

	http_status_code = 417


def refuse(error: type[L2CError], what: str, *, compared: str = "", do: str = "") -> NoReturn:
	"""Raise `error` with a message in three parts: what is wrong, what was compared, what the user can do.

	The parts are translated, finished texts without markup; user data inside them is escaped here.
	"""
	parts = [escape_html(part) for part in (what, compared, do) if part]
	frappe.throw("<br>".join(parts), error)
	raise error(
		what
	)  # frappe.throw never returns; this keeps the promise visible to readers and type checkers


class FollowUpIncompleteError(L2CError):
	"""A follow up lacks its outcome, its note, or its next action."""


class FollowUpDateError(L2CError):
	"""A date that was set just now lies in the past."""


class FollowUpStateError(L2CError):
	"""A done or cancelled follow up would change its status."""


class FollowUpAssigneeError(L2CError):
	"""A follow up would go to somebody who is disabled or may not see the document."""


# Pools


class LogIsAppendOnly(L2CError):
	"""Somebody tried to change or delete a row of the pool log."""


class BadAdmissionFilter(L2CError):
	"""The admission filter of a pool is not valid."""


class PoolHasNoMembers(L2CError):
	"""A pool cannot be enabled before its member rows reach at least one user."""


class PoolHoldsSeats(L2CError):
	"""A pool with held seats can neither be disabled nor deleted."""


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


class SeatTaken(ClaimRefused):
	"""The seat is not available: somebody else was faster, or it is closed."""


class PartyBlocked(ClaimRefused):
	"""The party must not be contacted, is converted or does not exist any more."""


class SeatNotMovable(L2CError):
	"""The event does not fit the state of the seat."""


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


# Contracts


class ContractPartyError(L2CError):
	"""A contract has neither a customer nor a lead, or they do not belong together, or the customer is disabled."""


class ContractCompanyError(L2CError):
	"""The company cannot transact: it is a group, or it does not exist any more."""


class ContractDatesError(L2CError):
	"""The end of a contract lies before its start."""


class ContractItemsError(L2CError):
	"""A contract has no items, or a line without quantity."""


class NoExchangeRate(L2CError):
	"""The contract's currency has no rate to the company's currency."""


class PlanRefused(L2CError):
	"""Base of the refusals of a payment plan."""


class PlanSumError(PlanRefused):
	"""The plan rows do not add up to the contract total."""


class PlanRowAmountError(PlanRefused):
	"""A plan row is zero, negative or cannot be paid in the currency's coins."""


class PlanReferenceError(PlanRefused):
	"""A plan row is billed with a row that does not exist, is an advance, or refers back to it."""


class PlanDueError(PlanRefused):
	"""A plan row has no date on which it could become due."""


class ContractStateError(L2CError):
	"""The step does not fit the state of the contract."""


class ContractChangedMeanwhile(L2CError):
	"""Another transaction changed the contract since this one began to read: begin again."""

	http_status_code = 409


class ReceivableAccountError(L2CError):
	"""There is no usable receivable account in the contract's currency."""


class ContractTotalDiffers(L2CError):
	"""The native order came out at another total than the contract."""


class LiveOrderExists(L2CError):
	"""The contract has a live order already; it can neither get a second one nor be cancelled."""


class NoLiveOrder(L2CError):
	"""The contract has no submitted order that could be billed."""


class BillingRefused(L2CError):
	"""Base of the refusals of billing a plan row."""


class PlanNotInStep(BillingRefused):
	"""The order's total is not the sum of the plan rows: the plan must be cut again first."""


class RowNotBillable(BillingRefused):
	"""The row has no invoice of its own, does not exist, or has nothing left to bill."""


class DraftInvoiceExists(BillingRefused):
	"""The row is on a draft invoice already."""


class StockNotDelivered(BillingRefused):
	"""Stock is billed after delivery: the lines of the order are not delivered far enough."""


class SameRateStops(BillingRefused):
	"""The Selling Settings stop invoices at another rate than the order's."""


class InvoiceMissesRow(BillingRefused):
	"""The invoice cannot come close enough to the amount of its plan rows."""


class RevisionRefused(L2CError):
	"""A revision would change plan rows that are billed or paid, or changes nothing."""


class CollectionRefused(L2CError):
	"""Base of the refusals around money reported and confirmed."""


class CollectionAmountError(CollectionRefused):
	"""The amount is missing, zero, negative, or less than what it is said to pay."""


class CollectionPartyError(CollectionRefused):
	"""The receipt, its contracts and its rows do not belong together: customer, company, currency or row."""


class CollectionDateError(CollectionRefused):
	"""Money cannot have been received after today."""


class CollectionStateError(CollectionRefused):
	"""The step does not fit the state of the receipt: somebody else was faster, or it is done."""

	http_status_code = 409


class CollectionLocked(CollectionRefused):
	"""The receipt is confirmed, rejected or cancelled: what it says cannot be changed any more."""


class ExistingVoucherFound(CollectionRefused):
	"""A native document looks like this money already: link it, or say why a second one is right."""

	http_status_code = 409


class VoucherNotLinkable(CollectionRefused):
	"""The native document is gone, not submitted, of another party, or belongs to another receipt."""


class ReceivingAccountError(CollectionRefused):
	"""There is no bank or cash account, or it is in a currency that fits neither contract nor company."""


class ExchangeRateMissing(CollectionRefused):
	"""There is no rate between the receipt's currency and company currency on its date."""


# Scoring


class BadScoringRule(L2CError):
	"""A rule, group, tier or field of the lead scoring could never work."""
