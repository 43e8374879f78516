from erpnext.accounts.utils import update_voucher_outstanding
from frappe.model.document import Document


class PaymentLedgerEntry(Document):
	def on_update(self) -> None:
		if self.flags.update_outstanding == "Yes":
			update_voucher_outstanding(self.against_voucher_type, self.against_voucher_no)
