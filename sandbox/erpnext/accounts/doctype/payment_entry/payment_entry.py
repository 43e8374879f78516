import erpnext
import frappe
from erpnext.accounts.general_ledger import make_gl_entries, make_reverse_gl_entries, process_gl_map
from erpnext.accounts.party import get_party_account
from erpnext.accounts.utils import get_account_currency, get_balance_on, outstanding_of
from erpnext.controllers.accounts_controller import AccountsController, pointed_at
from erpnext.setup.utils import get_exchange_rate
from frappe import _, not_emulated
from frappe._emulation import module_getattr
from frappe.utils import flt, getdate, money_in_words, nowdate

ORDER, INVOICE = "Sales Order", "Sales Invoice"


class InvalidPaymentEntry(frappe.ValidationError):
	pass


class PaymentEntry(AccountsController):
	# Which side is the customer's

	@property
	def receives(self) -> bool:
		return self.payment_type == "Receive"

	@property
	def party_account_field(self) -> str:
		return "paid_from" if self.receives else "paid_to"

	@property
	def party_account(self) -> str:
		return self.get(self.party_account_field)

	@property
	def party_currency(self) -> str:
		return self.get(f"{self.party_account_field}_account_currency")

	@property
	def party_rate(self) -> float:
		return flt(self.source_exchange_rate if self.receives else self.target_exchange_rate)

	def validate(self) -> None:
		self.refuse_what_is_left_out()
		self.set_missing_values()
		self.set_missing_ref_details()
		self.set_exchange_rate()
		for field in ("paid_amount", "received_amount", "source_exchange_rate", "target_exchange_rate"):
			if not self.get(field):
				frappe.throw(_("{0} is mandatory").format(_(self.meta.get_label(field))))
		self.validate_reference_documents()
		self.set_amounts()
		if (
			self.paid_from_account_currency == self.paid_to_account_currency
			and self.paid_amount < self.received_amount
		):
			frappe.throw(_("Received Amount cannot be greater than Paid Amount"))
		self.set_amounts_after_tax()
		self.set("references", [row for row in self.references if flt(row.allocated_amount)])
		self.check_bank_reference()
		self.title = self.party
		self.set_remarks()
		self.check_references()
		self.set_status()
		self.set_total_in_words()

	def refuse_what_is_left_out(self) -> None:
		if self.payment_type not in ("Receive", "Pay"):
			if self.payment_type != "Internal Transfer":
				frappe.throw(_("Payment Type must be one of Receive, Pay and Internal Transfer"))
			not_emulated("internal transfers")
		if self.party_type and self.party_type != "Customer":
			not_emulated(f"payments of a {self.party_type}")
		for field in ("taxes", "apply_tax_withholding_amount", "purchase_taxes_and_charges_template"):
			if self.get(field):
				not_emulated(f"{field} of Payment Entry")
		if frappe.get_cached_value(
			"Company", self.company, "book_advance_payments_in_separate_party_account"
		):
			not_emulated("advances in a separate account")

	def set_missing_values(self) -> None:
		"""Names, accounts, currencies and balances."""
		if not self.party_type or not self.party:
			frappe.throw(_("{0} is mandatory").format(_("Party") if self.party_type else _("Party Type")))
		self.party_name = frappe.db.get_value("Customer", self.party, "customer_name")
		if not self.party_account:
			self.set(self.party_account_field, get_party_account("Customer", self.party, self.company))
		if self.meta.has_field("party_balance") and not self.party_balance:
			self.party_balance = get_balance_on(
				party_type="Customer", party=self.party, date=self.posting_date, company=self.company
			)
		for field in ("paid_from", "paid_to"):
			if self.get(field):
				self.set(f"{field}_account_currency", get_account_currency(self.get(field)))
				self.set(
					f"{field}_account_type",
					frappe.get_cached_value("Account", self.get(field), "account_type"),
				)
				if self.meta.has_field(f"{field}_account_balance"):
					self.set(f"{field}_account_balance", get_balance_on(self.get(field), self.posting_date))
		self.is_opening = self.is_opening or "No"

	def set_missing_ref_details(self, only: set | None = None, force: bool = True) -> None:
		"""Totals, what is open and rate of every reference, read anew."""
		for row in self.references:
			if not row.allocated_amount or (only and row.reference_name not in only):
				continue
			for field, value in get_reference_details(
				row.reference_doctype, row.reference_name, self.party_currency
			).items():
				if field == "exchange_rate" or not row.get(field) or force:
					row.db_set(field, value)

	def set_exchange_rate(self) -> None:
		"""1 in company currency, else as given, else as stored."""
		if self.paid_from_account_currency == self.company_currency:
			self.source_exchange_rate = 1
		elif not self.source_exchange_rate:
			self.source_exchange_rate = get_exchange_rate(
				self.paid_from_account_currency, self.company_currency, self.posting_date
			)
		if self.paid_from_account_currency == self.paid_to_account_currency:
			self.target_exchange_rate = self.source_exchange_rate
		elif not self.target_exchange_rate:
			self.target_exchange_rate = get_exchange_rate(
				self.paid_to_account_currency, self.company_currency, self.posting_date
			)

	def validate_reference_documents(self) -> None:
		"""Submitted, of this customer, booked on this account."""
		for row in self.references:
			if not row.allocated_amount:
				continue
			if row.reference_doctype not in (ORDER, INVOICE):
				not_emulated(f"a payment against {row.reference_doctype}")
			known = frappe.get_doc(row.reference_doctype, row.reference_name)
			name = f"{row.reference_doctype} {row.reference_name}"
			if known.customer != self.party:
				frappe.throw(
					_("{0} is not associated with {1} {2}").format(name, self.party_type, self.party)
				)
			if row.reference_doctype == INVOICE and known.debit_to != self.party_account:
				frappe.throw(
					_("{0} is associated with {1}, but Party Account is {2}").format(
						name, known.debit_to, self.party_account
					)
				)
			if known.docstatus != 1:
				frappe.throw(_("{0} must be submitted").format(name))

	# Amounts

	def set_amounts(self) -> None:
		"""Company currency, allocated, left on account, difference."""
		if self.paid_from_account_currency == self.paid_to_account_currency:
			self.received_amount = self.paid_amount
		paid = flt(self.paid_amount) * flt(self.source_exchange_rate)
		received = flt(self.received_amount) * flt(self.target_exchange_rate)
		self.base_paid_amount = flt(paid, self.precision("base_paid_amount"))
		self.base_received_amount = flt(received, self.precision("base_received_amount"))
		live = [row for row in self.references if row.allocated_amount]
		self.total_allocated_amount = abs(sum(flt(row.allocated_amount) for row in live))
		self.base_total_allocated_amount = abs(sum(self.base_allocated(row) for row in live))
		self.set_unallocated_amount()
		self.refuse_exchange_difference()
		self.set_difference_amount()

	def base_allocated(self, row: object) -> float:
		"""A reference in company currency at the payment's rate; its gain or loss against the invoice's."""
		base = flt(flt(row.allocated_amount) * self.party_rate, self.precision("base_paid_amount"))
		if row.reference_doctype != ORDER:
			row.exchange_rate = 1 if row.exchange_rate is None else row.exchange_rate
			at_its_rate = flt(
				flt(row.allocated_amount) * flt(row.exchange_rate), self.precision("base_paid_amount")
			)
			row.exchange_gain_loss = base - at_its_rate
			if flt(row.exchange_gain_loss, 2):
				not_emulated("exchange gain and loss")
		return base

	def deducted(self) -> float:
		return sum(flt(row.amount) for row in self.deductions if not row.is_exchange_gain_loss)

	def set_unallocated_amount(self) -> None:
		base = (
			self.base_paid_amount + self.deducted()
			if self.receives
			else self.base_received_amount - self.deducted()
		)
		left = base - self.base_total_allocated_amount
		self.unallocated_amount = left / self.party_rate if left > 0 and self.party_rate else 0

	def refuse_exchange_difference(self) -> None:
		difference = flt(
			self.base_paid_amount - self.base_received_amount, self.precision("amount", "deductions")
		)
		if difference or any(row.is_exchange_gain_loss for row in self.deductions):
			not_emulated("exchange gain and loss")

	def set_difference_amount(self) -> None:
		party = flt(self.base_total_allocated_amount) + flt(self.unallocated_amount) * self.party_rate
		gap = party - self.base_received_amount if self.receives else self.base_paid_amount - party
		deducted = sum(flt(row.amount) for row in self.deductions)
		self.difference_amount = flt(gap - deducted, self.precision("difference_amount"))

	def set_amounts_after_tax(self) -> None:
		self.paid_amount_after_tax = flt(self.paid_amount, self.precision("paid_amount_after_tax"))
		self.base_paid_amount_after_tax = flt(
			self.base_paid_amount, self.precision("base_paid_amount_after_tax")
		)
		self.received_amount_after_tax = flt(self.received_amount, self.precision("paid_amount_after_tax"))
		self.base_received_amount_after_tax = flt(
			self.base_received_amount, self.precision("base_paid_amount_after_tax")
		)

	# Refusals

	def check_bank_reference(self) -> None:
		bank = self.paid_to if self.receives else self.paid_from
		if frappe.get_cached_value("Account", bank, "account_type") == "Bank" and not (
			self.reference_no and self.reference_date
		):
			frappe.throw(_("Reference No and Reference Date is mandatory for Bank transaction"))

	def check_references(self) -> None:
		"""None twice, none beyond what is open now, no receipt against a credit."""
		seen = [(row.reference_doctype, row.reference_name) for row in self.references]
		if len(seen) != len(set(seen)):
			frappe.throw(_("Duplicate entry in References"))
		if self.receives and sum(flt(row.allocated_amount) for row in self.references) < 0:
			frappe.throw(_("Cannot receive from customer against negative outstanding"))
		for row in self.references:
			left = flt(self.open_now(row), self.precision("paid_amount"))
			name = f"{row.reference_doctype} {row.reference_name}"
			if not left:
				frappe.throw(_("{0} has already been fully paid.").format(name))
			if (flt(row.allocated_amount) > 0) != (left > 0) or abs(flt(row.allocated_amount)) > abs(left):
				frappe.throw(
					_("Row #{0}: Allocated Amount cannot be greater than outstanding amount.").format(row.idx)
				)

	def open_now(self, row: object) -> float:
		"""What is open on a reference at this moment."""
		if row.reference_doctype == INVOICE:
			return flt(
				outstanding_of(INVOICE, row.reference_name, self.party_account, "Customer", self.party)
			)
		order = frappe.get_doc(ORDER, row.reference_name)
		if order.status == "Closed" or flt(order.per_billed) >= 100:
			return 0.0
		local = self.party_currency == self.company_currency
		total = (
			(order.base_rounded_total or order.base_grand_total)
			if local
			else (order.rounded_total or order.grand_total)
		)
		return total - flt(order.advance_paid)

	def set_status(self, *_args: object, **_kwargs: object) -> None:
		self.status = {0: "Draft", 1: "Submitted", 2: "Cancelled"}[int(self.docstatus)]
		self.db_set("status", self.status, update_modified=True)

	def set_total_in_words(self) -> None:
		amount, currency = self.base_paid_amount, self.paid_from_account_currency
		if not self.receives:
			amount, currency = self.base_received_amount, self.paid_to_account_currency
		self.in_words, self.base_in_words = (
			money_in_words(amount, currency),
			money_in_words(amount, self.company_currency),
		)

	def set_remarks(self) -> None:
		if self.custom_remarks:
			return
		amount = self.paid_amount if self.receives else self.received_amount
		verb = "received from" if self.receives else "to"
		lines = [f"Amount {self.party_currency} {amount} {verb} {self.party}"]
		if self.reference_no:
			lines.append(f"Transaction reference no {self.reference_no} dated {self.reference_date}")
		for row in self.references:
			lines.append(
				f"Amount {self.party_currency} {row.allocated_amount} against {row.reference_doctype} {row.reference_name}"
			)
		self.remarks = "\n".join(lines)

	# Posting

	def on_submit(self) -> None:
		if self.difference_amount:
			frappe.throw(_("Difference Amount must be zero"))
		make_gl_entries(self.ledger_rows())
		self.set_missing_ref_details()
		self.post_advances()
		self.set_status()

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = (
			"GL Entry", "Payment Ledger Entry", "Unreconcile Payment", "Unreconcile Payment Entries", "Advance Payment Ledger Entry",
		)  # fmt: skip
		self.blank_own_references()
		make_reverse_gl_entries(self.ledger_rows())
		self.set_missing_ref_details()
		self.forget_in_invoices()
		self.post_advances()
		self.set_status()

	def forget_in_invoices(self) -> None:
		"""Invoices that drew this payment as an advance lose the row and its share of the total."""
		for invoice in [row.reference_name for row in self.references if row.reference_doctype == INVOICE]:
			frappe.db.delete("Sales Invoice Advance", {"reference_name": self.name, "parent": invoice})
			left = frappe.get_all(
				"Sales Invoice Advance", filters={"parent": invoice}, pluck="allocated_amount", order_by="idx"
			)
			frappe.db.set_value(INVOICE, invoice, "total_advance", sum(left), update_modified=False)

	def post_advances(self) -> None:
		references = [
			(row.reference_doctype, row.reference_name, flt(row.allocated_amount)) for row in self.references
		]
		self.make_advance_payment_ledger_entries(references, self.party_currency)

	def ledger_rows(self) -> list[frappe._dict]:
		"""A row for each reference, one for money on account, the bank's, the deductions'."""
		return [*self.party_rows(), self.bank_row(), *self.deduction_rows()]

	def posted_rows(self) -> list[frappe._dict]:
		"""The rows as posted, merged."""
		return process_gl_map(self.ledger_rows())

	def foreign(self) -> tuple[str, float]:
		"""Currency and rate of the transaction: the first that is not the company's."""
		sides = (
			(self.paid_from_account_currency, self.source_exchange_rate),
			(self.paid_to_account_currency, self.target_exchange_rate),
		)
		return next(
			((currency, flt(rate)) for currency, rate in sides if currency != self.company_currency),
			(self.company_currency, 1),
		)

	def amounts(self, side: str, currency: str, amount: float, base: float) -> dict:
		"""One amount in the three currencies of a ledger row."""
		transaction, rate = self.foreign()
		shown = amount if currency == transaction else base / rate
		return {f"{side}_in_account_currency": amount, side: base, f"{side}_in_transaction_currency": shown}

	def party_rows(self) -> list[frappe._dict]:
		side = "credit" if self.receives else "debit"
		common = dict(
			account=self.party_account, party_type="Customer", party=self.party, account_currency=self.party_currency,
			against=self.paid_to if self.receives else self.paid_from,
		)  # fmt: skip
		rows = []
		for row in self.references:
			center = self.cost_center
			if row.reference_doctype == INVOICE and not center:
				center = frappe.db.get_value(INVOICE, row.reference_name, "cost_center")
			side_of = side
			if row.reference_doctype == INVOICE and flt(row.allocated_amount) < 0 and not self.receives:
				side_of = "credit"  # a refund of a credit note: turned to debit by its sign
			amounts = self.amounts(
				side_of, self.party_currency, row.allocated_amount, self.base_allocated(row)
			)
			target = pointed_at(self, row.reference_doctype, row.reference_name)
			if erpnext.V16:
				amounts["transaction_exchange_rate"] = self.target_exchange_rate
				if row.get("advance_voucher_no"):
					target.update(
						advance_voucher_type=row.advance_voucher_type,
						advance_voucher_no=row.advance_voucher_no,
					)
			rows.append(self.base_gl(**common, **amounts, cost_center=center, **target))
		if self.unallocated_amount:
			amounts = self.amounts(
				side, self.party_currency, self.unallocated_amount, self.unallocated_amount * self.party_rate
			)
			rows.append(self.base_gl(**common, **amounts, cost_center=self.cost_center))
		return rows

	def bank_row(self) -> frappe._dict:
		field, side = ("paid_to", "debit") if self.receives else ("paid_from", "credit")
		amount, base = (
			(self.received_amount, self.base_received_amount)
			if self.receives
			else (self.paid_amount, self.base_paid_amount)
		)
		currency = self.get(f"{field}_account_currency")
		values = self.amounts(side, currency, amount, base)
		return self.base_gl(
			account=self.get(field),
			account_currency=currency,
			against=self.party,
			cost_center=self.cost_center,
			**values,
		)

	def deduction_rows(self) -> list[frappe._dict]:
		rows = []
		for row in self.deductions:
			currency = get_account_currency(row.account)
			if row.amount and currency != self.company_currency:
				frappe.throw(_("Currency for {0} must be {1}").format(row.account, self.company_currency))
			if row.amount:
				shown = row.amount / self.foreign()[1]
				values = dict(
					debit=row.amount,
					debit_in_account_currency=row.amount,
					debit_in_transaction_currency=shown,
				)
				rows.append(
					self.base_gl(
						account=row.account, against=self.party, cost_center=row.cost_center, **values
					)
				)
		return rows

	# Drawn by an invoice

	def check_if_advance_entry_modified(self, drawing: frappe._dict) -> None:
		"""The money must still be where the invoice saw it."""
		row = next((row for row in self.references if row.name == drawing.voucher_detail_no), None)
		there = row.allocated_amount if row else self.unallocated_amount
		if flt(there, 9) != flt(drawing.advance_amount, 9):
			frappe.throw(_("Payment Entry has been modified after you pulled it. Please pull it again."))
		if flt(drawing.allocated_amount, 2) > flt(drawing.advance_amount, 2):
			frappe.throw(_("Allocated amount cannot be greater than unadjusted amount"))

	def draw(self, drawing: frappe._dict) -> None:
		"""Move a part of an order's reference, or of the money on account, to the invoice."""
		self.drawn_order = None
		for row in self.references:
			if row.name == drawing.voucher_detail_no:
				row.allocated_amount -= drawing.allocated_amount
				self.drawn_order = row.reference_name
		new = self.append("references")
		new.docstatus = 1
		new.update(
			dict(reference_doctype=INVOICE, reference_name=drawing.against_voucher, allocated_amount=drawing.allocated_amount,
				outstanding_amount=drawing.outstanding_amount,
				exchange_rate=self.party_rate, account=drawing.account)
		)  # fmt: skip
		if erpnext.V16 and self.drawn_order:
			new.update(dict(advance_voucher_type=ORDER, advance_voucher_no=self.drawn_order))

	def save_drawn(self, drawings: list) -> None:
		"""Store the new references; what is open on the invoice is told less what was just drawn."""
		self.set("references", [row for row in self.references if flt(row.allocated_amount)])
		self.set_missing_ref_details(only={drawing.against_voucher for drawing in drawings}, force=False)
		self.set_amounts()
		for row in self.references:
			if row.is_new() and row.outstanding_amount:
				row.outstanding_amount -= row.allocated_amount
		self.save(ignore_permissions=True)


def get_reference_details(
	reference_doctype: str, reference_name: str, party_account_currency: str, *_more: object
) -> frappe._dict:
	"""Total, what is open and rate of an order or invoice in the currency of the party's account."""
	known = frappe.get_doc(reference_doctype, reference_name)
	if party_account_currency == erpnext.get_company_currency(known.company):
		total, rate = (
			known.base_rounded_total or known.rounded_total or known.base_grand_total or known.grand_total,
			1,
		)
	else:
		total, rate = known.rounded_total or known.grand_total, known.conversion_rate
	is_invoice = reference_doctype == INVOICE
	left = known.outstanding_amount if is_invoice else flt(total) - flt(known.get("advance_paid"))
	account = known.debit_to if is_invoice else get_party_account("Customer", known.customer, known.company)
	details = dict(
		due_date=known.get("due_date"),
		total_amount=flt(total),
		outstanding_amount=flt(left),
		exchange_rate=flt(rate),
	)
	return frappe._dict(details, account=account)


@frappe.whitelist()
def get_payment_entry(
	dt: str, dn: str, party_amount: float | None = None, bank_account: str | None = None, bank_amount: float | None = None,
	party_type: str | None = None, payment_type: str | None = None, reference_date: str | None = None,
	ignore_permissions: bool = False, created_from_payment_request: bool = False,
) -> PaymentEntry:  # fmt: skip
	"""An unsaved payment of what is open on an order or invoice."""
	if dt not in (ORDER, INVOICE):
		not_emulated(f"a payment of {dt}")
	known = frappe.get_doc(dt, dn)
	allowance = flt(frappe.db.get_single_value("Accounts Settings", "over_billing_allowance"))
	if dt == ORDER and flt(known.per_billed, 2) >= 100 + allowance:
		frappe.throw(_("Can only make payment against unbilled {0}").format(_(dt)))
	account = (
		known.debit_to if dt == INVOICE else get_party_account("Customer", known.customer, known.company)
	)
	currency = get_account_currency(account)
	details = get_reference_details(dt, dn, currency)
	left = flt(party_amount) or details.outstanding_amount
	payment = frappe.new_doc("Payment Entry")
	payment.payment_type = payment_type or (
		"Receive" if dt == ORDER or known.outstanding_amount > 0 else "Pay"
	)
	bank = bank_account or default_bank(known.company)
	payment.update(
		dict(company=known.company, cost_center=known.get("cost_center"), posting_date=nowdate(), party_type="Customer",
			reference_date=getdate(reference_date), party=known.customer, project=known.get("project"))
	)  # fmt: skip
	payment.update(
		dict(paid_from=account, paid_to=bank) if payment.receives else dict(paid_from=bank, paid_to=account)
	)
	_set_amounts(payment, abs(left), bank_amount, currency, get_account_currency(bank), known)
	total = flt(party_amount) or details.total_amount
	reference = dict(
		reference_doctype=dt, reference_name=dn, due_date=known.get("due_date"), total_amount=total
	)
	payment.append("references", dict(reference, outstanding_amount=left, allocated_amount=left))
	payment.set_missing_values()
	payment.set_missing_ref_details(force=False)
	if payment.paid_from_account_currency == known.currency and currency != payment.company_currency:
		payment.source_exchange_rate = known.conversion_rate
	payment.set_exchange_rate()
	payment.set_amounts()
	return payment


def default_bank(company: str) -> str:
	"""The company's bank account, else its cash account."""
	return frappe.get_cached_value("Company", company, "default_bank_account") or frappe.get_cached_value(
		"Company", company, "default_cash_account"
	)


def _set_amounts(
	payment: PaymentEntry, amount: float, bank_amount: float | None, party: str, bank: str, known: object
) -> None:
	other = amount
	if party != bank:
		if bank != payment.company_currency:
			not_emulated("a payment between two foreign currencies")
		other = flt(bank_amount) or amount * flt(known.conversion_rate)
	payment.paid_amount, payment.received_amount = (amount, other) if payment.receives else (other, amount)


__getattr__ = module_getattr(__name__)
