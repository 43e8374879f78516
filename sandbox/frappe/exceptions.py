"""The refusals, by the host's class names and http codes."""


class ValidationError(Exception):
	http_status_code = 417


class AuthenticationError(Exception):
	http_status_code = 401


class SessionExpired(Exception):
	http_status_code = 401


class PermissionError(Exception):
	http_status_code = 403


class DoesNotExistError(ValidationError):
	http_status_code = 404

	def __init__(self, *args: object, doctype: str | None = None) -> None:
		super().__init__(*args)
		self.doctype = doctype


class NameError(Exception):
	http_status_code = 409


class OutgoingEmailError(Exception):
	http_status_code = 501


class DuplicateEntryError(NameError):
	pass


class QueryTimeoutError(Exception):
	pass


class QueryDeadlockError(Exception):
	pass


class InternalError(Exception):
	pass


class TooManyRequestsError(Exception):
	http_status_code = 429


def _refusals(base: type[Exception], names: str) -> None:
	for name in names.split():
		globals()[name] = type(name, (base,), {"__module__": __name__})


_refusals(
	ValidationError,
	"""DataError MandatoryError NonNegativeError UniqueValidationError LinkValidationError LinkExistsError
	DocstatusTransitionError TimestampMismatchError CannotChangeConstantError UpdateAfterSubmitError
	CharacterLengthExceededError InvalidEmailAddressError InvalidPhoneNumberError InvalidNameError InvalidStatusError
	InvalidDates EmptyTableError DocumentLockedError ImplicitCommitError RateLimitExceededError AppNotInstalledError
	IncompatibleApp""",
)
CancelledLinkError = type("CancelledLinkError", (globals()["LinkValidationError"],), {"__module__": __name__})
