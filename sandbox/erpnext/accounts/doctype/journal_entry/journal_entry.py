import frappe
from erpnext.accounts.general_ledger import SUFFIXES
from erpnext.accounts.utils import get_account_currency, outstanding_of
from erpnext.controllers.accounts_controller import PostedByHand
from erpnext.exceptions import StockAccountInvalidTransaction, left_out_if, refuse_if
from frappe.utils import flt

INVOICE = "Sales Invoice"
COPIED = ("account", "account_currency", "party_type", "party", "cost_center", "project")
KINDS = ("Journal Entry", "Bank Entry", "Cash Entry", "Write Off Entry")


class JournalEntry(PostedByHand):
	def validate(self) -> None:
		left_out_if(self.voucher_type not in KINDS, f"Journal Entry of type {self.voucher_type}")
		left_out_if(self.is_opening == "Yes", "opening entries")
		self.is_opening = "No"
		for row in self.accounts:
			self.check_row(row)
		for side in ("debit", "credit"):
			self.set(f"total_{side}", flt(sum(flt(row.get(side)) for row in self.accounts), 2))
		self.difference = flt(self.total_debit - self.total_credit, 2)
		refuse_if(not self.accounts, "Accounts table cannot be blank.", StockAccountInvalidTransaction)
		for row in self.accounts:
			self.check_reference(row)
			others = [other for other in self.accounts if bool(flt(other.debit)) != bool(flt(row.debit))]
			row.against_account = ", ".join(dict.fromkeys(other.party or other.account for other in others))
		self.remark = self.remark or self.user_remark
		named = [row.party for row in self.accounts if row.party] or [self.accounts[0].account]
		self.title = self.title or named[0]

	def check_row(self, row: object) -> None:
		"""Company currency, one side, a party on receivables."""
		row.account_type = frappe.get_cached_value("Account", row.account, "account_type")
		row.account_currency, row.exchange_rate = get_account_currency(row.account), 1
		refuse_if(row.account_type == "Receivable" and not row.party, f"Row {row.idx}: Party is required")
		left_out_if(row.account_currency != self.company_currency, "a journal in a foreign currency")
		left_out_if(row.is_advance == "Yes", "an advance by Journal Entry")
		for side in ("debit", "credit"):
			row.set(side, flt(row.get(f"{side}_in_account_currency"), row.precision(side)))
		refuse_if(bool(row.debit) == bool(row.credit), f"Row {row.idx}: either debit or credit")

	def check_reference(self, row: object) -> None:
		"""Invoices: of this customer and account, submitted, with enough open."""
		if not row.reference_type or not row.reference_name:
			row.reference_type = row.reference_name = None
			return
		left_out_if(row.reference_type != INVOICE, f"a journal against {row.reference_type}")
		name, known = row.reference_name, frappe.get_doc(INVOICE, row.reference_name)
		is_other = (known.customer, known.debit_to) != (row.party, row.account)
		refuse_if(is_other, f"Row {row.idx}: Party / Account does not match with {name}")
		refuse_if(known.docstatus != 1, f"{name} is not submitted")
		left = outstanding_of(INVOICE, name)
		credit = sum(flt(other.credit) for other in self.accounts if other.reference_name == name)
		refuse_if(credit and flt(left, 2) < flt(credit, 2), f"{name}: more than the Outstanding Amount")

	def ledger_rows(self) -> list[frappe._dict]:
		"""The rows as typed."""
		rows, own = [], dict(transaction_currency=self.company_currency, transaction_exchange_rate=1)
		for row in self.accounts:
			values = {f"{side}{suffix}": row.get(side) for side in ("debit", "credit") for suffix in SUFFIXES}
			values |= {key: row.get(key) for key in COPIED}
			values |= dict(against=row.against_account, due_date=self.due_date)
			values |= dict(against_voucher_type=row.reference_type, against_voucher=row.reference_name)
			rows.append(self.base_gl(**values, **own))
		return rows
