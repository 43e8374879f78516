import erpnext
import frappe
from erpnext.accounts.general_ledger import process_gl_map
from erpnext.accounts.party import get_party_account
from erpnext.accounts.utils import get_account_currency, outstanding_of
from erpnext.controllers.accounts_controller import ADVANCES, PostedByHand
from erpnext.exceptions import left_out_if, refuse_if, refuse_left_out
from erpnext.setup.utils import get_exchange_rate
from frappe._emulation import module_getattr
from frappe.utils import flt

ORDER, INVOICE, DRAWN = "Sales Order", "Sales Invoice", "Sales Invoice Advance"
MANDATORY = "party_type party paid_amount received_amount source_exchange_rate target_exchange_rate".split()


class PaymentEntry(PostedByHand):
	"""A receipt of a customer: from the receivable account (paid_from) to a bank (paid_to)."""

	def validate(self) -> None:
		left_out_if(self.payment_type != "Receive", f"Payment Entry of type {self.payment_type}")
		left_out_if(self.party_type not in ("Customer", None, ""), f"payments of a {self.party_type}")
		refuse_left_out(self)
		self.set_missing_values()
		self.set_missing_ref_details()
		for field in MANDATORY:
			refuse_if(not self.get(field), f"{field} is mandatory")
		self.validate_reference_documents()
		self.set_amounts()
		has_reference = self.reference_no and self.reference_date
		refuse_if(self.paid_to_account_type == "Bank" and not has_reference, "Reference No is mandatory")
		self.set("references", [row for row in self.references if flt(row.allocated_amount)])
		self.title = self.party
		self.check_references()
		self.set_status()

	def set_missing_values(self) -> None:
		"""Name, accounts, currencies, rates."""
		self.party_name = frappe.db.get_value("Customer", self.party, "customer_name")
		self.paid_from = self.paid_from or get_party_account("Customer", self.party, self.company)
		for field in ("paid_from", "paid_to"):
			self.set(f"{field}_account_currency", get_account_currency(self.get(field)))
			account_type = frappe.get_cached_value("Account", self.get(field), "account_type")
			self.set(f"{field}_account_type", account_type)
		self.is_opening = self.is_opening or "No"
		if self.paid_from_account_currency == self.company_currency:
			self.source_exchange_rate = 1
		own, bank, day = self.paid_from_account_currency, self.paid_to_account_currency, self.posting_date
		left_out_if(bank not in (own, self.company_currency), "a bank in a third currency")
		rate = self.source_exchange_rate or get_exchange_rate(own, self.company_currency, day)
		self.source_exchange_rate, self.target_exchange_rate = rate, rate if own == bank else 1

	def set_missing_ref_details(self, *, only_new: bool = False) -> None:
		"""Totals, what is open and rate of every reference, read anew."""
		for row in self.references:
			if row.allocated_amount and (row.is_new() or not only_new):
				for field, value in self.reference_details(row).items():
					if field == "exchange_rate" or not (only_new and row.get(field)):
						row.db_set(field, value)

	def validate_reference_documents(self) -> None:
		"""Submitted, of this customer, booked on this account."""
		for row in self.references:
			known = frappe.get_doc(row.reference_doctype, row.reference_name)
			refuse_if(known.customer != self.party, f"{known.name} is not associated with {self.party}")
			is_elsewhere = row.reference_doctype == INVOICE and known.debit_to != self.paid_from
			refuse_if(is_elsewhere, f"{known.name} is not booked on {self.paid_from}")
			refuse_if(known.docstatus != 1, f"{known.name} must be submitted")

	# Amounts

	def set_amounts(self) -> None:
		"""Company currency, allocated, left on account, difference."""
		if self.paid_from_account_currency == self.paid_to_account_currency:
			self.received_amount = self.paid_amount
		for side, rate in (("paid", self.source_exchange_rate), ("received", self.target_exchange_rate)):
			amount = flt(self.get(f"{side}_amount"))
			base = flt(amount * flt(rate), self.precision(f"base_{side}_amount"))
			self.update({f"base_{side}_amount": base, f"base_{side}_amount_after_tax": base})
			self.set(f"{side}_amount_after_tax", amount)
		left_out_if(flt(self.base_paid_amount - self.base_received_amount, 2), "exchange gain and loss")
		self.total_allocated_amount = abs(sum(flt(row.allocated_amount) for row in self.references))
		allocated = self.base_total_allocated_amount = abs(sum(map(self.base_allocated, self.references)))
		deducted = sum(flt(row.amount) for row in self.deductions)
		left = self.base_paid_amount + deducted - allocated
		self.unallocated_amount = left / self.source_exchange_rate if left > 0 else 0
		gap = allocated + self.unallocated_amount * flt(self.source_exchange_rate) - self.base_received_amount
		self.difference_amount = flt(gap - deducted, self.precision("difference_amount"))

	def base_allocated(self, row: object) -> float:
		"""A reference in company currency at the payment's rate, which must be its own."""
		precision = self.precision("base_paid_amount")
		base = flt(flt(row.allocated_amount) * self.source_exchange_rate, precision)
		if row.reference_doctype != ORDER:
			row.exchange_gain_loss = base - flt(flt(row.allocated_amount) * flt(row.exchange_rate), precision)
			left_out_if(flt(row.exchange_gain_loss, 2), "exchange gain and loss")
		return base

	def check_references(self) -> None:
		"""None twice, none beyond what is open now."""
		seen = [(row.reference_doctype, row.reference_name) for row in self.references]
		refuse_if(len(seen) != len(set(seen)), "Duplicate entry in References")
		for row in self.references:
			left = flt(self.open_now(row), self.precision("paid_amount"))
			refuse_if(not left, f"{row.reference_name} has already been fully paid.")
			refuse_if(not 0 < flt(row.allocated_amount) <= left, f"Row {row.idx}: more than outstanding")

	def open_now(self, row: object) -> float:
		"""What is open on a reference at this moment."""
		if row.reference_doctype == INVOICE:
			return flt(outstanding_of(INVOICE, row.reference_name))
		order = frappe.get_doc(ORDER, row.reference_name)
		if order.status == "Closed" or flt(order.per_billed) >= 100:
			return 0.0
		return self.total_of(order) - flt(order.advance_paid)

	def total_of(self, known: object) -> float:
		"""The total of an order or invoice in the currency of the receivable account."""
		if self.paid_from_account_currency == self.company_currency:
			return flt(known.base_rounded_total or known.base_grand_total)
		return flt(known.rounded_total or known.grand_total)

	def reference_details(self, row: object) -> dict:
		"""Total, what is open and rate of an order or invoice."""
		left_out_if(row.reference_doctype not in (ORDER, INVOICE), f"a payment of {row.reference_doctype}")
		known = frappe.get_doc(row.reference_doctype, row.reference_name)
		is_local = self.paid_from_account_currency == self.company_currency
		rate, total = 1 if is_local else flt(known.conversion_rate), self.total_of(known)
		left = total - flt(known.advance_paid) if row.reference_doctype == ORDER else known.outstanding_amount
		details = dict(total_amount=total, outstanding_amount=flt(left), exchange_rate=rate)
		return dict(details, due_date=known.get("due_date"), account=self.paid_from)

	def set_status(self, *_args: object, **_kwargs: object) -> None:
		self.status = ("Draft", "Submitted", "Cancelled")[int(self.docstatus)]
		self.db_set("status", self.status, update_modified=True)

	# Posting

	def after_posting(self) -> None:
		self.set_missing_ref_details()
		if self.docstatus == 2:
			self.forget_in_invoices()
		if not erpnext.V16:
			self.post_advances([row for row in self.references if row.reference_doctype == ORDER])
		self.set_status()

	def post_advances(self, rows: list) -> None:
		"""v15: a row per order, positive on submit, negative on cancel. v16 posts them with the payment ledger."""
		event, sign = ("Submit", 1) if self.docstatus == 1 else ("Cancel", -1)
		for row in rows:
			entry = frappe.new_doc(ADVANCES, company=self.company, event=event)
			entry.update(dict(currency=self.paid_from_account_currency, amount=sign * row.allocated_amount))
			entry.update(dict(voucher_type=self.doctype, voucher_no=self.name, against_voucher_type=ORDER))
			entry.against_voucher_no = row.reference_name
			entry.insert(ignore_permissions=True)
		for row in rows:
			frappe.get_doc(ORDER, row.reference_name).set_total_advance_paid()

	def forget_in_invoices(self) -> None:
		"""Invoices that drew this payment as an advance lose the row and its share of the total."""
		for invoice in [row.reference_name for row in self.references if row.reference_doctype == INVOICE]:
			frappe.db.delete(DRAWN, {"reference_name": self.name, "parent": invoice})
			left = frappe.get_all(DRAWN, filters={"parent": invoice}, pluck="allocated_amount")
			frappe.db.set_value(INVOICE, invoice, "total_advance", sum(left), update_modified=False)

	def ledger_rows(self) -> list[frappe._dict]:
		"""A row for each reference, one for money on account, the bank's, the deductions'."""
		currency = self.paid_to_account_currency
		amounts = self.amounts("debit", currency, self.received_amount, self.base_received_amount)
		bank = dict(account=self.paid_to, account_currency=currency, against=self.party, **amounts)
		rows = [*self.party_rows(), self.base_gl(cost_center=self.cost_center, **bank)]
		for row in self.deductions:
			currency = get_account_currency(row.account)
			refuse_if(currency != self.company_currency, f"{row.account} must be {self.company_currency}")
			amounts = self.amounts("debit", currency, row.amount, row.amount)
			amounts |= dict(account=row.account, cost_center=row.cost_center)
			rows.append(self.base_gl(against=self.party, **amounts))
		return rows

	def amounts(self, side: str, currency: str, amount: float, base: float) -> dict:
		"""One amount in the three currencies of a ledger row; the transaction's is the customer's."""
		shown = amount if currency == self.paid_from_account_currency else base / self.source_exchange_rate
		return {f"{side}_in_account_currency": amount, side: base, f"{side}_in_transaction_currency": shown}

	def pointed_at(self, row: object) -> dict:
		"""v15 books an advance against its order; v16 against the payment itself and names the order apart."""
		named = dict(against_voucher_type=row.reference_doctype, against_voucher=row.reference_name)
		if not erpnext.V16:
			return named
		own = dict(against_voucher_type=self.doctype, against_voucher=self.name)
		order = (row.reference_doctype, row.reference_name)
		if row.reference_doctype != ORDER:
			own, order = named, (row.advance_voucher_type, row.advance_voucher_no)
		rate = dict(transaction_exchange_rate=self.target_exchange_rate)
		return {**own, **rate, "advance_voucher_type": order[0], "advance_voucher_no": order[1]}

	def party_rows(self) -> list[frappe._dict]:
		currency = self.paid_from_account_currency
		common = dict(account=self.paid_from, party_type="Customer", party=self.party, against=self.paid_to)
		common |= dict(account_currency=currency, cost_center=self.cost_center)
		rows = []
		for row in self.references:
			values = common | self.amounts("credit", currency, row.allocated_amount, self.base_allocated(row))
			values |= self.pointed_at(row)
			if row.reference_doctype == INVOICE and not self.cost_center:
				values["cost_center"] = frappe.db.get_value(INVOICE, row.reference_name, "cost_center")
			rows.append(self.base_gl(**values))
		if self.unallocated_amount:
			base = self.unallocated_amount * flt(self.source_exchange_rate)
			amounts = self.amounts("credit", currency, self.unallocated_amount, base)
			rows.append(self.base_gl(**common, **amounts))
		return rows

	# Drawn by an invoice

	def draw(self, advance: object, invoice: object) -> str | None:
		"""Move a part of an order's reference, or of the money on account, to the invoice. Returns the order."""
		source = next((row for row in self.references if row.name == advance.reference_row), None)
		there = source.allocated_amount if source else self.unallocated_amount
		amount = flt(advance.allocated_amount)
		refuse_if(flt(there, 9) != flt(advance.advance_amount, 9), "The payment has changed, pull it again.")
		refuse_if(flt(amount, 2) > flt(there, 2), "Allocated more than the unadjusted amount")
		new = self.append("references", dict(reference_doctype=INVOICE, reference_name=invoice.name))
		new.update(dict(docstatus=1, allocated_amount=amount, outstanding_amount=invoice.outstanding_amount))
		new.update(dict(exchange_rate=self.source_exchange_rate, account=invoice.debit_to))
		if not source:
			return None
		source.allocated_amount -= amount
		if erpnext.V16:
			new.update(dict(advance_voucher_type=ORDER, advance_voucher_no=source.reference_name))
		return source.reference_name

	def save_drawn(self) -> list:
		"""Store the new references, return the rows to post anew; what is open on the invoice is told less what was just drawn."""
		self.set("references", [row for row in self.references if flt(row.allocated_amount)])
		self.set_missing_ref_details(only_new=True)
		self.set_amounts()
		for row in self.references:
			if row.is_new() and row.outstanding_amount:
				row.outstanding_amount -= row.allocated_amount
		self.flags.ignore_validate_update_after_submit = True
		self.save(ignore_permissions=True)
		return process_gl_map(self.ledger_rows())


__getattr__ = module_getattr(__name__)
