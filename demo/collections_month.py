"""The last month of the story seen by accounts: a bank statement comes in, promises are judged, letters are gated.

The statement is a file as a German bank writes it, read, searched for doubles and matched by the app's own rules; sure
lines become receipts and native payments. On a bench the same rules work on native bank lines, cases and letters.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import frappe

from demo import month_ledger as ledger
from demo import world
from demo.month_ledger import CENTS, CURRENCY, Open
from demo.month_statement import statement
from l2c_app.core import (
	bank_returns,
	cash_forecast,
	dunning,
	matching,
	promises,
	statement_doubles,
	statement_reader,
)
from l2c_app.core.matching import Decision, Line, Match
from l2c_app.core.statement import Entry, Ways
from l2c_app.services.receipt import collections
from l2c_app.services.receipt.receipt_payment import Receipt
from l2c_app.tests import factories

WEEKS, PAID = 4, "paid"
Asked = list[tuple[Line, str | None]]
RULES = dunning.Rules(levels=(dunning.Level(1, 5), dunning.Level(2, 20)))


@dataclass
class Month:
	"""What the month brought: lines with their evidence, promises, letters, cash expected and come."""

	file: bytes = b""
	log: Counter = field(default_factory=Counter)
	lines: list[dict] = field(default_factory=list)
	promises: list[dict] = field(default_factory=list)
	letters: list[dict] = field(default_factory=list)
	weeks: list[str] = field(default_factory=list)
	expected: list[float] = field(default_factory=list)
	came: list[float] = field(default_factory=list)

	def play(self, today: date) -> None:
		"""Play the month that ends on a day, once the story has been played up to it."""
		opened = ledger.open_invoices()
		if not opened:
			return
		before = {each.item.key: ledger.paid(each.item.key) for each in opened}
		self.file = statement(opened, today)
		entries = statement_reader.read(self.file, Ways()).entries
		asked = self._bring_in(entries, {each.item.key: each for each in opened})
		self._judge_promises(opened, before, today)
		self._gate_letters(opened, asked, today)
		self._forecast(today)

	def _bring_in(self, entries: tuple[Entry, ...], opened: dict[str, Open]) -> Asked:
		"""Match the lines of the statement and book the sure ones. Returns those left to people, and whose they may be."""
		good = [entry for entry in entries if not entry.problem]
		doubles = statement_doubles.judge([_face(entry) for entry in good], [])
		gone = _went_back(good)
		new = [entry for entry, answer in zip(good, doubles, strict=True) if not answer.twin]
		lines = [_line(entry) for entry in new if entry.amount > 0]
		names = {(each.name, each.item.customer) for each in opened.values()}
		matcher = matching.Matcher((each.item for each in opened.values()), names=sorted(names), accounts={})
		found = {match.line: match for match in matcher.match(lines)}
		for entry in entries:
			self._line(entry, entry in new, str(entry.number) in gone, found.get(str(entry.number)), opened)
		return [
			(line, found[line.key].customer)
			for line in lines
			if found[line.key].decision is not Decision.AUTO and line.key not in gone
		]

	def _line(
		self, entry: Entry, new: bool, gone: bool, match: Match | None, opened: dict[str, Open]
	) -> None:
		said, why = _verdict(entry, new, gone, match)
		if match and said == PAID:
			_book(entry, match, opened)
		self.log[f"bank lines {said}"] += 1
		pays = ", ".join(key for key, _amount in match.parts) if match else ""
		self.lines.append(
			{
				"Line": str(entry.number),
				"Payer and text": f"{entry.payer} · {entry.description}"[:80],
				"Amount": float(entry.amount),
				"Came of it": said,
				"Evidence": why,
				"Pays": pays,
			}
		)

	def _judge_promises(self, opened: list[Open], before: dict[str, int], today: date) -> None:
		"""Two customers promised at the month's beginning: one pays in the statement, one does not."""
		for kind in ("promised", "unpaid"):
			for each in [each for each in opened if each.kind == kind][:1]:
				promise = promises.Promise(each.item.open, today - timedelta(days=1), before[each.item.key])
				state = promises.judge(promise, ledger.paid(each.item.key), today=today)
				self.log[f"promises {state.value.lower()}"] += 1
				self.promises.append(
					{
						"Customer": each.name,
						"Invoice": each.item.key,
						"Promised": each.item.open / CENTS,
						"": state.value,
					}
				)

	def _gate_letters(self, opened: list[Open], asked: Asked, today: date) -> None:
		"""Decide for every customer with overdue invoices whether a letter may leave, as at the moment of sending."""
		owed: dict[str, list[Open]] = defaultdict(list)
		for each in opened:
			if each.item.due < today:
				owed[each.name].append(each)
		for name, invoices in sorted(owed.items()):
			items = [
				dunning.Item(one.item.key, one.item.open - ledger.new(one), one.item.due) for one in invoices
			]
			amounts, customer = {item.open for item in items}, invoices[0].item.customer
			maybe = next(
				(
					line.key
					for line, whose in asked
					if whose == customer or (not whose and line.amount in amounts)
				),
				"",
			)
			decision = dunning.decide(_facts(invoices, items, maybe), RULES, on=today)
			gates = ", ".join(gate.value for gate in decision.gates) or "no level yet"
			said = f"level {decision.level.number} may leave" if decision.go else f"kept back: {gates}"
			self.log["letters that may leave" if decision.go else "letters kept back"] += 1
			shown = f"{said} (line {maybe})" if maybe and not decision.go else said
			self.letters.append(
				{"Customer": name, "Owes": sum(item.open for item in items) / CENTS, "": shown}
			)

	def _forecast(self, today: date) -> None:
		"""Forecast the month from plans and habits as known at its beginning, against what came; company currency."""
		start = cash_forecast.monday(today) - timedelta(weeks=WEEKS - 1)
		owing, late = ledger.owing_before(start)
		expected = [replace(each, late_days=late) for each in owing]
		for week, found in cash_forecast.by_week(expected, today=start, weeks=WEEKS).items():
			self.weeks.append(f"{week:%d %b}")
			self.expected.append(found.expected / CENTS)
			until = week + timedelta(days=7)
			came = (money for rows in ledger.money().values() for day, money in rows if week <= day < until)
			self.came.append(sum(came) / CENTS)


def _verdict(entry: Entry, new: bool, gone: bool, match: Match | None) -> tuple[str, str]:
	"""Return what comes of a line, and the evidence or reason."""
	if entry.problem:
		return "refused", entry.problem.value
	if not new:
		return "double", "the bank's number stands there before"
	if not match:
		return "kept", "money that went out"
	why = ", ".join(f"{what} {points:+d}" for what, points in match.evidence) or "nobody is known"
	if gone:
		return "asked", f"{why}, went back"
	return {Decision.AUTO: PAID, Decision.SUGGEST: "proposed", Decision.ASK: "asked"}[match.decision], why


def _facts(invoices: list[Open], items: list[dunning.Item], maybe: str) -> dunning.Facts:
	return dunning.Facts(tuple(items), unapplied=sum(one.unapplied for one in invoices), bank_line=maybe)


def _minor(entry: Entry) -> int:
	return int(entry.amount * CENTS)


def _line(entry: Entry) -> Line:
	return Line(str(entry.number), _minor(entry), CURRENCY, entry.description, entry.payer, on=entry.day)


def _face(entry: Entry) -> statement_doubles.Face:
	text = f"{entry.description} {entry.payer}"
	return statement_doubles.Face(
		str(entry.number), entry.day, _minor(entry), text=text, transaction_id=entry.transaction_id
	)


def _went_back(entries: list[Entry]) -> set[str]:
	moved = [
		bank_returns.Movement(
			str(entry.number), "", entry.day, abs(_minor(entry)), payer=entry.payer, text=entry.description
		)
		for entry in entries
	]
	pairs = list(zip(moved, entries, strict=True))
	return bank_returns.went_back(
		[move for move, entry in pairs if entry.amount > 0],
		[move for move, entry in pairs if entry.amount < 0],
	)


def _book(entry: Entry, match: Match, opened: dict[str, Open]) -> None:
	"""Report and confirm what a sure line pays: sales and accounts in one, as on a bench where the line is native."""
	values = {
		"company": factories.COMPANY,
		"received_on": entry.day,
		"amount": float(entry.amount),
		"currency": CURRENCY,
		"reference_no": f"{entry.transaction_id} {entry.description}"[:140],
		"reference_date": entry.day,
		"payer_name": entry.payer,
	}
	asks = [
		{"contract": opened[key].contract, "row_id": _row_of(key), "amount": amount / CENTS}
		for key, amount in match.parts
	]
	with world.acting(world.accountant()):
		reported = collections.report(values, asks)
		collections.confirm(
			reported.name, Receipt(factories.bank_account(CURRENCY)), despite="the bank statement says so"
		)


def _row_of(invoice: str) -> str | None:
	"""Return the plan row that an invoice bills, if it is one: the money is to reach that invoice and no older one."""
	filters = {"sales_invoice": invoice, "parenttype": "Sales Contract"}
	rows = frappe.get_all("Plan Billing", filters=filters, pluck="row_id", order_by="idx")
	return rows[0] if len(rows) == 1 else None
