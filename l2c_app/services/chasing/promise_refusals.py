"""Why a promise is not taken, in words: of an invoice, or of a plan row."""

from typing import Any, NoReturn

from frappe import _
from frappe.utils import flt, formatdate

from l2c_app.core.money import from_minor
from l2c_app.core.promises import Refusal
from l2c_app.services.errors import PromiseRefused, refuse
from l2c_app.services.ledger.ledger_amounts import money_unit


def of_invoice(promise: Any, why: Refusal, *, open_amount: int, limits: Any) -> NoReturn:
	"""Refuse a promise about an invoice."""
	texts = {
		Refusal.OPEN_ONE: _("There is an open promise for this invoice already"),
		Refusal.NO_AMOUNT: _("The promised amount is not open on this invoice"),
		Refusal.TOO_MANY: _("There were too many promises for this invoice"),
	}
	_refuse(texts, promise, why, open_amount, limits)


def of_row(row_id: str, promise: Any, why: Refusal, *, open_amount: int, limits: Any) -> NoReturn:
	"""Refuse a promise about a plan row."""
	texts = {
		Refusal.OPEN_ONE: _("There is an open promise for plan row {0}, or for its invoice, already"),
		Refusal.NO_AMOUNT: _("The promised amount is not open on plan row {0}"),
		Refusal.TOO_MANY: _("There were too many promises for plan row {0}"),
	}
	named = {reason: text.format(row_id) for reason, text in texts.items()}
	_refuse(named, promise, why, open_amount, limits)


def _refuse(texts: dict[Refusal, str], promise: Any, why: Refusal, open_amount: int, limits: Any) -> NoReturn:
	texts = {
		**texts,
		Refusal.PAST: _("The promised date has passed"),
		Refusal.TOO_FAR: _("The promised date is too far away"),
	}
	compared = {
		Refusal.NO_AMOUNT: _("Open: {0}").format(flt(from_minor(open_amount, money_unit()))),
		Refusal.PAST: formatdate(promise.promised_for),
		Refusal.TOO_FAR: _("The policy allows {0} days.").format(limits.promise_most_days),
		Refusal.TOO_MANY: _("The policy allows {0}.").format(limits.promise_most),
	}
	refuse(PromiseRefused, texts[why], compared=compared.get(why, ""))
