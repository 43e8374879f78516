"""Long lists of names in statements: cut in pieces, and written out instead of bound one by one."""

import re
from collections.abc import Iterable, Sequence

import frappe
from pypika.terms import Criterion, Field, LiteralValue

CHUNK = 1000
PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


def chunks(names: Sequence, *, size: int = CHUNK) -> Iterable[Sequence]:
	"""Cut a list into pieces of at most `size`."""
	for start in range(0, len(names), size):
		yield names[start : start + size]


def among(column: Field, names: Iterable[str]) -> Criterion:
	"""Return the condition that the column is one of the names, written out: to bind a thousand values costs more than
	the statement itself.

	The statement must bind another text somewhere: only then does the host unfold the doubled percent signs.
	"""
	escape, plain = frappe.db.escape, PLAIN.fullmatch
	quoted = [f"'{name}'" if plain(name) else escape(name) for name in names]
	return column.isin(LiteralValue(f"({','.join(quoted) or 'NULL'})"))
