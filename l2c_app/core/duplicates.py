"""How sure it is that two parties are one, by what they share; what a person is told then, and until when it is held. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

PHONE, EMAIL, COMPANY, TAX_ID, DOMAIN = "Phone", "Email", "Company", "Tax Id", "Domain"
EVIDENCE = {PHONE: 60, EMAIL: 60, TAX_ID: 60, COMPANY: 30, DOMAIN: 20}
"""Points by what is shared: a number or address names one person or firm, a name or domain many."""

CERTAIN = 100
SURE = 60
NOTED = 30
ALLOW, REPORT, WARN, BLOCK = "Allow", "Report", "Warn", "Block"


def score(kinds: Iterable[str]) -> int:
	"""Return 0 to 100: the points of everything shared, each kind once. Company and domain: 50; phone and mail: 100."""
	return min(CERTAIN, sum(EVIDENCE[kind] for kind in set(kinds)))


def action(wanted: str, best: int) -> str:
	"""Return what happens to a save whose best match has this score, where its entry point wants Block, Warn, Report or Allow.

	Below NOTED nothing: a shared mail domain alone is a colleague. A block needs a match that is SURE, else it only warns:
	many work at one company.
	"""
	if best < NOTED:
		return ALLOW
	return WARN if wanted == BLOCK and best < SURE else wanted


def held_until(*, recycle_on: date | None, protected_until: date | None) -> date | None:
	"""Return the first day on which a held seat may go back: by its rules, never while protected; None: no rule takes it.

	Goes back on 8 June, protected to the end of 11 June: 12 June.
	"""
	if not recycle_on or not protected_until:
		return recycle_on
	return max(recycle_on, protected_until + timedelta(days=1))
