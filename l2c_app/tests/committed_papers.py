"""Native documents and contracts that a test committed, removed with what the ledgers have of them."""

import frappe

from l2c_app.services.ledger import recompute

LEDGERS = ("GL Entry", "Payment Ledger Entry", "Advance Payment Ledger Entry")


def remove_natives(customer: str, *doctypes: str) -> None:
	"""Cancel and delete a customer's documents of these kinds, in this order."""
	for doctype in doctypes:
		field = "party" if doctype == "Payment Entry" else "customer"
		for name in frappe.get_all(doctype, filters={field: customer}, pluck="name", order_by="name"):
			_cancel(doctype, name)
			for ledger in LEDGERS:
				frappe.db.delete(ledger, {"voucher_no": name})
			frappe.delete_doc(doctype, name, force=True)
	recompute.flush()


def remove_contract(name: str) -> None:
	"""Cancel and delete a contract whose native documents are gone."""
	frappe.db.delete("Contract Voucher", {"contract": name})
	_cancel("Sales Contract", name)
	recompute.flush()
	frappe.delete_doc("Sales Contract", name, force=True)


def _cancel(doctype: str, name: str) -> None:
	document = frappe.get_doc(doctype, name)
	if document.docstatus == 1:
		document.cancel()
