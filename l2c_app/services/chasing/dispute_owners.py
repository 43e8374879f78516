"""Who answers a dispute and by when, where nobody was named; he is told once."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, nowdate

from l2c_app.services.follow_up import reminders

ANSWER_DAYS = 7


def responsible(invoice: str) -> str:
	"""Return who speaks for an invoice: whoever has the customer's case, his salesperson, or who made the invoice."""
	fields = ["customer", "company", "l2c_contract", "owner"]
	row = frappe.db.get_value("Sales Invoice", invoice, fields, as_dict=True)
	case = {"customer": row.customer, "company": row.company, "status": ("!=", "Closed")}
	people = frappe.db.get_value("Collection Case", case, ["finance_owner", "sales_owner"]) or ()
	contract = (
		frappe.db.get_value("Sales Contract", row.l2c_contract, "contract_owner")
		if row.l2c_contract
		else None
	)
	return next(user for user in (*people, contract, row.owner) if user and user != "Guest")


def deadline() -> str:
	"""Return the day by which a dispute is answered where nobody chose one."""
	return add_days(nowdate(), ANSWER_DAYS)


def tell(dispute: Any) -> None:
	"""Tell whoever answers a new dispute, unless he raised it himself."""
	if dispute.responsible != frappe.session.user:
		language = reminders.language_of(dispute.responsible)
		text = _("{0} disputes {1}; answer until {2}.", language).format(
			dispute.customer, dispute.sales_invoice, dispute.get_formatted("deadline")
		)
		reminders.bell(dispute.responsible, text, document=(dispute.doctype, dispute.name))
