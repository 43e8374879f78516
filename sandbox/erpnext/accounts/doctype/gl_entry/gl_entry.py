import frappe
from erpnext.accounts.party import validate_party_frozen_disabled, validate_party_gle_currency
from erpnext.accounts.utils import frozen_until, get_account_currency, get_fiscal_year
from erpnext.exceptions import InvalidAccountCurrency
from frappe import _
from frappe.model.document import Document


def check_account(row: Document) -> None:
	"""A ledger account of the voucher's company, not frozen for this user."""
	account = frappe.get_cached_doc("Account", row.account)
	where = f"{row.voucher_type} {row.voucher_no}"
	if account.is_group:
		frappe.throw(_("{0}: Account {1} is a Group Account").format(where, row.account))
	if account.company != row.company:
		frappe.throw(
			_("{0}: Account {1} does not belong to Company {2}").format(where, row.account, row.company)
		)
	if account.balance_must_be:
		frappe.not_emulated("Balance must be on an Account")
	role = frozen_until(row.company)[1]
	if account.freeze_account == "Yes" and not row.flags.adv_adj and role not in frappe.get_roles():
		frappe.throw(_("You are not authorized to set Frozen value"))


class GLEntry(Document):
	def validate(self) -> None:
		self.fiscal_year = self.fiscal_year or get_fiscal_year(self.posting_date, company=self.company)[0]
		account = frappe.get_cached_doc("Account", self.account)
		if account.report_type == "Profit and Loss" and not self.cost_center:
			frappe.throw(_("Cost Center is required for 'Profit and Loss' account {0}").format(self.account))
		if account.account_type in ("Receivable", "Payable") and not self.party and not self.is_cancelled:
			frappe.throw(_("Customer is required against Receivable account {0}").format(self.account))
		if self.is_opening == "Yes" and account.report_type == "Profit and Loss" and not self.is_cancelled:
			frappe.throw(
				_("'Profit and Loss' type account {0} not allowed in Opening Entry").format(self.account)
			)
		self.check_cost_center()
		if self.party and account.account_type not in ("Receivable", "Payable"):
			frappe.throw(
				_("Party Type and Party can only be set for Receivable / Payable account {0}").format(
					self.account
				)
			)
		validate_party_frozen_disabled(self.party_type, self.party)
		if not self.is_cancelled:
			self.check_currency()

	def check_cost_center(self) -> None:
		if not self.cost_center:
			return
		center = frappe.get_cached_doc("Cost Center", self.cost_center)
		if center.company != self.company:
			frappe.throw(
				_("Cost Center {0} does not belong to Company {1}").format(self.cost_center, self.company)
			)
		if center.is_group:
			frappe.throw(_("Cost Center {0} is a group cost center").format(self.cost_center))

	def check_currency(self) -> None:
		currency = get_account_currency(self.account)
		self.account_currency = self.account_currency or currency
		if self.account_currency != currency:
			message = _("Accounting Entry for {0} can only be made in currency: {1}")
			frappe.throw(message.format(self.account, currency), InvalidAccountCurrency)
		if self.party_type and self.party:
			validate_party_gle_currency(self.party_type, self.party, self.company, self.account_currency)

	def on_update(self) -> None:
		check_account(self)
