"""Variables in the text of a contract's clauses: a closed list, replaced once and never run.

`{{ customer_name }}` looks like the host's templates and is not one: only a name of VARIABLES between double braces is
replaced, everything else between braces is text and stays as it is. Values are escaped, and what they bring along is not
looked at again.
"""

import html
import re
from collections.abc import Iterable, Mapping

VARIABLES = (
	"contract_no",
	"contract_title",
	"contract_date",
	"start_date",
	"end_date",
	"currency",
	"net_total",
	"taxes",
	"total",
	"total_in_words",
	"customer_name",
	"customer_tax_id",
	"customer_address",
	"customer_signatory",
	"company_name",
	"company_tax_id",
	"company_signatory",
	"project",
	"last_due_date",
)
# An editor writes a typed blank as &nbsp;
_BLANK = r"(?:\s|&nbsp;)*"
_VARIABLE = re.compile(r"\{\{" + _BLANK + r"([A-Za-z_][A-Za-z0-9_]*)" + _BLANK + r"\}\}")
_EDITOR_BOX = re.compile(r'^<div class="ql-editor read-mode">(.*)</div>$', re.DOTALL)


class ClauseTextError(ValueError):
	"""Variables cannot be replaced. `code`: "unknown" or "missing"; `names`: which, in the order of the text."""

	def __init__(self, code: str, names: list[str]) -> None:
		super().__init__(f"{code}: {', '.join(names)}")
		self.code = code
		self.names = names


def used(texts: Iterable[str]) -> list[str]:
	"""Return the names between double braces, each once, in the order of the texts. Expressions are no names."""
	found = (name for text in texts for name in _VARIABLE.findall(text or ""))
	return list(dict.fromkeys(found))


def unknown(texts: Iterable[str]) -> list[str]:
	"""Return the names that are not in VARIABLES."""
	return [name for name in used(texts) if name not in VARIABLES]


def missing(texts: Iterable[str], values: Mapping[str, str | None]) -> list[str]:
	"""Return the known names that have no value: none, or blank."""
	return [name for name in used(texts) if name in VARIABLES and not (values.get(name) or "").strip()]


def fill(text: str, values: Mapping[str, str | None]) -> str:
	"""Return the text with every variable replaced by its escaped value, in one pass.

	Raises ClauseTextError for an unknown variable, and for one without a value.
	"""
	for code, names in (("unknown", unknown([text])), ("missing", missing([text], values))):
		if names:
			raise ClauseTextError(code, names)
	return fill_known(text, values)


def fill_known(text: str, values: Mapping[str, str | None]) -> str:
	"""Return the text of a draft: what has a value is replaced, the rest stays readable between its braces."""

	def replaced(match: re.Match[str]) -> str:
		value = values.get(match[1]) if match[1] in VARIABLES else None
		return html.escape(value) if value and value.strip() else match[0]

	return _VARIABLE.sub(replaced, text or "")


def same(one: str | None, other: str | None) -> bool:
	"""Return whether two texts read the same: the box that the editor draws around them and blanks do not count."""
	return _bare(one) == _bare(other)


def _bare(text: str | None) -> str:
	bare = (text or "").strip()
	box = _EDITOR_BOX.match(bare)
	return " ".join((box[1] if box else bare).replace("&nbsp;", " ").replace("\xa0", " ").split())
