"""The sandbox has no agreements: none is active, and nothing else of them is emulated."""

from frappe import not_emulated


def get_active_service_level_agreement_for(doc: object) -> None:
	"""None, as on a site where nobody set one up."""


def get_expected_time_for(*_args: object, **_options: object) -> None:
	not_emulated("service level agreements")


get_response_and_resolution_duration = get_expected_time_for
