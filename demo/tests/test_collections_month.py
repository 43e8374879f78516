"""The statement that the demo makes is read whole by the app: every line, its double, what went back, the balance."""

from datetime import date
from decimal import Decimal

from demo.collections_month import _face, _went_back
from demo.month_ledger import Open
from demo.month_statement import statement
from l2c_app.core import statement_doubles, statement_reader
from l2c_app.core.matching import Item
from l2c_app.core.statement import Problem, Ways

DAY = date(2026, 11, 20)


def _open(number: str, minor: int, kind: str) -> Open:
	return Open(Item(number, "C1", minor, "USD", DAY, (number,)), "Müller 光学", "SC-1", kind)


def test_every_line_is_read_and_answered():
	opened = [
		_open("SINV-2026-00001", 123_456_789, "number"),
		_open("SINV-2026-00002", 50_000, "went back"),
		_open("SINV-2026-00003", 20_000, "short"),
		_open("SINV-2026-00004", 10_000, "unpaid"),
	]
	entries = statement_reader.read(statement(opened, DAY), Ways()).entries
	amounts = [Decimal("1234567.89")] * 2 + [500, -500, 185, 0]  # 200 less the 15 that a bank kept
	assert [entry.amount for entry in entries] == amounts
	assert [entry.problem for entry in entries] == [None] * 5 + [Problem.NO_AMOUNT]
	assert entries[0].payer == "MÜLLER 光学"
	good = list(entries[:5])
	assert [answer.twin for answer in statement_doubles.judge([_face(entry) for entry in good], [])][:2] == [
		"",
		"2",
	]
	assert _went_back(good) == {"4"}
