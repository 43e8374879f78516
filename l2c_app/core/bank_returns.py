"""Which incoming bank lines went back: a bounced cheque, a reversed transfer. A reason to ask, never to book. Pure.

The line that takes the money back comes from the same bank account, has exactly the amount, and either the same reference,
or follows within RETURN_DAYS and speaks of the same payer (account, name) or of much the same (words of the text).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from l2c_app.core.bank_text import number_key, words
from l2c_app.core.normalise import company_key

RETURN_DAYS = 30
FEWEST_WORDS, LIKE = 2, 0.5


@dataclass(frozen=True)
class Movement:
	"""One bank line, in or out: minor units, always positive, and what it says."""

	key: str
	account: str
	on: date
	amount: int
	reference: str = ""
	payer: str = ""
	payer_account: str = ""
	text: str = ""


def went_back(incoming: Sequence[Movement], outgoing: Iterable[Movement]) -> set[str]:
	"""Return the keys of incoming lines whose money went out again.

	A line takes back all of its own reference, for they are one line twice; without a reference the nearest before it.

	Example: 640 came on 1 June from IBAN 5 and 640 left on 4 June to IBAN 5 as "RETURN": the first went back.
	"""
	came: dict[tuple[str, int], list[Movement]] = defaultdict(list)
	for line in sorted(incoming, key=lambda each: (each.on, each.key)):
		came[line.account, line.amount].append(line)
	found: set[str] = set()
	for back in sorted(outgoing, key=lambda each: (each.on, each.key)):
		fitting = [
			line
			for line in came.get((back.account, back.amount), ())
			if line.key not in found and _same_money(line, back)
		]
		if fitting:
			named = [line.key for line in fitting if _same_reference(line, back)]
			found.update(named or [fitting[-1].key])
	return found


def _same_money(line: Movement, back: Movement) -> bool:
	if _same_reference(line, back):
		return True
	if not 0 <= (back.on - line.on).days <= RETURN_DAYS:
		return False
	account, payer = number_key(line.payer_account), company_key(line.payer)
	return (
		bool(account and account == number_key(back.payer_account))
		or bool(payer and payer == company_key(back.payer))
		or _alike(line, back)
	)


def _same_reference(line: Movement, back: Movement) -> bool:
	return bool(line.reference and line.reference == back.reference)


def _alike(line: Movement, back: Movement) -> bool:
	"""Return whether half the words of the shorter text, and two at least, stand in the other."""
	one, other = _said(line), _said(back)
	common = one & other
	return len(common) >= FEWEST_WORDS and len(common) >= LIKE * min(len(one), len(other))


def _said(line: Movement) -> set[str]:
	return set(words(f"{line.text} {line.reference} {line.payer}"))
