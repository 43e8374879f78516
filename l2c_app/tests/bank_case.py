"""Bank lines for tests: a company bank account, lines on it, and runs over them."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import nowdate

from l2c_app.services.receipt import bank_matching
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase

BANK = "L2C Test Bank"


def bank_account(currency: str = factories.COMPANY_CURRENCY, account: str | None = None) -> str:
	"""Return the company's Bank Account over the ledger account of a currency."""
	factories.find_or_make("Bank", BANK, bank_name=BANK)
	account = account or factories.bank_account(currency)
	found = frappe.db.get_value("Bank Account", {"account": account}, "name")
	if found:
		return found
	name = f"L2C {account.split(' - ')[0]}"
	values = {"account_name": name, "bank": BANK, "is_company_account": 1, "company": factories.COMPANY}
	return factories.make("Bank Account", account=account, **values).name


def line(amount: float, text: str = "", *, payer: str = "", iban: str = "", **values: Any) -> Document:
	"""Insert and submit an incoming bank line of today."""
	currency = values.pop("currency", factories.COMPANY_CURRENCY)
	given = {
		"date": nowdate(),
		"bank_account": bank_account(currency),
		"company": factories.COMPANY,
		**values,
	}
	return factories.make(
		"Bank Transaction",
		submit=True,
		deposit=given.pop("deposit", amount),
		currency=currency,
		description=text,
		bank_party_name=payer,
		bank_party_iban=iban,
		**given,
	)


class BankCase(L2CTestCase):
	"""Each test has its own customers; the accountant does the steps."""

	def setUp(self) -> None:
		super().setUp()
		self.accountant = factories.accounts_user()
		self.customer = factories.customer("Blue Heron Optics Ltd.")
		self.stranger = factories.customer("Quartz Harbour Foods GmbH")

	def run_matching(self) -> Document:
		"""Do one run over all lines of the company as the accountant, its pieces at once."""
		with self.as_user(self.accountant):
			name = bank_matching.start(factories.COMPANY)
			for _piece in bank_matching.work(name):
				pass
		return frappe.get_doc("Bank Match Run", name)

	def match_of(self, bank_line: Document) -> Document:
		"""Return the newest match of a line."""
		filters = {"bank_transaction": bank_line.name}
		name = frappe.db.get_value("Bank Match", filters, "name", order_by="creation desc, name desc")
		return frappe.get_doc("Bank Match", name)

	def matched(self, *arguments: Any, **values: Any) -> tuple[Document, Document]:
		"""Insert a line, run, and return (line, match)."""
		bank_line = line(*arguments, **values)
		self.run_matching()
		return bank_line, self.match_of(bank_line)
