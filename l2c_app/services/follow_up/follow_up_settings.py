"""The follow up settings as the rules want them: durations, and the calendar of working time."""

from datetime import date, time, timedelta
from typing import Any

import frappe
from frappe.utils import cint, get_time

from l2c_app.core.reminders import Times
from l2c_app.core.working_time import ALWAYS, Calendar
from l2c_app.services.errors import DigestHourError
from l2c_app.services.errors.hours import check_hour


def check(settings: Any) -> None:
	"""Raise DigestHourError for a digest at an hour that no day has: it would never be sent."""
	if settings.send_digest:
		check_hour(settings, "digest_hour", DigestHourError)


def times() -> Times:
	"""Return when reminders and escalations are due; zero hours or minutes switch one off."""
	settings = frappe.get_cached_doc("L2C Settings")
	hours = {
		field: timedelta(hours=cint(settings.get(field))) or None
		for field in ("remind_after_hours", "escalate_manager_hours", "escalate_pool_hours")
	}
	return Times(
		before=timedelta(minutes=cint(settings.remind_before_minutes)) or None,
		after=hours["remind_after_hours"],
		manager=hours["escalate_manager_hours"],
		pool_manager=hours["escalate_pool_hours"],
		calendar=_office(settings) if settings.business_hours_only else ALWAYS,
	)


def cadence_calendar(cadence: Any) -> Calendar:
	"""Return the days that a cadence (or a version of it) counts: all, or the working days of its Holiday List.

	Without a list of its own that of the settings counts; without any, all days.
	"""
	if not cadence.business_days:
		return ALWAYS
	return Calendar(holidays(cadence.holiday_list or frappe.get_cached_doc("L2C Settings").holiday_list))


def holidays(holiday_list: str | None) -> frozenset[date]:
	"""Return the days off of a Holiday List, none without one."""
	if not holiday_list:
		return frozenset()
	filters = {"parent": holiday_list, "parenttype": "Holiday List"}
	return frozenset(
		frappe.get_all("Holiday", filters=filters, pluck="holiday_date", order_by="holiday_date")
	)


def _office(settings: Any) -> Calendar:
	return Calendar(
		holidays(settings.holiday_list), _time(settings.business_opens), _time(settings.business_closes)
	)


def _time(value: Any) -> time:
	return get_time(str(value)) if value else time.min
