"""What a scenario leaves behind, in words that are the same on every host: no names, no dates, no clock."""

import datetime
from collections.abc import Iterable

import frappe
from frappe.utils import cint, date_diff, flt, getdate, nowdate

TOTALS = (
	"docstatus status currency conversion_rate total net_total base_net_total total_taxes_and_charges "
	"base_total_taxes_and_charges discount_amount base_discount_amount grand_total base_grand_total rounded_total "
	"base_rounded_total rounding_adjustment disable_rounded_total in_words amended_from"
).split()
ITEM = "item_code qty rate amount net_rate net_amount base_rate base_amount base_net_amount uom".split()
DOCUMENTS = {
	"Lead": "status lead_owner lead_name title company_name first_name customer qualification_status".split(),
	"Opportunity": "status opportunity_from party_name customer_name currency opportunity_amount docstatus".split(),
	"Customer": "customer_name customer_type customer_group territory lead_name account_manager disabled".split(),
	"Quotation": TOTALS
	+ "quotation_to party_name customer_name order_type valid_till transaction_date".split(),
	"Sales Order": TOTALS
	+ "customer customer_name billing_status delivery_status per_billed per_delivered advance_paid "
	"party_account_currency transaction_date delivery_date order_type payment_terms_template".split(),
	"Sales Invoice": TOTALS
	+ "customer customer_name is_return return_against debit_to party_account_currency outstanding_amount due_date "
	"posting_date total_advance write_off_amount update_outstanding_for_self update_billed_amount_in_sales_order "
	"is_opening paid_amount".split(),
	"Payment Entry": "docstatus status payment_type party paid_from paid_to paid_from_account_currency "
	"paid_to_account_currency paid_amount received_amount base_paid_amount base_received_amount source_exchange_rate "
	"target_exchange_rate total_allocated_amount base_total_allocated_amount unallocated_amount difference_amount "
	"is_opening amended_from title".split(),
	"Journal Entry": "docstatus voucher_type total_debit total_credit difference multi_currency is_system_generated "
	"title".split(),
}
TABLES = {
	"Sales Taxes and Charges": "charge_type account_head rate tax_amount total tax_amount_after_discount_amount "
	"base_tax_amount base_total included_in_print_rate".split(),
	"Payment Schedule": "due_date invoice_portion payment_amount base_payment_amount outstanding paid_amount".split(),
	"Quotation Item": ITEM,
	"Sales Order Item": [*ITEM, "billed_amt", "delivery_date"],
	"Sales Invoice Item": [*ITEM, "sales_order", "income_account", "cost_center"],
	"Sales Invoice Advance": "reference_type reference_name advance_amount allocated_amount ref_exchange_rate "
	"exchange_gain_loss".split(),
	"Payment Entry Reference": "reference_doctype reference_name total_amount outstanding_amount allocated_amount "
	"exchange_rate exchange_gain_loss due_date account".split(),
	"Payment Entry Deduction": "account cost_center amount is_exchange_gain_loss".split(),
	"Journal Entry Account": "account account_currency party debit credit debit_in_account_currency "
	"credit_in_account_currency exchange_rate reference_type reference_name is_advance cost_center".split(),
	"Opportunity Item": "item_code qty rate amount".split(),
	"Sales Team": "sales_person allocated_percentage allocated_amount incentives".split(),
}
LEDGERS = {
	"GL Entry": "posting_date voucher_type voucher_no account account_currency party_type party debit credit "
	"debit_in_account_currency credit_in_account_currency transaction_currency transaction_exchange_rate "
	"debit_in_transaction_currency credit_in_transaction_currency against_voucher_type against_voucher cost_center "
	"is_cancelled is_opening is_advance voucher_subtype due_date against".split(),
	"Payment Ledger Entry": "posting_date voucher_type voucher_no account_type account account_currency party_type "
	"party against_voucher_type against_voucher_no amount amount_in_account_currency delinked due_date cost_center".split(),
	"Advance Payment Ledger Entry": "voucher_type voucher_no against_voucher_type against_voucher_no amount "
	"base_amount currency exchange_rate event delinked".split(),
}
ALIAS = {
	"Lead": "LEAD",
	"Opportunity": "OPP",
	"Customer": "CUST",
	"Quotation": "QTN",
	"Sales Order": "SO",
	"Sales Invoice": "SI",
	"Payment Entry": "PE",
	"Journal Entry": "JE",
}
Row = list[str]


class Names:
	"""Aliases of the documents of one scenario, in the order in which they were first seen."""

	def __init__(self) -> None:
		self.aliases: dict[str, str] = {}
		self.documents: list[tuple[str, str]] = []

	def learn(self, doctype: str, name: str) -> str:
		"""Return the alias of a document, giving it one if it is new."""
		if name not in self.aliases:
			number = 1 + sum(1 for known, _name in self.documents if known == doctype)
			self.aliases[name] = f"<{ALIAS[doctype]}-{number}>"
			self.documents.append((doctype, name))
		return self.aliases[name]

	def forget_after(self, count: int) -> None:
		"""Drop what was learnt after the first `count` documents: it was rolled back."""
		for _doctype, name in self.documents[count:]:
			self.aliases.pop(name, None)
		del self.documents[count:]

	def known(self, *doctypes: str) -> list[str]:
		"""Names of all documents of the given DocTypes, oldest first."""
		return [name for doctype, name in self.documents if doctype in doctypes]

	def plain(self, value: object) -> object:
		"""One value without names and dates; money with nine digits."""
		if isinstance(value, datetime.date):
			return _relative(value)
		if isinstance(value, float):
			return round(value, 9) + 0.0
		if isinstance(value, str):
			return self._plain_text(value)
		return value

	def _plain_text(self, text: str) -> str:
		if len(text) == 10 and text[4:5] == text[7:8] == "-":
			return _relative(getdate(text))
		for name in sorted(self.aliases, key=len, reverse=True):
			text = text.replace(name, self.aliases[name])
		return text


def _relative(date: datetime.date) -> str:
	days = date_diff(date, nowdate())
	return f"<today{days:+d}>" if days else "<today>"


def take(names: Names) -> dict[str, list[Row]]:
	"""Return every document and ledger row of the scenario as sorted text rows, per DocType.

	Vouchers that the host made by itself (exchange journals) are learnt on the way.
	"""
	_learn_made_by_host(names)
	taken = {doctype: _ledger(names, doctype) for doctype in LEDGERS}
	for doctype, name in names.documents:
		taken.setdefault(doctype, []).extend(_document(names, doctype, name))
	return {doctype: rows for doctype, rows in taken.items() if rows}


def _learn_made_by_host(names: Names) -> None:
	parties = names.known("Customer") or [""]
	rows = frappe.get_all(
		"Payment Ledger Entry",
		filters={"party": ("in", parties)},
		fields=["voucher_type", "voucher_no"],
		order_by="creation",
	)
	for row in rows:
		names.learn(row.voucher_type, row.voucher_no)


def _ledger(names: Names, doctype: str) -> list[Row]:
	vouchers = names.known("Sales Invoice", "Payment Entry", "Journal Entry")
	fields = existing(doctype, LEDGERS[doctype])
	if not vouchers or not fields:
		return []
	found = frappe.get_all(
		doctype, filters={"voucher_no": ("in", vouchers)}, fields=fields, order_by="creation"
	)
	return sorted(shown(names, row, fields) for row in found)


def existing(doctype: str, fields: Iterable[str]) -> list[str]:
	"""Return those fields that this host's version has; nothing when it lacks the DocType."""
	if not frappe.db.exists("DocType", doctype):
		return []
	meta = frappe.get_meta(doctype)
	return [field for field in fields if meta.has_field(field) or field == "docstatus"]


def shown(names: Names, row: object, fields: list[str]) -> Row:
	"""Return one row as `field=value` texts; empty values (none, zero, blank) are left out."""
	values = [(field, _typed(row.get(field))) for field in fields]
	return [f"{field}={names.plain(value)}" for field, value in values if value not in (None, "", 0)]


def _typed(value: object) -> object:
	if isinstance(value, bool | int):
		return cint(value)
	return flt(value) if isinstance(value, float) else value


def _document(names: Names, doctype: str, name: str) -> list[Row]:
	alias = names.aliases[name]
	if not frappe.db.exists(doctype, name):
		return [[alias, "deleted"]]
	document = frappe.get_doc(doctype, name)
	rows = [[alias, *shown(names, document, existing(doctype, DOCUMENTS[doctype]))]]
	for table in document.meta.get_table_fields():
		fields = existing(table.options, TABLES.get(table.options, ()))
		if fields:
			children = enumerate(document.get(table.fieldname), start=1)
			rows.extend([f"{alias} {table.fieldname} {n}", *shown(names, row, fields)] for n, row in children)
	return rows


def difference(before: dict[str, list[Row]], after: dict[str, list[Row]]) -> dict[str, list[str]]:
	"""Return per DocType the rows that went (`- …`) and came (`+ …`) between two snapshots, as lines of text."""
	changed = {}
	for doctype in sorted({*before, *after}):
		old = [" | ".join(row) for row in before.get(doctype, [])]
		new = [" | ".join(row) for row in after.get(doctype, [])]
		lines = [f"- {row}" for row in _without(old, new)] + [f"+ {row}" for row in _without(new, old)]
		if lines:
			changed[doctype] = lines
	return changed


def _without(rows: list[str], others: list[str]) -> list[str]:
	left = list(others)
	result = []
	for row in rows:
		if row in left:
			left.remove(row)
		else:
			result.append(row)
	return result
