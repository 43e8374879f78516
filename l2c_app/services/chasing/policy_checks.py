"""What makes a dunning policy usable."""

from typing import Any

from frappe import _
from frappe.utils import cint

from l2c_app.services.errors import DunningPolicyError, refuse
from l2c_app.services.errors.hours import check_hour


def prepare(policy: Any) -> None:
	"""Raise DunningPolicyError for levels that share their days, a mail or letter without text, a warning a day ahead. For validate."""
	days = [cint(row.days) for row in policy.levels]
	doubled = sorted({day for day in days if days.count(day) > 1})
	if doubled:
		refuse(DunningPolicyError, _("Two levels share the same day"), compared=str(doubled[0]))
	check_hour(policy, "forewarn_hours", DunningPolicyError)  # the next night makes the next run
	for row in policy.levels:
		if row.channel != "Call" and not row.email_template:
			refuse(DunningPolicyError, _("Level {0} needs a text").format(row.idx), compared=_(row.channel))
		if row.dunning_type and cint(row.days) < 0:
			refuse(DunningPolicyError, _("Nothing is charged before the due date"), compared=str(row.days))
