"""What a draft contract must satisfy before it is stored; every refusal is typed and names the values compared."""

from collections.abc import Collection
from decimal import Decimal

import frappe
from erpnext.setup.utils import get_exchange_rate
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, fmt_money, getdate

from l2c_app.core import plan
from l2c_app.core.money import exact
from l2c_app.services.contract import contract_money
from l2c_app.services.errors import (
	ContractCompanyError,
	ContractDatesError,
	ContractItemsError,
	ContractPartyError,
	NoExchangeRate,
	PlanDueError,
	PlanReferenceError,
	PlanRowAmountError,
	PlanSumError,
	refuse,
)
from l2c_app.services.pool import visibility


def check_party(contract: Document) -> None:
	"""Refuse without customer or lead, a disabled customer, and a customer made from another lead.

	Raises ContractPartyError, and PermissionError for a pooled lead that is closed to the user.
	"""
	if not (contract.customer or contract.lead):
		refuse(ContractPartyError, _("The contract needs a customer or a lead."), do=_("Choose one of them."))
	before = contract.get_doc_before_save()
	if not before or before.lead != contract.lead:
		visibility.require_lead(contract.lead)
	if contract.customer:
		_check_customer(contract)
	else:
		contract.party_name = frappe.db.get_value("Lead", contract.lead, "title") or contract.lead
	if not contract.title or not contract.party_name:
		contract.title = (contract.party_name or "")[:140]


def _check_customer(contract: Document) -> None:
	customer = open_customer(contract.customer)
	contract.party_name = customer.customer_name
	if contract.lead and customer.lead_name and customer.lead_name != contract.lead:
		refuse(
			ContractPartyError,
			_("Customer {0} was made from another lead.").format(contract.customer),
			compared=_("Lead of the contract {0}, lead of the customer {1}.").format(
				contract.lead, customer.lead_name
			),
			do=_("Clear one of the two fields."),
		)


def open_customer(name: str) -> frappe._dict:
	"""Return name and lead of a customer that may transact. Raises ContractPartyError."""
	fields = ["customer_name", "disabled", "lead_name"]
	customer = frappe.db.get_value("Customer", name, fields, as_dict=True)
	if not customer or customer.disabled:
		refuse(
			ContractPartyError,
			_("Customer {0} is disabled or does not exist any more.").format(name),
			do=_("Choose another customer, or ask for this one to be enabled."),
		)
	return customer


def check_company(document: Document) -> None:
	"""Refuse a contract's or receipt's company that cannot transact. Raises ContractCompanyError."""
	company = frappe.db.get_value("Company", document.company, ["name", "is_group"], as_dict=True)
	if not company or company.is_group:
		refuse(
			ContractCompanyError,
			_("Company {0} is a group or does not exist any more, so nothing can be booked in it.").format(
				document.company
			),
			do=_("Choose a company that keeps books."),
		)


def check_dates(contract: Document) -> None:
	"""Refuse an end before the start. Raises ContractDatesError."""
	if (
		contract.start_date
		and contract.end_date
		and getdate(contract.end_date) <= getdate(contract.start_date)
	):
		refuse(
			ContractDatesError,
			_("The contract ends before it starts."),
			compared=_("Start {0}, end {1}.").format(contract.start_date, contract.end_date),
			do=_("Set an end after the start, or leave it empty."),
		)


def check_items(contract: Document) -> None:
	"""Refuse a contract without lines or with a line without item or quantity. Raises ContractItemsError."""
	nameless = [str(line.idx) for line in contract.items if not line.item_code]
	if nameless:
		refuse(
			ContractItemsError,
			_("Every line of a contract needs an item."),
			compared=_("Lines without: {0}.").format(", ".join(nameless)),
		)
	empty = [str(line.idx) for line in contract.items if flt(line.qty) <= 0]
	if empty or not contract.items:
		refuse(
			ContractItemsError,
			_("Every line of a contract needs a quantity above zero."),
			compared=_("Lines without: {0}.").format(", ".join(empty) or "–"),
		)


def set_rate(contract: Document) -> None:
	"""Fill the exchange rate to the company's currency. Raises NoExchangeRate if none is known."""
	company_currency = frappe.get_cached_value("Company", contract.company, "default_currency")
	if contract.currency == company_currency:
		contract.conversion_rate = 1
		return
	if flt(contract.conversion_rate) in (0, 1):
		contract.conversion_rate = flt(
			get_exchange_rate(contract.currency, company_currency, contract.transaction_date, "for_selling")
		)
	if flt(contract.conversion_rate) <= 0:
		refuse(
			NoExchangeRate,
			_("There is no exchange rate from {0} to {1}.").format(contract.currency, company_currency),
			compared=_("Day {0}, purpose selling.").format(contract.transaction_date),
			do=_("Enter the rate on the contract, or a Currency Exchange for that day."),
		)


def cut_plan(contract: Document, *, kept: Collection[str] = ()) -> None:
	"""Give rows their ids and amounts and refuse a plan that cannot be kept. `kept`: rows that stay as they are stored.

	Raises PlanRowAmountError, PlanSumError, PlanReferenceError or PlanDueError.
	"""
	_set_row_ids(contract)
	rows = contract_money.plan_rows(contract)
	unit = contract_money.payable_unit(contract)
	try:
		plan.billed_by(rows)
		amounts = plan.split(exact(contract.grand_total), rows, unit, kept=kept)
	except plan.PlanError as error:
		_refuse_plan(contract, error)
	for row, amount in zip(contract.plan_rows, amounts, strict=True):
		row.amount = float(amount)
	_check_due(contract)


def _set_row_ids(contract: Document) -> None:
	seen: set[str] = set()
	for row in contract.plan_rows:
		if row.row_id in seen:
			row.row_id = ""  # a duplicated grid row is a new row
		seen.add(row.row_id)
	missing = [row for row in contract.plan_rows if not row.row_id]
	ids = plan.next_row_ids([row_id for row_id in seen if row_id], len(missing))
	for row, row_id in zip(missing, ids, strict=True):
		row.row_id = row_id


def _check_due(contract: Document) -> None:
	undated = [
		row.row_id for row in contract.plan_rows if row.due_basis == plan.FIXED_DATE and not row.fixed_date
	]
	if undated:
		refuse(
			PlanDueError,
			_("Rows with a fixed date need that date."),
			compared=_("Rows without: {0}.").format(", ".join(undated)),
		)


def _refuse_plan(contract: Document, error: plan.PlanError) -> None:
	rows = ", ".join(error.rows)
	if error.code == "sum":
		_refuse_sum(contract, rows, error.difference)
	if error.code in ("zero_row", "negative_row", "fraction"):
		refuse(
			PlanRowAmountError,
			_("A plan row must be above zero and payable in {0}.").format(contract.currency),
			compared=_("Rows at fault: {0}.").format(rows),
			do=_("Give each row a percent or an amount in whole coins of the currency."),
		)
	texts = {
		"with_unknown": _("A row is billed with a row that is not in the plan."),
		"with_advance": _("A row cannot be billed with an advance, which has no invoice of its own."),
		"cycle": _("Rows are billed with one another in a circle."),
		"no_invoice": _("At least one row needs an invoice of its own, which takes back the advances."),
		"duplicate_id": _("Two rows have the same id."),
	}
	refuse(PlanReferenceError, texts[error.code], compared=_("Rows: {0}.").format(rows))


def _refuse_sum(contract: Document, rows: str, difference: Decimal) -> None:
	total = exact(contract.grand_total)
	refuse(
		PlanSumError,
		_("The plan rows do not add up to the contract total."),
		compared=_("Total {0}, rows {1}, difference {2} (rows {3}).").format(
			*(
				fmt_money(float(amount), currency=contract.currency)
				for amount in (total, total - difference, difference)
			),
			rows,
		),
		do=_("Change a row by the difference."),
	)
