"""The refusals, by the host's class names and http codes."""


class ValidationError(Exception):
	http_status_code = 417


class PermissionError(Exception):
	http_status_code = 403


class NameError(Exception):
	http_status_code = 409


def _refusals(base: type[Exception], names: str) -> None:
	for name in names.split():
		globals()[name] = type(name, (base,), {"__module__": __name__})


_refusals(
	ValidationError,
	"""DataError MandatoryError NonNegativeError UniqueValidationError LinkValidationError LinkExistsError
	DocstatusTransitionError TimestampMismatchError CannotChangeConstantError UpdateAfterSubmitError DoesNotExistError
	CharacterLengthExceededError InvalidEmailAddressError InvalidPhoneNumberError""",
)
_refusals(Exception, "AuthenticationError QueryTimeoutError QueryDeadlockError TooManyRequestsError")
_refusals(NameError, "DuplicateEntryError")
_refusals(globals()["LinkValidationError"], "CancelledLinkError")
