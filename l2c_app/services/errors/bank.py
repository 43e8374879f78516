"""Refusals around bank lines, what they are matched to, and money nobody has claimed."""

from l2c_app.services.errors.receipt import CollectionRefused


class BankMatchRefused(CollectionRefused):
	"""Base of the refusals around matched bank lines."""


class BankMatchStateError(BankMatchRefused):
	"""The match is decided already, or it has nothing that could be accepted: somebody else was faster, or it is to ask."""

	http_status_code = 409


class BankLineTaken(BankMatchRefused):
	"""The bank line is cancelled, or the books have taken its money meanwhile."""

	http_status_code = 409


class BankMatchStale(BankMatchRefused):
	"""A document of the match owes less than when it was proposed, or is gone."""

	http_status_code = 409


class BankChoiceRefused(BankMatchRefused):
	"""The documents that somebody chose cannot take the money of the bank line as it was given out."""


class ShortPaymentReason(BankMatchRefused):
	"""The payment is short and stays partial: somebody must say why."""


class WriteOffAboveTolerance(BankMatchRefused):
	"""The difference is above the tolerance that accounts set, or the company has no account for it."""


class PayerAliasError(BankMatchRefused):
	"""An alias has no readable value, or it belongs to another customer already."""


class ClearingAccountError(BankMatchRefused):
	"""Only a bank account of the company can be in clearing."""


class ClaimRefused(CollectionRefused):
	"""The claim does not fit: state of the receipt, contract, currency, or it was made before."""


class RefundTooHigh(CollectionRefused):
	"""More is to be given back than the customer has to his credit."""


class StatementRefused(CollectionRefused):
	"""Base of the refusals around bank statements that are loaded."""


class StatementUnreadable(StatementRefused):
	"""The file is gone, empty, too long, or no text in the encoding that was chosen."""


class StatementAccountError(StatementRefused):
	"""The bank account is disabled, none of a company, or has no ledger account."""


class StatementLoadState(StatementRefused):
	"""The step does not fit the state of the load: it is done, at work, or waits for an answer."""

	http_status_code = 409
