"""Bank statement files of five countries and three formats: read whole, asked where they could mean two things."""

import unittest
from datetime import date
from decimal import Decimal

from l2c_app.core import statement_reader, statement_text
from l2c_app.core.statement import Problem, Question, Statement, Ways
from l2c_app.core.statement_values import amounts, choose, days

MT940 = """:20:STARTUMS
:25:37040044/532013000
:28C:167619/1
:60F:C260501EUR1000,00
:61:2605020504C1234,56NTRFNONREF//B4E01
supplement
:86:166?00GUTSCHRIFT?20EREF+E2E-77?21SVWZ+ACC-SINV-2026?22-00042 Rest?31DE89370400440532013000
?32Blue Heron Opt?33ics Ltd.?38DE89370400440532013000
:61:2605040504RC1234,56NTRFRET1
:86:Storno
:61:2512310102D5,NMSCX1//Y2
:62F:C260504EUR995,00
:86:the whole statement
-
"""
OFX = """OFXHEADER:100
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>1<ACCTID>998877</BANKACCTFROM>
<BANKTRANLIST>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260502120000.000[-5:EST]<TRNAMT>1234.56<FITID>A1<NAME>Heron &amp; Co<MEMO>INV 7
</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260503<TRNAMT>-5,5<FITID>A2<CORRECTFITID>A1</STMTTRN>
<STMTTRN><DTPOSTED>20261303<TRNAMT>7<FITID>A3</STMTTRN>
<STMTTRN><DTPOSTED>20260504<TRNAMT>x<FITID>A4</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def read(text: str, codec: str = "utf-8", **ways: object) -> Statement:
	return statement_reader.read(text.encode(codec), Ways(**ways))


def seen(statement: Statement) -> list[tuple]:
	return [(entry.day, entry.amount) for entry in statement.entries]


class TestAmounts(unittest.TestCase):
	def test_thousands_of_five_countries(self):
		for text, mark in (
			("1,234.56", "."),
			("1.234,56", ","),
			("1 234,56", ","),
			("1\u202f234,56", ","),
			("1'234.56", "."),
			("1’234.56", "."),
		):
			self.assertEqual(amounts(text), {mark: Decimal("1234.56")}, text)
		self.assertEqual(amounts("12,34,567.89"), {".": Decimal("1234567.89")})
		self.assertEqual(amounts("12,34,567"), {".": Decimal(1234567)})

	def test_one_mark_before_three_digits_has_two_readings(self):
		self.assertEqual(amounts("1,234"), {".": Decimal(1234), ",": Decimal("1.234")})
		self.assertEqual(amounts("12,34"), {",": Decimal("12.34")})

	def test_signs_sides_and_currencies(self):
		for text in (
			"-5.00",
			"5.00-",
			"−5.00",
			"(5.00)",
			"5.00 DR",
			"$ -5.00",
			"-$5.00",
			"EUR -5.00",
			"(5.00 €)",
		):
			self.assertEqual(amounts(text), {".": Decimal(-5)}, text)
		self.assertEqual(amounts("5.00 Cr"), {".": Decimal(5)})

	def test_what_is_no_amount(self):
		for text in ("", "abc", "1.2.3", "1,23,4.5", "--5", "(5", "5-5", "1 23.00", "12345,678.90"):
			self.assertEqual(amounts(text), {}, text)


class TestDays(unittest.TestCase):
	def test_forms_that_can_only_be_one_day(self):
		for text in (
			"2026-05-04",
			"2026/5/4",
			"20260504",
			"2026年5月4日",
			"04.05.2026",
			"4 May 2026",
			"04-May-26",
			"May 4, 2026",
			"2026-05-04 13:45:01",
			"4. Mai 2026",
		):
			self.assertEqual(set(days(text).values()), {date(2026, 5, 4)}, text)

	def test_a_day_that_could_be_two(self):
		self.assertEqual(set(days("03/04/2026").values()), {date(2026, 4, 3), date(2026, 3, 4)})
		self.assertEqual(len(set(days("10/11/12").values())), 3)
		self.assertEqual(set(days("13/04/2026").values()), {date(2026, 4, 13)})
		for text in ("31.02.2026", "2026-13-01", "0", "99/99/2026", "Total"):
			self.assertEqual(days(text), {}, text)

	def test_the_whole_column_decides_or_is_asked(self):
		def chosen(*texts: str) -> tuple[str, str]:
			choice = choose((text, days(text)) for text in texts)
			return choice.value, choice.sample

		self.assertEqual(chosen("03/04/2026", "13/04/2026"), ("Day First", ""))
		self.assertEqual(chosen("03/04/2026", "04/13/2026"), ("Month First", ""))
		self.assertEqual(chosen("03/04/2026", "05/06/2026"), ("", "03/04/2026"))
		self.assertEqual(chosen("13/04/2026", "04/13/2026"), ("", "04/13/2026"))
		self.assertEqual(chosen("05/05/2026")[1], "")


class TestTables(unittest.TestCase):
	def test_five_countries_give_the_same_lines(self):
		same = [(date(2026, 5, 13), Decimal("1234567.89")), (date(2026, 5, 14), Decimal("-2.50"))]
		for text in (
			'Date,Amount,Description\n13/05/2026,"1,234,567.89",a\n14/05/2026,-2.50,b\n',
			"Buchungstag;Betrag;Verwendungszweck\n13.05.2026;1.234.567,89;a\n14.05.2026;-2,50;b\n",
			"Date opération;Montant;Libellé\n13/05/2026;1 234 567,89;a\n14/05/2026;-2,50;b\n",
			"Datum;Betrag;Text\n13.05.2026;1'234'567.89;a\n14.05.2026;-2.50;b\n",
			"Date\tCredit\tDebit\n13-05-2026\t12,34,567.89\t\n14-05-2026\t\t2.50\n",
			"交易日期,贷方金额,借方金额,摘要\n20260513,1234567.89,0.00,a\n20260514,0.00,2.50,b\n",
		):
			self.assertEqual(seen(read(text)), same, text)

	def test_encodings(self):
		text = "交易日期,收入,支出,对方户名\n2026-05-13,10.00,,蓝鹭光学有限公司\n"
		for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"):
			entry = read(text, encoding).entries[0]
			self.assertEqual((entry.amount, entry.payer), (10, "蓝鹭光学有限公司"), encoding)
		entry = read("Buchungstag;Betrag;Name\n13.05.2026;10,00;Müller Söhne\n", "latin-1").entries[0]
		self.assertEqual(entry.payer, "Müller Söhne")
		doubtful = read("Date;Amount;Name\n2026-05-13;10.00;GRÖßE\n", "latin-1")
		self.assertEqual((doubtful.question, doubtful.entries), (Question.ENCODING, ()))
		chosen = read("Date;Amount;Name\n2026-05-13;10.00;GRÖßE\n", "latin-1", encoding="Latin-1")
		self.assertEqual(chosen.entries[0].payer, "GRÖßE")
		with self.assertRaises(statement_text.Unreadable):
			read("Name\nGRÖßE\n", "latin-1", encoding="UTF-8")

	def test_what_could_be_two_things_is_asked(self):
		asked = read("Date,Amount\n03/04/2026,5.00\n")
		self.assertEqual((asked.question, asked.sample), (Question.DATES, "03/04/2026"))
		self.assertEqual(
			seen(read("Date,Amount\n03/04/2026,5.00\n", date_order="Month First")), [(date(2026, 3, 4), 5)]
		)
		asked = read("Date;Amount\n2026-04-03;1,234\n")
		self.assertEqual((asked.question, asked.sample), (Question.AMOUNTS, "1,234"))
		answered = read("Date;Amount\n2026-04-03;1,234\n2026-04-03;1.5\n", decimal_mark=",")
		self.assertEqual([entry.problem for entry in answered.entries], [None, Problem.BAD_AMOUNT])
		asked = read("Day;Sum\n2026-04-03;1\n")
		self.assertEqual((asked.question, asked.sample), (Question.COLUMNS, "Day;Sum"))
		given = read("Day;Sum\n2026-04-03;1\n", columns={"Day": "date", "Sum": "deposit"})
		self.assertEqual(seen(given), [(date(2026, 4, 3), 1)])

	def test_every_line_is_answered(self):
		text = (
			"Account;DE1\n\nDate;Credit;Debit;Description\n2026-05-01;;;Opening balance\n2026-05-02;5.00;;ok\n"
			";7.00;;no day\n2026-13-02;7.00;;bad day\n2026-05-03;x;;bad amount\n2026-05-03;1.00;2.00;two\n"
			"2026-05-03;1.00;;a;b\n2026-05-04;-5.00;;taken back\nTotal;;;\n"
		)
		found = read(text)
		self.assertEqual([entry.number for entry in found.entries], list(range(4, 13)))
		self.assertEqual(
			[entry.problem for entry in found.entries],
			[
				Problem.NO_AMOUNT,
				None,
				Problem.NO_DATE,
				Problem.BAD_DATE,
				Problem.BAD_AMOUNT,
				Problem.TWO_AMOUNTS,
				Problem.TOO_MANY_CELLS,
				None,
				Problem.BAD_DATE,
			],
		)
		back = found.entries[7]
		self.assertEqual((back.amount, back.reversal), (-5, True))

	def test_debits_below_zero_and_reversed_debits(self):
		signed = read("Date;Credit;Debit\n2026-05-01;;-5.00\n2026-05-02;;-6.00\n")
		self.assertEqual([(e.amount, e.reversal) for e in signed.entries], [(-5, False), (-6, False)])
		mixed = read("Date;Credit;Debit\n2026-05-01;;5.00\n2026-05-02;;-6.00\n")
		self.assertEqual([(e.amount, e.reversal) for e in mixed.entries], [(-5, False), (6, True)])

	def test_a_side_of_its_own(self):
		found = read("Datum;Betrag;Soll/Haben\n01.05.2026;5,00;H\n02.05.2026;5,00;S\n03.05.2026;5,00;?\n")
		self.assertEqual([entry.amount for entry in found.entries], [5, -5, 0])
		self.assertEqual(found.entries[2].problem, Problem.BAD_SIDE)

	def test_quotes_that_never_close_swallow_no_line(self):
		found = read('Date;Amount;Description\n2026-05-01;5.00;pipe 5" long\n2026-05-02;6.00;b\n')
		self.assertEqual([entry.amount for entry in found.entries], [5, 6])
		found = read('Date;Amount;Description\n2026-05-01;5.00;"two\nlines; one cell"\n2026-05-02;6.00;b\n')
		self.assertEqual([(entry.number, entry.amount) for entry in found.entries], [(2, 5), (4, 6)])


class TestFormats(unittest.TestCase):
	def test_mt940(self):
		found = read(MT940)
		came, back, fee = found.entries
		self.assertEqual(
			(came.day, came.amount, came.currency), (date(2026, 5, 4), Decimal("1234.56"), "EUR")
		)
		self.assertEqual((came.reference, came.payer), ("E2E-77", "Blue Heron Optics Ltd."))
		self.assertEqual((came.iban, came.own_account), ("DE89370400440532013000", "37040044/532013000"))
		self.assertEqual(came.description, "ACC-SINV-2026-00042 Rest supplement")
		self.assertEqual((back.amount, back.reversal), (Decimal("-1234.56"), True))
		# booked on 2 January of the year after the value date; its bank reference is not lost
		self.assertEqual((fee.day, fee.amount, fee.description), (date(2026, 1, 2), -5, "Y2"))
		self.assertEqual((found.missing, found.question), (0, None))

	def test_mt940_that_lacks_a_line_or_has_a_bad_one(self):
		bad = read(MT940.replace(":61:2605040504RC1234,56NTRFRET1", ":61:2605040504RC1234.56NTRFRET1"))
		self.assertEqual([entry.problem for entry in bad.entries], [None, Problem.BAD_LINE, None])
		self.assertIn("RC1234.56", bad.entries[1].description)
		self.assertEqual(bad.missing, Decimal("-1234.56"))  # 995 - (1,000 + 1,234.56 - 5)

	def test_mt940_with_slashed_details(self):
		text = ":25:1\n:60F:C260501EUR0,\n:61:260502C5,NTRFNONREF\n:86:/EREF/NOTPROVIDED/NAME/Acme BV/REMI/INV 9 /IBAN/NL1\n"
		entry = read(text).entries[0]
		self.assertEqual((entry.payer, entry.description, entry.reference), ("Acme BV", "INV 9", ""))

	def test_ofx(self):
		first, second, third, fourth = read(OFX, "cp1252").entries
		self.assertEqual(
			(first.day, first.amount, first.payer), (date(2026, 5, 2), Decimal("1234.56"), "Heron & Co")
		)
		self.assertEqual((first.transaction_id, first.own_account, first.currency), ("A1", "998877", "USD"))
		self.assertEqual((second.amount, second.reversal), (Decimal("-5.5"), True))
		self.assertEqual((third.problem, fourth.problem), (Problem.BAD_DATE, Problem.BAD_AMOUNT))

	def test_ofx_as_xml_expands_nothing(self):
		text = (
			'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><?OFX OFXHEADER="200"?><OFX><CURDEF>EUR</CURDEF>'
			"<STMTTRN><DTPOSTED>20260502</DTPOSTED><TRNAMT>7.00</TRNAMT><FITID>1</FITID>"
			"<PAYEE><NAME>P</NAME></PAYEE><MEMO>&a;</MEMO></STMTTRN></OFX>"
		)
		entry = read(text).entries[0]
		self.assertEqual((entry.amount, entry.payer, entry.description), (7, "P", "&a;"))
