"""Second half of the story: leads sign contracts, plan rows are billed, money arrives, all day by day."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import frappe
from frappe.utils import flt, strip_html

from demo import world
from demo.inputs import BankLine, Deal
from demo.plans import PLANS
from l2c_app.services.billing import billing
from l2c_app.services.contract import activation
from l2c_app.services.receipt import collections
from l2c_app.services.receipt.receipt_payment import Receipt
from l2c_app.tests import factories

Progress = Callable[[str, int, int], None]
MONDAY = 0  # the weekly billing run


class Story:
	"""Plays deals, billing runs and bank lines in the order of their days; `log` counts what came of each."""

	def __init__(self, deals: Sequence[Deal], lines: Iterable[BankLine], leads: dict[str, str]) -> None:
		self.leads, self.last_day = leads, date.max
		self.log: Counter = Counter()
		self.refusals: list[str] = []
		self.contracts: dict[str, list[str]] = defaultdict(list)
		self.by_day: dict[date, list] = defaultdict(list)
		for deal in deals:
			self.by_day[deal.signed_on].append(deal)
		for line in lines:
			if line.problem:
				self.refuse(f"bank line {line.number}: {line.problem}")
			else:
				self.by_day[line.day].append(line)

	def play(self, last_day: date, progress: Progress) -> None:
		"""Play every day up to and including the last one."""
		self.last_day = last_day
		days = sorted(self.by_day.keys() | set(_billing_days(min(self.by_day, default=last_day), last_day)))
		for number, day in enumerate(days, start=1):
			with world.at(day):
				self._play_day(day)
				frappe.db.commit()
			progress("days", number, len(days))

	def refuse(self, text: str) -> None:
		"""Keep the reason why something was not booked."""
		self.log["refused"] += 1
		self.refusals.append(text)

	def _play_day(self, day: date) -> None:
		for event in self.by_day.get(day, ()):
			if isinstance(event, Deal):
				self._isolated(self._sign, event, f"deal of {event.company_name[:40]}")
		if day.weekday() == MONDAY or day == self.last_day:
			self._bill()
		for event in self.by_day.get(day, ()):
			if isinstance(event, BankLine):
				self._isolated(self._receive, event, f"bank line {event.number}")

	def _isolated(self, step: Callable, event: object, name: str) -> None:
		"""One refused event undoes itself and nothing else."""
		frappe.db.savepoint("demo_event")
		try:
			step(event)
		except frappe.ValidationError as error:
			frappe.db.rollback(save_point="demo_event")
			self.refuse(f"{name}: {type(error).__name__}: {' '.join(strip_html(str(error)).split())}")

	def _sign(self, deal: Deal) -> None:
		lead = self.leads.get(deal.company_name)
		if not lead:
			self.log["deals without a held lead"] += 1
			return
		holder = frappe.db.get_value("Lead", lead, "lead_owner")
		with world.acting(holder):
			contract = frappe.get_doc(_contract(deal, lead, holder)).insert()
		with world.acting(world.manager()):
			contract.submit()
			activation.sign(contract.name, signed_by=deal.company_name)
			activation.activate(contract.name)
		self.contracts[deal.company_name].append(contract.name)
		self.log["contracts"] += 1

	def _bill(self) -> None:
		with world.acting(world.accountant()):
			for result in billing.bill_due_rows(company=factories.COMPANY):
				if result.invoice:
					frappe.get_doc("Sales Invoice", result.invoice).submit()
					self.log["invoices"] += 1
				else:
					self.refuse(f"{result.contract} {result.row_id}: {result.error}: {result.message}")

	def _receive(self, line: BankLine) -> None:
		"""Sales report what the bank shows; accounts confirm it."""
		contracts = self.contracts.get(line.payer)
		if not contracts:
			self.refuse(f"bank line {line.number}: no contract of {line.payer[:40]}, left for accounts")
			return
		contract = frappe.get_doc("Sales Contract", contracts[0])
		with world.acting(contract.contract_owner):
			reported = collections.report(
				_receipt(line, contract), [{"contract": contract.name, "amount": float(line.amount)}]
			)
		with world.acting(world.accountant()):
			collections.confirm(
				reported.name, Receipt(factories.bank_account(line.currency), "", line.reference, 0)
			)
		self.log["receipts"] += 1


def _billing_days(first: date, last: date) -> Iterable[date]:
	day = first
	while day <= last:
		if day.weekday() == MONDAY:
			yield day
		day += timedelta(days=1)
	yield last


def _contract(deal: Deal, lead: str, holder: str) -> dict:
	rate = factories.RATES.get(deal.currency, 1)
	rows = [
		{
			"row_id": f"R{number}",
			"label": step.label,
			"percent": step.percent,
			"billing": step.billing,
			"with_row": step.with_row,
			"due_basis": "Order",
			"offset_days": step.days,
		}
		for number, step in enumerate(PLANS[deal.plan], start=1)
	]
	line = {
		"item_code": factories.SERVICE_ITEM,
		"qty": 1,
		"rate": float(deal.amount),
		"delivery_date": deal.signed_on + timedelta(days=45),
	}
	return {
		"doctype": "Sales Contract",
		"title": f"{deal.company_name[:100]} {deal.signed_on:%Y-%m}",
		"lead": lead,
		"company": factories.COMPANY,
		"currency": deal.currency,
		"conversion_rate": rate,
		"transaction_date": deal.signed_on,
		"contract_owner": holder,
		"receivable_account": factories.receivable_account(deal.currency),
		"language": "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in deal.company_name) else "en",
		"items": [line],
		"plan_rows": rows,
	}


def _receipt(line: BankLine, contract: object) -> dict:
	return {
		"customer": contract.customer,
		"company": contract.company,
		"received_on": line.day,
		"amount": flt(line.amount, 2),
		"currency": line.currency or contract.currency,
		"reference_no": line.reference,
		"reference_date": line.day,
		"payer_name": line.payer,
	}


def made_up_lines(deals: Sequence[Deal], last_day: date) -> list[BankLine]:
	"""Make a statement for a file that has none: every step is paid on its due date or later by the deal's place."""
	lines = []
	for place, deal in enumerate(deals):
		for number, step in enumerate(PLANS[deal.plan]):
			day = deal.signed_on + timedelta(days=step.days + (place * 7) % 40)
			amount = (deal.amount * Decimal(str(step.percent)) / 100).quantize(Decimal("0.01"))
			if day <= last_day:
				lines.append(
					BankLine(
						len(lines) + 2, day, deal.company_name, amount, deal.currency, f"TT{place}-{number}"
					)
				)
	return lines
