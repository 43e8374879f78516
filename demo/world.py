"""The demo's company: masters, people with their roles, one pool, and a clock that the story moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import boot
import frappe
from freezegun import freeze_time

from l2c_app.tests import factories

POOL = "Trade Fairs"
REPS = ("Anna", "Bo", "Carmen", "Dawei", "Emil")
CURRENCIES = ("USD", "EUR", "CNY")
MORNING = "01:00:00"  # UTC: nine in the morning at the site
RECYCLE_HOUR = 14
EVENING = f"{RECYCLE_HOUR}:05:00"


def build(first_day: date) -> None:
	"""Boot the site and make its masters as of the first day of the story."""
	with at(first_day):
		boot.boot()
		factories.bootstrap()
		for rep in REPS:
			factories.sales_user(rep.lower())
		factories.sales_manager()
		factories.accounts_user()
		for source in ("Exhibition", "Reference", "Cold Calling", "Advertisement", "Campaign"):
			factories.find_or_make("Lead Source", source, source_name=source)


def rep(name: str) -> str:
	"""Return the user of a sales person of the story."""
	return f"{name.lower()}@{factories.PASSWORD_FREE_DOMAIN}"


def name_of(user: str) -> str:
	"""Return the sales person of a user."""
	return user.split("@")[0].title()


def manager() -> str:
	"""Return the sales manager's user."""
	return f"sales.manager@{factories.PASSWORD_FREE_DOMAIN}"


def accountant() -> str:
	"""Return the accountant's user."""
	return f"accountant@{factories.PASSWORD_FREE_DOMAIN}"


@contextmanager
def at(day: date, hour: str = MORNING) -> Iterator[None]:
	"""Run a block at an hour of a day, in the morning unless told."""
	with freeze_time(f"{day.isoformat()} {hour}", tick=True):
		yield


@contextmanager
def acting(user: str) -> Iterator[None]:
	"""Run a block as a user, with his rights and no more."""
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)
