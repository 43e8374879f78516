import frappe
from erpnext.accounts.general_ledger import make_gl_entries, make_reverse_gl_entries
from erpnext.accounts.party import get_party_account  # noqa: F401  (as importable as on the host)
from erpnext.accounts.utils import get_account_currency, outstanding_of
from erpnext.controllers.accounts_controller import AccountsController, pointed_at
from erpnext.exceptions import PartyDisabled  # noqa: F401
from frappe import _, not_emulated
from frappe._emulation import module_getattr
from frappe.utils import flt


class StockAccountInvalidTransaction(frappe.ValidationError):
	pass


class JournalEntry(AccountsController):
	def validate(self) -> None:
		self.is_opening = self.is_opening or "No"
		if self.is_opening == "Yes" or self.voucher_type not in (
			"Journal Entry",
			"Bank Entry",
			"Cash Entry",
			"Write Off Entry",
		):
			not_emulated(f"Journal Entry of type {self.voucher_type}")
		for row in self.accounts:
			self.check_row(row)
		self.total_debit = flt(sum(flt(row.debit) for row in self.accounts), self.precision("total_debit"))
		self.total_credit = flt(sum(flt(row.credit) for row in self.accounts), self.precision("total_credit"))
		self.difference = flt(self.total_debit, 2) - flt(self.total_credit, 2)
		if not self.accounts:
			frappe.throw(_("Accounts table cannot be blank."), StockAccountInvalidTransaction)
		self.check_references()
		self.set_against()
		self.remark = self.remark or self.user_remark
		parties = [row.party for row in self.accounts if row.party]
		self.title = self.title or (parties or [row.account for row in self.accounts])[0]

	def check_row(self, row: object) -> None:
		"""Company currency, one side, a party on receivables."""
		account = frappe.get_cached_doc("Account", row.account)
		row.account_type, row.account_currency = account.account_type, get_account_currency(row.account)
		if account.account_type in ("Receivable", "Payable") and not (row.party_type and row.party):
			frappe.throw(
				_("Row {0}: Party Type and Party is required for Receivable / Payable account").format(
					row.idx
				)
			)
		if row.account_currency != self.company_currency:
			not_emulated("a journal in a foreign currency")
		row.exchange_rate = 1
		if flt(row.debit_in_account_currency) and flt(row.credit_in_account_currency):
			frappe.throw(_("You cannot credit and debit same account at the same time"))
		for side in ("debit", "credit"):
			row.set(side, flt(row.get(f"{side}_in_account_currency"), row.precision(side)))
		if not row.debit and not row.credit:
			frappe.throw(_("Row {0}: Both Debit and Credit values cannot be zero").format(row.idx))
		if row.reference_type == "Sales Order" and row.is_advance != "Yes":
			frappe.throw(
				_("Row {0}: Payment against Sales/Purchase Order should always be marked as advance").format(
					row.idx
				)
			)

	def check_references(self) -> None:
		"""Orders and invoices: of this customer and account, submitted, with enough open."""
		for row in self.accounts:
			if not row.reference_type or not row.reference_name:
				row.reference_type = row.reference_name = None
				continue
			if row.reference_type not in ("Sales Order", "Sales Invoice"):
				not_emulated(f"a journal against {row.reference_type}")
			known = frappe.get_doc(row.reference_type, row.reference_name)
			same_account = row.reference_type == "Sales Order" or known.debit_to == row.account
			if known.customer != row.party or not same_account:
				frappe.throw(
					_("Row {0}: Party / Account does not match with {1}").format(row.idx, row.reference_name)
				)
			if known.docstatus != 1:
				frappe.throw(_("{0} {1} is not submitted").format(row.reference_type, row.reference_name))
			self.check_open(row, known)

	def check_open(self, row: object, known: object) -> None:
		"""No more than is open on the invoice, or left of the order."""
		if row.reference_type == "Sales Order":
			if known.per_billed >= 100 or known.status == "Closed":
				frappe.throw(
					_("{0} {1} is fully billed or closed").format(row.reference_type, row.reference_name)
				)
			if flt(row.debit):
				frappe.throw(
					_("Row {0}: Debit entry can not be linked with a {1}").format(row.idx, row.reference_type)
				)
			left = flt(known.base_grand_total) - flt(known.advance_paid)
		else:
			left = flt(
				outstanding_of(row.reference_type, row.reference_name, row.account, "Customer", row.party)
			)
		credit = sum(
			flt(other.credit) for other in self.accounts if other.reference_name == row.reference_name
		)
		if self.docstatus != 2 and credit and flt(left, 2) < flt(credit, 2):
			message = _("Payment against {0} {1} cannot be greater than Outstanding Amount {2}")
			frappe.throw(message.format(row.reference_type, row.reference_name, left))

	def set_against(self) -> None:
		debits = [row.party or row.account for row in self.accounts if flt(row.debit) > 0]
		credits = [row.party or row.account for row in self.accounts if flt(row.credit) > 0]
		for row in self.accounts:
			row.against_account = ", ".join(dict.fromkeys(credits if flt(row.debit) > 0 else debits))

	def before_submit(self) -> None:
		if self.difference:
			frappe.throw(
				_("Total Debit must be equal to Total Credit. The difference is {0}").format(self.difference)
			)

	def on_submit(self) -> None:
		make_gl_entries(self.ledger_rows())
		self.post_advances()

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = (
			"GL Entry", "Payment Ledger Entry", "Unreconcile Payment", "Unreconcile Payment Entries", "Advance Payment Ledger Entry",
		)  # fmt: skip
		self.blank_own_references()
		make_reverse_gl_entries(self.ledger_rows())
		self.post_advances()

	def post_advances(self) -> None:
		references = [
			(row.reference_type, row.reference_name, flt(row.credit_in_account_currency))
			for row in self.accounts
		]
		self.make_advance_payment_ledger_entries(references, self.company_currency)

	def ledger_rows(self) -> list[frappe._dict]:
		"""The rows as typed."""
		rows = []
		for row in self.accounts:
			amounts = {
				f"{side}{suffix}": row.get(side) for side in ("debit", "credit") for suffix in SUFFIXES
			}
			rows.append(
				self.base_gl(
					account=row.account, party_type=row.party_type, party=row.party, due_date=self.due_date, against=row.against_account,
					account_currency=row.account_currency, **pointed_at(self, row.reference_type, row.reference_name),
					transaction_currency=self.company_currency, transaction_exchange_rate=1, cost_center=row.cost_center,
					project=row.project, **amounts,
				)
			)  # fmt: skip
		return rows


SUFFIXES = ("", "_in_account_currency", "_in_transaction_currency")
__getattr__ = module_getattr(__name__)
