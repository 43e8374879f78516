import frappe
from erpnext.accounts.party import validate_party_frozen_disabled, validate_party_gle_currency
from erpnext.accounts.utils import get_account_currency
from erpnext.exceptions import InvalidAccountCurrency, left_out_if, refuse_if, refuse_left_out
from frappe.model.document import Document


class GLEntry(Document):
	def validate(self) -> None:
		account, currency = frappe.get_cached_doc("Account", self.account), get_account_currency(self.account)
		is_result, is_party = account.report_type == "Profit and Loss", account.account_type == "Receivable"
		live = not self.is_cancelled
		refuse_if(is_result and not self.cost_center, f"Cost Center is required for {self.account}")
		refuse_if(is_party and not self.party and live, f"Customer is required against {self.account}")
		refuse_if(self.party and not is_party, f"A party can only be set for Receivable, not {self.account}")
		center = [frappe.get_cached_doc("Cost Center", self.cost_center)] if self.cost_center else []
		for row in (account, *center):
			refuse_if(row.company != self.company, f"{row.name} does not belong to Company {self.company}")
			refuse_if(row.is_group, f"{row.name} is a group")
		refuse_left_out(account)
		left_out_if(account.freeze_account == "Yes", "frozen accounts")
		validate_party_frozen_disabled(self.party_type, self.party)
		is_other = self.account_currency != currency and live
		refuse_if(is_other, f"{self.account} is {currency}", InvalidAccountCurrency)
		if self.party and live:
			validate_party_gle_currency(self.party_type, self.party, self.company, self.account_currency)
