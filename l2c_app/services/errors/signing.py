"""Refusals of signing by a link."""

from l2c_app.services.errors.base import L2CError


class SigningRefused(L2CError):
	"""Base of the refusals of signing."""


class SigningIsRecorded(SigningRefused):
	"""Somebody tried to write a signing request or its trail by hand."""

	http_status_code = 403


class SignatoryMissing(SigningRefused):
	"""The contract names nobody who could sign, or somebody without an e-mail address."""


class SigningStateError(SigningRefused):
	"""The step does not fit the state of the contract or of the request."""


class LinkRefused(SigningRefused):
	"""The link is unknown, used, expired or withdrawn, or the contract is not the one that was sent."""

	http_status_code = 410


class SignatureRefused(SigningRefused):
	"""The answer lacks a name or drawing, the consent or a reason, or speaks of another document."""
