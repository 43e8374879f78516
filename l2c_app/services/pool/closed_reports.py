"""Reports that would show closed leads: refused by what they read, not by their names.

A Report Builder report is a list and shows what the list conditions leave. A query or script asks the tables by itself, so
nothing can be cut out of its answer safely (columns may lack the lead's name, sums hide it): it is refused as a whole, to
everybody but those who see all pooled leads.
"""

import inspect

import frappe
from frappe import _

from l2c_app.core import report_text
from l2c_app.services.errors import ReportClosed, refuse
from l2c_app.services.pool import visibility

# the report belongs to one of these, or its text names one of the second list
OF = (
	"Lead",
	"Contact",
	"Address",
	"Opportunity",
	"Quotation",
	"Prospect",
	"Event",
	"Communication",
	"Call Log",
)
READS = (
	"Lead",
	"Contact",
	"Contact Phone",
	"Contact Email",
	"Opportunity",
	"Quotation",
	"Prospect",
	"Prospect Lead",
	"CRM Note",
	"Event Participants",
	"Communication",
	"Appointment",
	"Call Log",
)
# The host's own, read through: counts and sums without a person, or lists that keep the conditions.
HARMLESS = frozenset(
	{
		"Address And Contacts",
		"Addresses And Contacts",
		"Lost Quotations",
		"Opportunity Summary by Sales Stage",
		"Quotation Trends",
		"Sales Pipeline Analytics",
		"Territory-wise Sales",
	}
)
FIELDS = (
	"name",
	"ref_doctype",
	"report_type",
	"is_standard",
	"module",
	"query",
	"report_script",
	"reference_report",
)


def require_open_report(report_name: str | None) -> None:
	"""Raise ReportClosed for a report that reads closed leads past their conditions, also under a Custom Report's name.

	Open to System Managers, accounts roles and to managers of all enabled pools.
	"""
	if not report_name or not visibility.restricted(frappe.session.user) or _sees_all_pools():
		return
	report = _base(report_name)
	if report and _is_closed(report):
		refuse(
			ReportClosed,
			_("The report {0} shows the data of all leads.").format(report_name),
			do=_("Use the lists of Lead and Lead Pool Seat: they show what you may see."),
		)


def _sees_all_pools() -> bool:
	return set(visibility.enabled_pools("Lead")) <= set(visibility.managed_pools(frappe.session.user))


def _base(report_name: str) -> frappe._dict | None:
	"""Return the report that does the work: a Custom Report only rearranges another one."""
	seen: set[str] = set()
	report = None
	while report_name and report_name not in seen:
		seen.add(report_name)
		report = frappe.db.get_value("Report", report_name, list(FIELDS), as_dict=True)
		report_name = report.reference_report if report and report.report_type == "Custom Report" else None
	return report


def _is_closed(report: frappe._dict) -> bool:
	if report.report_type == "Report Builder":
		return False
	if report.is_standard == "Yes" and report.name in HARMLESS:
		return False
	return report.ref_doctype in OF or report_text.reads(_text(report), READS)


def _text(report: frappe._dict) -> str:
	"""Return the query, the script, or the source of the module that ships with an app; unreadable text closes nothing."""
	if report.report_type != "Script Report" or report.is_standard != "Yes":
		return f"{report.query or ''}\n{report.report_script or ''}"
	from frappe.core.doctype.report.report import get_report_module_dotted_path  # only where reports are

	path = get_report_module_dotted_path(report.module, report.name)
	return inspect.getsource(frappe.get_module(path))
