"""What a claim answers for each seat: done, or why not, with the numbers compared, from when on, and who may override."""

from typing import NoReturn

from frappe import _
from frappe.utils import format_datetime, formatdate

from l2c_app.core import claims as rules
from l2c_app.services.errors import (
	BacklogTooLong,
	ClaimedTooSoon,
	ClaimRefused,
	CoolingDown,
	HoldingCapReached,
	L2CError,
	LeadIncomplete,
	OverdueCash,
	PartyBlocked,
	ProtectionLimitReached,
	QuotaReached,
	SeatTaken,
	refuse,
)

ERRORS: dict[str, type[ClaimRefused]] = {
	rules.QUOTA: QuotaReached,
	rules.HOLDING: HoldingCapReached,
	rules.HOLDING_IN_ALL: HoldingCapReached,
	rules.COOL_DOWN: CoolingDown,
	rules.INTERVAL: ClaimedTooSoon,
	rules.BACKLOG: BacklogTooLong,
	rules.PROTECTION: ProtectionLimitReached,
	rules.OVERDUE: OverdueCash,
}
ABOUT_THE_SEAT: dict[str, type[L2CError]] = {
	"taken": SeatTaken,
	"blocked": PartyBlocked,
	"incomplete": LeadIncomplete,
}


def answer(seat: str, rule: str, message: str, **more: object) -> dict:
	return {"seat": seat, "ok": False, "rule": rule, "message": message, **more}


def taken(seat: str, message: str) -> dict:
	return answer(seat, "taken", message)


def refused(seat: str, refusal: rules.Refusal) -> dict:
	return answer(
		seat,
		refusal.rule,
		describe(refusal),
		compared=refusal.compared,
		allowed_on=str(refusal.allowed_on) if refusal.allowed_on else None,
		override_by=_(refusal.override_by),
	)


def describe(refusal: rules.Refusal) -> str:
	"""Say what was compared, in the user's language."""
	texts = {
		rules.QUOTA: _("{0} of {1} claims of today are used."),
		rules.HOLDING: _("{0} of {1} seats are held."),
		rules.HOLDING_IN_ALL: _("{0} of {1} seats of all pools together are held."),
		rules.COOL_DOWN: _("You held this seat {0} days ago; {1} days must pass."),
		rules.INTERVAL: _("You claimed {0} minutes ago; {1} minutes must pass."),
		rules.BACKLOG: _("{0} held seats wait for your first work; at {1} no more can be claimed."),
		rules.PROTECTION: _("{0} of {1} seats are protected."),
		rules.OVERDUE: _("{0} of {1} claims: {2:,.2f} is overdue on your contracts, above {3:,.2f}."),
	}
	return texts[refusal.rule].format(*refusal.compared.values())


def raise_refusal(refusal: rules.Refusal) -> NoReturn:
	"""Raise a refusal of the rules as its typed error, with the numbers, the date and who may override."""
	raise_row(refused("", refusal))


def raise_row(row: dict) -> NoReturn:
	"""Raise the refusal in a row of `claim`."""
	kinds: dict[str, type[L2CError]] = {**ERRORS, **ABOUT_THE_SEAT}
	when = _allowed(row["allowed_on"]) if row.get("allowed_on") else ""
	who = _("May override: {0}.").format(row["override_by"]) if row.get("override_by") else ""
	refuse(
		kinds[row["rule"]],
		_("The seat cannot be taken."),
		compared=row["message"],
		do=f"{when} {who}".strip(),
	)


def _allowed(moment: str) -> str:
	"""Say from when on: a day, or a minute of it."""
	return _("Allowed on {0}.").format(format_datetime(moment) if " " in moment else formatdate(moment))
