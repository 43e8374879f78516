"""Bank statements as tables: columns by their headings in four languages, dates and amounts by the whole file. Pure."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from l2c_app.core import statement_values as values
from l2c_app.core.bank_text import number_key
from l2c_app.core.statement import CSV, Entry, Problem, Question, Statement, Ways, says_reversed

SEPARATORS = (";", ",", "\t", "|")
HEAD_ROWS = 40
"""So many lines above the headings may tell about the bank and the account."""
LONGEST_CELL = 1_000_000


def heading_key(heading: str) -> str:
	"""Return a heading as capitals and digits without accents: "Date d'opération" gives DATEDOPERATION."""
	letters = unicodedata.normalize("NFKD", number_key(heading))
	return "".join(letter for letter in letters if not unicodedata.combining(letter))


HEADINGS = {
	"date": "BOOKINGDATE POSTINGDATE TRANSACTIONDATE DATE BUCHUNGSTAG BUCHUNGSDATUM DATUM DATEDOPERATION DATECOMPTABLE "
	"DATEOPERATION 交易日期 记账日期 入账日期 交易时间 日期 VALUEDATE VALUTA VALUTADATUM WERTSTELLUNG DATEVALEUR",
	"amount": "AMOUNT TRANSACTIONAMOUNT BETRAG UMSATZ MONTANT 交易金额 发生额 金额",
	"deposit": "DEPOSIT DEPOSITS CREDIT CREDITAMOUNT CREDITAMT PAIDIN MONEYIN HABEN GUTSCHRIFT CRÉDIT 贷方金额 贷方发生额 收入金额 "
	"存入金额 收入 贷方",
	"withdrawal": "WITHDRAWAL WITHDRAWALS DEBIT DEBITAMOUNT DEBITAMT PAIDOUT MONEYOUT SOLL BELASTUNG DÉBIT 借方金额 借方发生额 "
	"支出金额 支出 借方",
	"side": "SIDE CRDR DRCR DEBITCREDIT CREDITDEBIT SOLLHABEN SENS 借贷标志 借贷 收支",
	"description": "DESCRIPTION DETAILS NARRATIVE MEMO PARTICULARS REMARKS PURPOSE TEXT VERWENDUNGSZWECK BUCHUNGSTEXT "
	"LIBELLÉ 摘要 用途 附言 备注",
	"reference_number": "REFERENCENUMBER REFERENCE REF ENDTOENDID KUNDENREFERENZ CHEQUENO CHEQUENUMBER RÉFÉRENCE 凭证号 参考号",
	"transaction_id": "TRANSACTIONID FITID 交易流水号 流水号",
	"bank_party_name": "PAYER PAYEE NAME PARTY PARTYNAME COUNTERPARTY COUNTERPARTYNAME AUFTRAGGEBEREMPFÄNGER "
	"BEGÜNSTIGTERZAHLUNGSPFLICHTIGER CONTREPARTIE 对方户名 对方名称 付款人",
	"bank_party_iban": "IBAN PARTYIBAN COUNTERPARTYIBAN PAYERIBAN",
	"bank_party_account_number": "COUNTERPARTYACCOUNT PARTYACCOUNT PAYERACCOUNT KONTONUMMER 对方账号 对方帐号",
	"currency": "CURRENCY CCY WÄHRUNG DEVISE 币种",
}
FIELDS = {heading_key(heading): field for field, headings in HEADINGS.items() for heading in headings.split()}
CAME_IN = frozenset("C CR CREDIT H HABEN IN + 贷 贷方 收入 收".split())
WENT_OUT = frozenset("D DR DEBIT S SOLL OUT - 借 借方 支出 支".split())
Columns = dict[int, str]


def read(text: str, ways: Ways) -> Statement:
	"""Return the statement in a table, or what must be asked first."""
	found = _head(text, {heading_key(heading): field for heading, field in ways.columns.items()})
	if not found:
		first = next((line for line in text.splitlines() if line.strip()), "")
		return Statement(CSV, ways=ways, question=Question.COLUMNS, sample=first[:140])
	columns, headings, rows = found
	body = [(number, _cells(cells, columns)) for number, cells in rows]
	order = values.choose(
		((each["date"], values.days(each["date"])) for _number, each in body), ways.date_order
	)
	said = [each[field] for _number, each in body for field in ("amount", "deposit", "withdrawal")]
	mark = values.choose(((each, values.amounts(each)) for each in said), ways.decimal_mark)
	for choice, question in ((order, Question.DATES), (mark, Question.AMOUNTS)):
		if choice.sample:
			return Statement(CSV, (), ways, question, choice.sample, headings=headings)
	ways = replace(ways, date_order=order.value, decimal_mark=mark.value)
	signed = _debits_are_signed(body, mark.value)
	width = len(headings)
	entries = tuple(_entry(number, cells, ways, signed, width) for number, cells in body)
	return Statement(CSV, entries, ways, headings=headings)


def _head(
	text: str, given: Mapping[str, str]
) -> tuple[Columns, tuple[str, ...], list[tuple[int, list[str]]]] | None:
	"""Return {place: field}, headings and the lines below them, by the separator that tells most columns."""
	best: tuple[Columns, tuple[str, ...], list[tuple[int, list[str]]]] | None = None
	for separator in SEPARATORS:
		rows = list(_rows(text, separator))
		for place, (_number, cells) in enumerate(rows[:HEAD_ROWS]):
			columns = _columns(cells, given)
			if _enough(columns) and (not best or len(columns) > len(best[0])):
				best = columns, tuple(cell.strip() for cell in cells), rows[place + 1 :]
	return best


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
	"""Give (number of the line, cells) of every line that is not empty; a quote that never closes is a letter."""
	csv.field_size_limit(LONGEST_CELL)
	quoting = csv.QUOTE_NONE if text.count('"') % 2 else csv.QUOTE_MINIMAL
	reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=separator, quoting=quoting)
	before = 0
	for cells in reader:
		number, before = before + 1, reader.line_num
		if any(cell.strip() for cell in cells):
			yield number, cells


def _columns(cells: Sequence[str], given: Mapping[str, str]) -> Columns:
	keys = [heading_key(cell) for cell in cells]
	own = {place: given.get(key) or FIELDS.get(key, "") for place, key in enumerate(keys)}
	rank = {key: number for number, key in enumerate(FIELDS)}
	places = sorted(own, key=lambda place: (keys[place] not in given, rank.get(keys[place], 0), place))
	return {place: own[place] for place in places if own[place]}


def _enough(columns: Columns) -> bool:
	found = set(columns.values())
	return "date" in found and bool(found & {"amount", "deposit", "withdrawal"})


def _cells(cells: Sequence[str], columns: Columns) -> dict[str, str]:
	"""Return the cells by field. Several columns of text are joined, of several dates the first in our list is taken."""
	found = dict.fromkeys(HEADINGS, "")
	for place, name in columns.items():
		cell = cells[place].strip() if place < len(cells) else ""
		if name == "description" and cell and found[name]:
			cell = f"{found[name]} {cell}"
		if cell and (not found[name] or name == "description"):
			found[name] = cell
	found["width"] = str(max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0))
	found["said"] = " | ".join(cell.strip() for cell in cells)
	return found


def _debits_are_signed(body: Sequence[tuple[int, dict[str, str]]], mark: str) -> bool:
	"""Return whether the column of debits shows them all below zero: then the sign is no reversal."""
	read_all = [values.amounts(cells["withdrawal"]).get(mark) for _number, cells in body]
	return all(amount <= 0 for amount in read_all if amount is not None)


def _entry(number: int, cells: Mapping[str, str], ways: Ways, signed: bool, width: int) -> Entry:
	entry = Entry(
		number,
		day=values.days(cells["date"]).get(ways.date_order),
		currency=cells["currency"].upper(),
		description=cells["description"],
		reference=cells["reference_number"],
		transaction_id=cells["transaction_id"],
		payer=cells["bank_party_name"],
		iban=cells["bank_party_iban"],
		account=cells["bank_party_account_number"],
		said=cells["said"],
	)
	amount, turned, problem = _amount(cells, ways.decimal_mark, signed)
	if int(cells["width"]) > width:
		problem = Problem.TOO_MANY_CELLS
	elif not cells["date"]:
		problem = Problem.NO_DATE
	elif not entry.day:
		problem = Problem.BAD_DATE
	reversal = turned or says_reversed((entry.description, entry.reference))
	return replace(entry, amount=amount, reversal=reversal, problem=problem)


def _amount(cells: Mapping[str, str], mark: str, signed: bool) -> tuple[Decimal, bool, Problem | None]:
	"""Return the signed amount, whether it reverses another line, and what is wrong."""
	filled = [name for name in ("amount", "deposit", "withdrawal") if cells[name]]
	read_all = {name: values.amounts(cells[name]).get(mark) for name in filled}
	if any(amount is None for amount in read_all.values()):
		return Decimal(0), False, Problem.BAD_AMOUNT
	moved = {name: amount for name, amount in read_all.items() if amount}
	if not moved:
		return Decimal(0), False, Problem.NO_AMOUNT
	if len(moved) > 1:
		return Decimal(0), False, Problem.TWO_AMOUNTS
	name, amount = next(iter(moved.items()))
	if name == "withdrawal":
		return (-abs(amount), False, None) if signed else (-amount, amount < 0, None)
	if name == "deposit":
		return amount, amount < 0, None
	return _by_side(amount, cells["side"])


def _by_side(amount: Decimal, side: str) -> tuple[Decimal, bool, Problem | None]:
	key = side.strip().upper()
	if not key:
		return amount, False, None
	if key in CAME_IN:
		return amount, amount < 0, None
	if key in WENT_OUT:
		return -abs(amount), False, None
	return Decimal(0), False, Problem.BAD_SIDE
