"""Long lists of names: cut in pieces, written out in statements instead of bound one by one, dropped from the cache."""

import re
from collections.abc import Iterable, Mapping, Sequence

import frappe
from pypika.terms import Criterion, Field, LiteralValue

CHUNK = 1000
FEW = 50
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
	return column.isin(LiteralValue(f"({','.join(all_quoted(list(names))) or 'NULL'})"))


def all_quoted(texts: Sequence[str]) -> list[str]:
	"""Return each text as it is written out in a statement; mostly none needs an escape, which one look at all shows."""
	if PLAIN.fullmatch("".join(texts)):
		return [f"'{text}'" for text in texts]
	return [quoted(text) for text in texts]


def quoted(text: str) -> str:
	"""Return a text as it is written out in a statement; what needs no escape, as most names, costs next to nothing."""
	return f"'{text}'" if PLAIN.fullmatch(text) else frappe.db.escape(text)


def each(column: Field, values: Mapping[str, str | None]) -> LiteralValue:
	"""Return an expression with a value of its own for each name in the column, so that one statement writes them all.

	For at most a thousand names; the statement must leave out the others and bind a text, as for `among`.
	"""
	escape = frappe.db.escape
	cases = (
		f"when {escape(name)} then {'NULL' if value is None else escape(value)}"
		for name, value in values.items()
	)
	return LiteralValue(f"case `{column.name}` {' '.join(cases)} end")


def forget_cached(doctype: str, names: Sequence[str]) -> None:
	"""Drop cached copies of documents: of a few one by one, of many all of their kind at once."""
	if len(names) > FEW:
		frappe.clear_document_cache(doctype)
		return
	for name in names:
		frappe.clear_document_cache(doctype, name)
