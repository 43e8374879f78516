"""Files as people send them: whatever stands in one, it is read or refused by the row, and nothing raises."""

import time
from decimal import Decimal
from pathlib import Path

import pytest

from demo import inputs
from demo.amounts import decimal_mark, parse_amount
from demo.reading import read
from l2c_app.services.lead.lead_import import BadRow, clean_row

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030")
CHINESE = "company_name;email_id\n苏州光伏科技有限公司;a@example.cn\n宁波包装材料有限公司;b@example.cn\n"


def _write(path: Path, data: str | bytes, encoding: str = "utf-8") -> Path:
	path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
	return path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_of_any_encoding_is_read(tmp_path: Path, encoding: str) -> None:
	file = inputs.lead_file(_write(tmp_path / "leads.csv", CHINESE, encoding))
	assert [row["company_name"] for row in file.rows] == ["苏州光伏科技有限公司", "宁波包装材料有限公司"]
	assert file.refusals == []


def test_accents_of_a_western_code_page_are_no_chinese(tmp_path: Path) -> None:
	data = "company_name,city\nMüller GmbH,Köln\nCafé Zoë,Orléans\n".encode("cp1252")
	assert [row["city"] for row in read(_write(tmp_path / "leads.csv", data)).rows] == ["Köln", "Orléans"]


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0"])
def test_an_empty_file_is_named_as_such(tmp_path: Path, data: bytes) -> None:
	file = inputs.lead_file(_write(tmp_path / "leads.csv", data))
	assert (file.rows, file.refusals) == ([], ["leads file leads.csv: the file is empty"])


def test_a_file_of_column_names_alone_says_so(tmp_path: Path) -> None:
	file = inputs.lead_file(_write(tmp_path / "leads.csv", "company_name,email_id\n"))
	assert file.refusals == ["leads file leads.csv: the file has a line of column names and nothing else"]


def test_a_quote_that_never_closes_swallows_no_row(tmp_path: Path) -> None:
	data = 'company_name,email_id\n"One,a@example.com\nTwo,b@example.com\nThree,c@example.com\n'
	assert [row["email_id"][:1] for row in read(_write(tmp_path / "leads.csv", data)).rows] == ["a", "b", "c"]


def test_columns_of_other_systems_become_lead_fields(tmp_path: Path) -> None:
	file = inputs.lead_file(_write(tmp_path / "leads.csv", "Name,Phone,phone\nAnna,,+49 30 1\nBo,123,\n"))
	assert [(row["lead_name"], row["phone"]) for row in file.rows] == [("Anna", "+49 30 1"), ("Bo", "")]


def test_twenty_thousand_broken_rows_are_refused_within_seconds(tmp_path: Path) -> None:
	began = time.monotonic()
	path = _write(tmp_path / "leads.csv", "first_name,email_id\n" + "x" * 200 + ",\n" + "Anna,\n" * 19_999)
	file = inputs.lead_file(path)
	reasons = []
	for row in file.rows:
		with pytest.raises(BadRow) as refused:
			clean_row(row)
		reasons.append(str(refused.value))
	assert len(reasons) + len(file.refusals) == 20_000, "no row is lost"
	assert file.refusals[0] == "lead row 10001: beyond the first 10,000 rows that the demo plays"
	assert time.monotonic() - began < 10


@pytest.mark.parametrize(
	("text", "amount"),
	[
		("1,234.56", "1234.56"),
		("1.234,56", "1234.56"),
		("1 234,56", "1234.56"),
		("1'234.56", "1234.56"),
		("12,34,567.89", "1234567.89"),
		("1,234,567", "1234567"),
		("1.200,00 €", "1200.00"),
		("USD 1,200.00", "1200.00"),
		("\uffe5１２３．４５", "123.45"),  # full-width, as Chinese banks print it
		("4740.0", "4740.0"),
		("(3.00)", "-3.00"),
		("3.00-", "-3.00"),
		(".5", "0.5"),
	],
)
def test_amounts_of_several_countries(text: str, amount: str) -> None:
	assert parse_amount(text) == (Decimal(amount), "")


@pytest.mark.parametrize(
	("text", "reason"),
	[
		("", "no amount"),
		("1,234", "amount 1,234 can be read in two ways"),
		("1.234", "amount 1.234 can be read in two ways"),
		("NaN", "amount NaN is no number"),
		("1e5", "amount 1e5 is no number"),
		("ten", "amount ten is no number"),
		("1,2,3.4.5", "amount 1,2,3.4.5 is no number"),
	],
)
def test_what_is_no_amount_says_why(text: str, reason: str) -> None:
	assert parse_amount(text) == (None, reason)


def test_a_column_settles_what_one_amount_leaves_open() -> None:
	assert decimal_mark(["1,234", "2.50"]) == "."
	assert decimal_mark(["1,234", "2,50"]) == ","
	assert decimal_mark(["1,5", "1.5"]) == "", "a column that says both says nothing"
	assert parse_amount("1,234", ".") == (Decimal(1234), "")
	assert parse_amount("1,234", ",") == (Decimal("1.234"), "")


def test_every_line_of_a_statement_is_kept_with_its_problem(tmp_path: Path) -> None:
	data = (
		"date;payer;amount;currency;reference\n"
		"2026-06-01;One;1.234,56;EUR;A\n"
		"03/04/2026;Two;10,00;EUR;B\n"
		"2026-06-02;Three;;EUR;C\n"
		"2026-06-03;Four;-5,00;EUR;D\n"
		";Five;5,00;EUR;E\n"
	)
	lines = inputs.bank_lines(read(_write(tmp_path / "bank.csv", data, "utf-8-sig")))
	assert {line.payer: (line.amount, line.problem) for line in lines} == {
		"One": (Decimal("1234.56"), ""),
		"Two": (Decimal("10.00"), "date 03/04/2026 is not year-month-day or day.month.year"),
		"Three": (Decimal(0), "no amount"),
		"Four": (Decimal("-5.00"), "not a receipt"),
		"Five": (Decimal("5.00"), "no date"),
	}
