"""The stage of a scenario: makes documents through the host's own API and writes down what each step did."""

from collections.abc import Callable
from unittest.mock import patch

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from l2c_app.tests import factories
from l2c_app.tests.conformance import snapshot

EVENTS = (
	"validate",
	"after_insert",
	"on_update",
	"on_submit",
	"on_cancel",
	"on_update_after_submit",
	"on_change",
	"on_trash",
)
LEDGER_EVENTS = {"Payment Ledger Entry": ("on_submit",), "Advance Payment Ledger Entry": ("on_submit",)}
SERVICE = factories.SERVICE_ITEM
HOUR = factories.HOUR_ITEM


class World:
	"""One scenario on one host. `steps` is the cassette: label, events, refusal and changed rows of every step."""

	def __init__(self) -> None:
		self.names = snapshot.Names()
		self.steps: list[dict] = []
		self._seen: dict[str, list[snapshot.Row]] = {}
		self._events: list[str] = []

	def run(self, scenario: Callable[["World"], None]) -> list[dict]:
		"""Play a scenario and return its steps."""
		original = Document.run_method

		def run_method(document: Document, method: str, *args: object, **kwargs: object) -> object:
			self._note(document, method)
			return original(document, method, *args, **kwargs)

		with patch.object(Document, "run_method", run_method):
			scenario(self)
		return self.steps

	def _note(self, document: Document, method: str) -> None:
		if document.doctype in snapshot.DOCUMENTS and method in EVENTS:
			if document.name:
				self.names.learn(document.doctype, document.name)
			self._events.append(f"{snapshot.ALIAS[document.doctype]}.{method}")
		elif method in LEDGER_EVENTS.get(document.doctype, ()):
			self._events.append(f"{''.join(word[0] for word in document.doctype.split())}.{method}")

	def step(self, label: str, *, refusal: str | None = None) -> None:
		"""Write down what has changed since the last step."""
		taken = snapshot.take(self.names)
		step = {"step": self.names.plain(label), "events": self._events}
		if refusal:
			step["refused"] = refusal
		step["rows"] = snapshot.difference(self._seen, taken)
		self.steps.append(step)
		self._seen, self._events = taken, []

	def does(self, label: str, action: Callable, *args: object, **kwargs: object) -> object:
		"""Run an action that the host accepts, as one step. Returns its result."""
		result = action(*args, **kwargs)
		self.step(label)
		return result

	def refused(self, label: str, action: Callable, *args: object, **kwargs: object) -> None:
		"""Run an action as one step; what it wrote is undone if the host refuses it, the class of the refusal kept."""
		frappe.db.savepoint("conformance")
		refusal, known = "accepted", len(self.names.documents)
		try:
			action(*args, **kwargs)
		except Exception as error:
			if type(error).__name__ == "NotEmulated":
				raise
			refusal = type(error).__name__
			frappe.db.rollback(save_point="conformance")
			self._events = []
			self.names.forget_after(known)
		self.step(label, refusal=refusal)

	# Documents

	def customer(self, name: str = "Conformance Customer", *, currency: str = "USD", **values: object) -> str:
		"""Make a customer; in another currency with a receivable account in it."""
		made = factories.customer(name, currency=currency, **values)
		self.names.learn("Customer", made)
		return made

	def save(self, document: Document) -> Document:
		"""Insert or save a document as one step."""
		document.flags.ignore_permissions = True
		document.insert() if document.is_new() or not document.name else document.save()
		self.names.learn(document.doctype, document.name)
		self.step(f"save {document.name}")
		return document

	def submit(self, document: Document) -> Document:
		"""Insert if new and submit, as one step. Returns the document as stored."""
		self.quiet(document)
		self.step(f"submit {document.name}")
		return frappe.get_doc(document.doctype, document.name)

	def quiet(self, document: Document) -> None:
		"""Insert if new and submit without writing a step."""
		document.flags.ignore_permissions = True
		if document.is_new() or not document.name:
			document.insert()
		document.submit()
		self.names.learn(document.doctype, document.name)

	def cancel_quietly(self, document: Document) -> Document:
		"""Cancel the stored document without writing a step."""
		stored = frappe.get_doc(document.doctype, document.name)
		stored.flags.ignore_permissions = True
		stored.cancel()
		return stored

	def cancel(self, document: Document) -> Document:
		"""Cancel the stored document as one step."""
		stored = self.cancel_quietly(document)
		self.step(f"cancel {document.name}")
		return stored

	def order(self, customer: str, *lines: tuple, **values: object) -> Document:
		"""Return a new, unsaved order of (item, qty, rate) lines."""
		return self._selling("Sales Order", customer, lines, delivery_date=nowdate(), **values)

	def invoice(self, customer: str, *lines: tuple, **values: object) -> Document:
		"""Return a new, unsaved invoice without an order."""
		values = {"due_date": add_days(nowdate(), 30), "posting_date": nowdate(), **values}
		return self._selling("Sales Invoice", customer, lines, **values)

	def quotation(self, party: str, *lines: tuple, to: str = "Customer", **values: object) -> Document:
		"""Return a new, unsaved quotation to a customer or lead."""
		document = self._selling("Quotation", None, lines, quotation_to=to, party_name=party, **values)
		document.valid_till = add_days(nowdate(), 30)
		return document

	def _selling(self, doctype: str, customer: str | None, lines: tuple, **values: object) -> Document:
		currency = values.pop("currency", factories.COMPANY_CURRENCY)
		rate = values.pop("conversion_rate", factories.RATES.get(currency, 1))
		taxes = values.pop("taxes", ())
		document = frappe.get_doc(
			{"doctype": doctype, "company": factories.company(), "currency": currency, **values}
		)
		if customer:
			document.customer = customer
		document.update(
			{
				"conversion_rate": rate,
				"selling_price_list": factories.price_list(currency),
				"price_list_currency": currency,
				"plc_conversion_rate": rate,
			}
		)
		if doctype != "Sales Invoice":
			document.transaction_date = values.get("transaction_date", nowdate())
		for item_code, qty, price in lines or ((SERVICE, 1, 1000),):
			document.append("items", {"item_code": item_code, "qty": qty, "rate": price})
		for row in taxes:
			document.append("taxes", row)
		return document

	def vat(self, rate: float, *, included: bool = False) -> dict:
		"""Return a tax row on the net total, added or included in the price."""
		row = {
			"charge_type": "On Net Total",
			"account_head": tax_account(),
			"description": "VAT",
			"rate": rate,
		}
		return {**row, "included_in_print_rate": int(included)}

	def freight(self, amount: float) -> dict:
		"""Return a charge of a fixed amount."""
		return {
			"charge_type": "Actual",
			"account_head": tax_account(),
			"description": "Freight",
			"tax_amount": amount,
		}

	def receipt(self, customer: str, amount: float, *against: tuple, **values: object) -> Document:
		"""Return a new, unsaved receipt; `against` holds (document, allocated)."""
		currency = values.pop("currency", factories.COMPANY_CURRENCY)
		rate = values.pop("rate", factories.RATES.get(currency, 1))
		bank = values.pop("bank", currency)
		references = [
			{
				"reference_doctype": document.doctype,
				"reference_name": document.name,
				"allocated_amount": allocated,
			}
			for document, allocated in against
		]
		fields = {
			"payment_type": "Receive",
			"party_type": "Customer",
			"party": customer,
			"company": factories.company(),
			"posting_date": nowdate(),
			"paid_from": factories.receivable_account(currency),
			"paid_to": factories.bank_account(bank),
			"paid_amount": amount,
			"received_amount": amount if bank == currency else amount * rate,
			"source_exchange_rate": rate,
			"target_exchange_rate": rate if bank == currency else 1,
			"reference_no": "CONFORMANCE",
			"reference_date": nowdate(),
			"references": references,
		}
		return frappe.get_doc({"doctype": "Payment Entry", **fields, **values})

	def refund(self, customer: str, amount: float, *against: tuple, **values: object) -> Document:
		"""Return a new, unsaved payment back to the customer."""
		document = self.receipt(customer, amount, *against, **values)
		document.update({"payment_type": "Pay", "paid_from": document.paid_to, "paid_to": document.paid_from})
		return document

	def journal(self, *accounts: dict, **values: object) -> Document:
		"""Return a new, unsaved journal entry of account rows."""
		fields = {
			"voucher_type": "Journal Entry",
			"company": factories.company(),
			"posting_date": nowdate(),
			**values,
		}
		return frappe.get_doc({"doctype": "Journal Entry", **fields, "accounts": list(accounts)})


def tax_account() -> str:
	"""Return the account of the scenarios' taxes."""
	return factories.account(
		"Conformance VAT",
		parent=f"Duties and Taxes - {factories.ABBR}",
		account_type="Tax",
		currency=factories.COMPANY_CURRENCY,
		root_type="Liability",
	)


def expense_account() -> str:
	"""Return the account for fees and write-offs."""
	return f"Write Off - {factories.ABBR}"
