"""Money for tests: foreign contracts, native receipts in any currency, journals, reconciliation, and figures to compare."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import flt, nowdate

from l2c_app.core.position import position, violations
from l2c_app.services.ledger import ledger_facts, recompute
from l2c_app.tests import factories

FIGURES = (
	"billed",
	"open_billed",
	"settled",
	"written_off",
	"advance",
	"collected",
	"on_account",
	"collected_base",
)


def figures(contract: str, *fields: str) -> tuple[float, ...]:
	"""Return stored figures of a contract after the pending recompute."""
	recompute.flush()
	names = list(fields or FIGURES)
	row = frappe.db.get_value("Sales Contract", contract, names, as_dict=True)
	return tuple(flt(row[name], 2) for name in names)


def rows(contract: str, *fields: str) -> list[Any]:
	"""Return stored figures of the plan rows in their order: one value per row, or a tuple of several."""
	recompute.flush()
	filters = {"parent": contract, "parenttype": "Sales Contract"}
	found = frappe.get_all("Sales Contract Plan Row", filters=filters, fields=list(fields), order_by="idx")
	tuples = [
		tuple(flt(row[field], 2) if field != "status" else row[field] for field in fields) for row in found
	]
	return [values[0] for values in tuples] if len(fields) == 1 else tuples


def broken(contract: str) -> list[Any]:
	"""Return the identities that a contract's live figures break."""
	from frappe.utils import getdate

	known = ledger_facts.read([contract])[contract]
	return violations(known.facts, position(known.facts, getdate(nowdate())))


def row_id(contract: str, index: int) -> str:
	"""Return the id of a plan row by its position, 1 the first."""
	return frappe.db.get_value("Sales Contract Plan Row", {"parent": contract, "idx": index}, "row_id")


def receipt(
	customer: str,
	amount: float,
	*,
	against: list[tuple[str, str, float]] = (),
	currency: str = factories.COMPANY_CURRENCY,
	rate: float = 1,
	pay: bool = False,
	submit: bool = True,
	**values: Any,
) -> Document:
	"""Make a native Payment Entry into the company-currency bank; `pay` makes it a refund."""
	references = [
		{"reference_doctype": doctype, "reference_name": name, "allocated_amount": allocated}
		for doctype, name, allocated in against
	]
	party_side = {"account": factories.receivable_account(currency), "amount": amount, "rate": rate}
	bank_side = {"account": factories.bank_account(), "amount": flt(amount * rate, 2), "rate": 1}
	source, target = (bank_side, party_side) if pay else (party_side, bank_side)
	return factories.make(
		"Payment Entry",
		submit=submit,
		payment_type="Pay" if pay else "Receive",
		party_type="Customer",
		party=customer,
		company=factories.COMPANY,
		posting_date=values.pop("posting_date", nowdate()),
		paid_from=source["account"],
		paid_to=target["account"],
		paid_amount=source["amount"],
		received_amount=target["amount"],
		source_exchange_rate=source["rate"],
		target_exchange_rate=target["rate"],
		reference_no="L2C-TEST",
		reference_date=nowdate(),
		references=references,
		**values,
	)


def journal(lines: list[dict[str, Any]], *, submit: bool = True, **values: Any) -> Document:
	"""Make a native Journal Entry of the given lines."""
	for line in lines:
		line.setdefault("exchange_rate", 1)
		line.setdefault("cost_center", frappe.get_cached_value("Company", factories.COMPANY, "cost_center"))
	return factories.make(
		"Journal Entry",
		submit=submit,
		voucher_type="Journal Entry",
		company=factories.COMPANY,
		posting_date=nowdate(),
		multi_currency=1,
		accounts=lines,
		**values,
	)


def party_credit(
	customer: str, amount: float, *, reference: tuple[str, str] | None = None, **values: Any
) -> dict:
	"""Return a journal line that takes an amount off a customer's debt, on a document if asked."""
	line = {
		"account": values.pop("account", factories.receivable_account()),
		"party_type": "Customer",
		"party": customer,
		"credit_in_account_currency": amount,
		**values,
	}
	if reference:
		line["reference_type"], line["reference_name"] = reference
		line["is_advance"] = "Yes" if reference[0] == "Sales Order" else "No"
	return line


def expense_account() -> str:
	"""Return the account for write-offs and bank fees."""
	return frappe.get_cached_value("Company", factories.COMPANY, "write_off_account") or _any_expense()


def _any_expense() -> str:
	filters = {"company": factories.COMPANY, "root_type": "Expense", "is_group": 0, "account_type": ""}
	return frappe.get_all("Account", filters=filters, pluck="name", order_by="name", limit=1)[0]


def credit_note(invoice: str, amount: float, *, bill_again: bool = False, **values: Any) -> Document:
	"""Return a submitted return of part of a one-line invoice, standing on its own."""
	from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

	note = make_sales_return(invoice)
	note.update(
		{"update_billed_amount_in_sales_order": int(bill_again), "update_outstanding_for_self": 1, **values}
	)
	note.set("advances", [])
	line = note.items[0]
	line.qty, line.rate = -1, amount
	note.items = [line]
	note.flags.ignore_permissions = True
	note.insert(ignore_permissions=True)
	note.submit()
	return note


def reconcile(
	customer: str, payment: str, invoice: str, amount: float, *, account: str = "", advance: str = ""
) -> None:
	"""Apply an amount of a payment's unallocated money to an invoice, as the Payment Reconciliation form does."""
	tool = frappe.get_doc({"doctype": "Payment Reconciliation", "company": factories.COMPANY})
	tool.update({"party_type": "Customer", "party": customer})
	tool.receivable_payable_account = account or factories.receivable_account()
	if advance:
		tool.default_advance_account = advance
	tool.get_unreconciled_entries()
	invoices = [row.as_dict() for row in tool.invoices if row.invoice_number == invoice]
	payments = [row.as_dict() for row in tool.payments if row.reference_name == payment]
	tool.allocate_entries(frappe._dict({"invoices": invoices, "payments": payments}))
	for row in tool.allocation:
		row.allocated_amount = amount
	tool.reconcile()


def unreconcile(voucher_type: str, voucher_no: str, *targets: str) -> None:
	"""Take a voucher off the given documents (all of its documents if none is given), by Unreconcile Payment."""
	tool = frappe.get_doc(
		{
			"doctype": "Unreconcile Payment",
			"company": factories.COMPANY,
			"voucher_type": voucher_type,
			"voucher_no": voucher_no,
		}
	)
	tool.add_references()
	if targets:
		tool.allocations = [row for row in tool.allocations if row.reference_name in targets]
	tool.flags.ignore_permissions = True
	tool.insert(ignore_permissions=True)
	tool.submit()
