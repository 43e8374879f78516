"""Clocks by a Service Level Agreement: the real host's."""

from typing import Any, NoReturn

from frappe import not_emulated


def _refuse(*_args: Any, **_kwargs: Any) -> NoReturn:
	not_emulated("Service Level Agreement")


get_active_service_level_agreement_for = get_expected_time_for = get_response_and_resolution_duration = (
	_refuse
)
