"""Refusals of contracts, plans, billing and revisions."""

from l2c_app.services.errors.base import L2CError


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


class ApproverNeeded(L2CError):
	"""The step belongs to whoever may approve contracts; the owner of one may only write it until then."""

	http_status_code = 403


class ClauseRefused(L2CError):
	"""Base of the refusals of clauses and their templates."""


class UnknownClauseVariable(ClauseRefused):
	"""A clause names a variable that no contract has."""


class ClauseVariableMissing(ClauseRefused):
	"""A clause needs a value that this contract does not have."""


class ClauseTwice(ClauseRefused):
	"""A template has the same clause twice in one language."""


class ClauseLocked(ClauseRefused):
	"""A locked clause is changed or left out by somebody who is not a manager."""


class TemplateRefused(ClauseRefused):
	"""The template is disabled, or belongs to another company."""


class RenewalRefused(L2CError):
	"""The contract cannot be renewed: not running, without an end, renewed already, or without a price."""


class EndRemindersError(L2CError):
	"""The days of the reminders before the end of a contract cannot be read."""


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


class BillingRunState(BillingRefused):
	"""The step does not fit the state of the billing run."""


class BillingRequestState(BillingRefused):
	"""The billing request is answered already, or cannot be changed by hand."""


class BillingRequestExists(BillingRefused):
	"""The row is on an open billing request already."""


class BillingRequestRefused(BillingRefused):
	"""The request asks for nothing, for what is billed by delivery, or its answer lacks a reason."""


class CreditNoteRefused(BillingRefused):
	"""The document is no submitted invoice of a contract, so our credit note has nothing to credit."""


class AdoptionRefused(L2CError):
	"""Documents that ran before cannot become a contract: the values that do not fit are in the text."""


class AdoptionMovedOn(L2CError):
	"""An adoption cannot be taken back: something happened under its contract since, or nothing says how it was before."""


class AdoptionRunState(L2CError):
	"""A run of adoptions is not in the state that the step needs, or there is nothing to adopt."""


class MilestoneRefused(L2CError):
	"""A plan row is not released, or cannot be released or taken back by hand."""


class HandOverRefused(L2CError):
	"""Work cannot be handed over: to nobody, to oneself, to somebody who may not do it, or there is none."""


class SettlementOpen(L2CError):
	"""A contract cannot be ended at this value: what is billed is another amount."""
