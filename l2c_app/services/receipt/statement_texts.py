"""What is said about the lines of a bank statement, in the language of who loads it."""

from frappe import _

from l2c_app.core.statement import Problem
from l2c_app.core.statement_doubles import Answer

IN_FILE = "#"
"""A key that begins so names a line of the file, every other one a line in the books."""


def problem_text(problem: Problem) -> str:
	"""Return why a line of the file cannot become a bank line."""
	return {
		Problem.NO_DATE: _("The line has no date."),
		Problem.BAD_DATE: _("The date cannot be read."),
		Problem.NO_AMOUNT: _("The line has no amount."),
		Problem.BAD_AMOUNT: _("The amount cannot be read."),
		Problem.TWO_AMOUNTS: _("The line has an amount in and an amount out."),
		Problem.BAD_SIDE: _("It is not clear whether the money came in or went out."),
		Problem.TOO_MANY_CELLS: _("The line has more columns than the headings."),
		Problem.BAD_LINE: _("The line does not keep to the format."),
	}[problem]


def double_text(answer: Answer) -> str:
	"""Return which line this one is already."""
	return _("It is {0} already.").format(_line(answer.twin))


def other_text(answer: Answer) -> str:
	"""Return which other line has the same number of the bank."""
	return _("The bank's number stands on {0} with another amount or day.").format(_line(answer.other))


def remarks(answer: Answer, *, reversal: bool) -> str:
	"""Return what a person should know of a line that is new."""
	said = []
	if answer.equal:
		said.append(_("The file has the same line {0} times before.").format(answer.equal))
	if answer.alike:
		said.append(_("{0} is of the same day and amount but says something else.").format(answer.alike))
	if reversal:
		said.append(_("It takes another line back."))
	return " ".join(said)


def _line(key: str) -> str:
	return _("line {0} of the file").format(key[1:]) if key.startswith(IN_FILE) else key
