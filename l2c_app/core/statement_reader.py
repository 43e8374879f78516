"""Which format a bank statement file has, and its lines. Pure."""

from dataclasses import replace

from l2c_app.core import statement_csv, statement_mt940, statement_ofx, statement_text
from l2c_app.core.statement import CSV, Question, Statement, Ways


def read(data: bytes, ways: Ways) -> Statement:
	"""Return the statement in the bytes of a file, or the question that must be answered first.

	Raises statement_text.Unreadable if the chosen encoding is wrong.
	"""
	decoded = statement_text.decode(data, ways.encoding)
	if decoded.doubtful:
		sample = next((line for line in decoded.text.splitlines() if not line.isascii()), "")
		return Statement(CSV, ways=ways, question=Question.ENCODING, sample=sample.strip()[:140])
	ways = replace(ways, encoding=decoded.encoding)
	text = decoded.text.lstrip("\ufeff")
	if statement_ofx.is_ofx(text):
		return statement_ofx.read(text, ways)
	if statement_mt940.is_mt940(text):
		return statement_mt940.read(text, ways)
	return statement_csv.read(text, ways)
