"""Sales Orders of customers with overdue money: allowed, warned about or stopped, as the settings say.

Paid in advance, delivered already or released with reason and date passes. Where the host has an overdue block of its
own set up for the customer, ours stands back.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, fmt_money, getdate, nowdate

from l2c_app import compat
from l2c_app.core.credit_hold import Limits, Standing, exemption
from l2c_app.core.money import exact, to_minor
from l2c_app.services.chasing import receivables
from l2c_app.services.errors import OrderHeld, refuse
from l2c_app.services.ledger.ledger_amounts import money_unit

RELEASE = "Credit Release"


def check(order: Any) -> None:
	"""Raise OrderHeld, or warn, when the order must wait for overdue money. No query while the hold is off."""
	settings = frappe.get_cached_doc("L2C Settings")
	if (settings.credit_hold or "Allow") == "Allow":
		return
	limits = Limits(to_minor(flt(settings.credit_hold_amount), money_unit()), cint(settings.credit_hold_days))
	standing = _standing(order)
	if exemption(standing, limits, today=getdate(nowdate())):
		return
	_speak(order, standing, settings)


def refuse_release(release: Any) -> None:
	"""Check a release: by the role of the settings (accounts managers without one), for the future, with a reason."""
	role = frappe.get_cached_doc("L2C Settings").credit_hold_role or "Accounts Manager"
	if not {role, "Administrator"}.intersection({frappe.session.user, *frappe.get_roles()}):
		frappe.throw(_("Only {0} releases orders").format(_(role)), frappe.PermissionError)
	if not (release.reason or "").strip() or getdate(release.valid_until) < getdate(nowdate()):
		refuse(OrderHeld, _("A release needs a reason and a day that has not passed"))
	release.released_by = frappe.session.user


def _standing(order: Any) -> Standing:
	unit = money_unit()
	found = receivables.positions([order.customer])
	by_currency = {key[2]: position for key, position in found.items() if key[1] == order.company}
	worth = [each.unapplied * _rate(each, currency, order) for currency, each in by_currency.items()]
	own, at_hand = list(by_currency.values()), sum(worth, exact(0))
	return Standing(
		overdue=to_minor(sum((position.overdue_base for position in own), exact(0)), unit),
		oldest_due=min((position.oldest_due for position in own if position.oldest_due), default=None),
		order_total=to_minor(order.base_rounded_total or order.base_grand_total, unit),
		at_hand=to_minor(at_hand, unit),
		delivered=_delivered(order),
		released_until=_released_until(order),
		host_decides=_host_decides(order),
	)


def _rate(position: receivables.Position, currency: str, order: Any) -> Any:
	"""Return the rate of a receivable's currency to company currency: that of what is overdue, else the order's if it has
	that currency. Money in a third currency is worth nothing here: it cannot pay the order.
	"""
	if position.overdue:
		return position.overdue_base / position.overdue
	if currency == frappe.get_cached_value("Company", order.company, "default_currency"):
		return exact(1)
	return exact(order.conversion_rate or 1) if currency == order.currency else exact(0)


def _delivered(order: Any) -> bool:
	"""Return True when every line left already, such as an amended order that takes over its deliveries."""
	return bool(order.items) and all(flt(line.delivered_qty) >= flt(line.qty) for line in order.items)


def _released_until(order: Any) -> Any:
	filters = {"customer": order.customer, "company": order.company, "valid_until": (">=", nowdate())}
	days = frappe.get_all(RELEASE, filters=filters, pluck="valid_until", order_by="valid_until desc", limit=1)
	return days[0] if days else None


def _host_decides(order: Any) -> bool:
	field = compat.native_overdue_limit_field()
	if not field:
		return False
	filters = {"parent": order.customer, "company": order.company, field: (">", 0)}
	return bool(frappe.db.exists("Customer Credit Limit", filters))


def _speak(order: Any, standing: Standing, settings: Any) -> None:
	currency = frappe.get_cached_value("Company", order.company, "default_currency")
	overdue = fmt_money(flt(standing.overdue * money_unit()), currency=currency)
	days = (getdate(nowdate()) - standing.oldest_due).days
	what = _("{0} has overdue invoices: the order waits").format(order.customer_name or order.customer)
	compared = _("{0} overdue for {1} days; allowed are {2} and {3} days.").format(
		overdue,
		days,
		fmt_money(flt(settings.credit_hold_amount), currency=currency),
		settings.credit_hold_days,
	)
	do = _("Collect the money or an advance, or ask {0} for a Credit Release.").format(
		_(settings.credit_hold_role or "Accounts Manager")
	)
	if settings.credit_hold == "Stop":
		refuse(OrderHeld, what, compared=compared, do=do)
	frappe.msgprint(f"{what}<br>{compared}", title=_("Overdue"), indicator="orange")
