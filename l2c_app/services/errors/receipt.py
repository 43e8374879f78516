"""Refusals of collections and their vouchers."""

from l2c_app.services.errors.base import L2CError


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
