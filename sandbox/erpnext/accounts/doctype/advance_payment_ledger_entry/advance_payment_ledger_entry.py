import erpnext
import frappe
from frappe.model.document import Document


class AdvancePaymentLedgerEntry(Document):
	def on_update(self) -> None:
		if erpnext.V16 and self.flags.update_outstanding == "Yes":
			frappe.get_doc(self.against_voucher_type, self.against_voucher_no).set_total_advance_paid()
