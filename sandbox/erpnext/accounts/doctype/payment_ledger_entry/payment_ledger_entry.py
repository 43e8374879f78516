from erpnext.accounts.doctype.gl_entry.gl_entry import check_account
from erpnext.accounts.utils import update_voucher_outstanding
from frappe.model.document import Document


class PaymentLedgerEntry(Document):
	def on_update(self) -> None:
		if not self.delinked:
			check_account(self)
		if self.flags.update_outstanding == "Yes":
			against = (self.against_voucher_type, self.against_voucher_no)
			update_voucher_outstanding(*against, self.account, self.party_type, self.party)
