"""A schedule whose days are all days off of all receivers hands nothing out: said when the pool is saved, and no more."""

from datetime import date, timedelta

import frappe
from frappe import _
from frappe.utils import getdate, nowdate

from l2c_app.services.pool import absence
from l2c_app.services.pool.pool_checks import WEEKDAYS

AHEAD = 28


def warn(pool: object) -> None:
	"""Tell who saves a pool when every receiver is off on each scheduled day of the next four weeks. Changes nothing."""
	if not pool.get("distribute_by_schedule") or not (days := _days(pool, getdate(nowdate()))):
		return
	receivers = {"pool": pool.name, "weight": (">", 0), "paused": 0}
	users = frappe.get_all("Lead Pool Membership", filters=receivers, pluck="user", order_by="user")
	off = absence.days_off(users, days) if users else {}
	if users and all(days <= off.get(user, set()) for user in users):
		frappe.msgprint(
			_(
				"On every scheduled day of the next four weeks all receivers have a day off by their Holiday Lists: "
				"the schedule hands nothing out. Choose other days, or distribute by hand with a reason."
			),
			title=_("Schedule"),
			indicator="orange",
		)


def _days(pool: object, today: date) -> set[date]:
	ahead = (today + timedelta(days=number) for number in range(AHEAD))
	return {day for day in ahead if pool.get(f"on_{WEEKDAYS[day.weekday()]}")}
