"""Why a line of the cash forecast counts with its share and on its day, in words."""

from frappe import _
from frappe.utils import formatdate, getdate, nowdate

from l2c_app.core.cash_forecast import Kind, Part
from l2c_app.services.chasing.forecast_payers import Payers, Record
from l2c_app.services.chasing.forecast_sources import Source


def why(source: Source, part: Part, payers: Payers) -> str:
	"""Return the evidence of one part of a piece."""
	said = {Kind.PROMISE: _promise, Kind.BROKEN: _broken, Kind.DISPUTE: _dispute, Kind.HABIT: _habit}
	return said[part.kind](source, payers)


def _promise(source: Source, payers: Payers) -> str:
	day = formatdate(source.owing.promised_for)
	own = payers.kept_of(source.customer)
	if own.seen:
		return _("Promised for {0}. This customer kept {1} of {2} promises.").format(day, *_counts(own))
	return _("Promised for {0}. He gave no promise before; all customers kept {1} of {2}.").format(
		day, *_counts(payers.kept_by_all)
	)


def _broken(source: Source, _payers: Payers) -> str:
	return _("If the promise for {0} is not kept.").format(formatdate(source.owing.promised_for))


def _dispute(source: Source, payers: Payers) -> str:
	if not source.owing.payable_share:
		return _("Given up in a dispute and not yet credited.")
	text = _("Disputed. {0} of {1} disputes ended as payable.").format(*_counts(payers.payable))
	if source.owing.settles_on:
		text += " " + _("To be decided by {0}.").format(formatdate(source.owing.settles_on))
	return text


def _habit(source: Source, payers: Payers) -> str:
	owing = source.owing
	due = formatdate(owing.due)
	if source.row_id:
		text = _("Plan row {0}, due {1} and not billed yet.").format(source.row_id, due)
	elif payers.habits.sample:
		text = _("Due {0}, expected {1} days after it as learned from {2} invoices.").format(
			due, round(owing.late_days), payers.habits.sample
		)
	else:
		text = _("Due {0}; no invoice was paid yet to learn from.").format(due)
	late = (getdate(nowdate()) - owing.due).days
	if late > 0:
		text += " " + _("{0} days late: {1} % of such are paid.").format(late, round(100 * owing.paid_share))
	return text


def _counts(record: Record) -> tuple[float, int]:
	return round(record.hits, 1), record.seen
