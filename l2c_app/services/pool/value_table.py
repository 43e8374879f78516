"""Values written out as a table in a statement: what many rows share then need not be repeated for each of them."""

from collections.abc import Sequence
from typing import Any

from pypika import Table


class ValueTable(Table):
	"""Rows of cells that are written out already (`name_lists.quoted`), to be selected from and joined by their alias.

	As in `name_lists.among` the statement must bind another text, so that the host unfolds doubled percent signs.
	"""

	def __init__(self, alias: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
		super().__init__(alias)
		first, *others = rows
		named = ",".join([f"{cell} `{column}`" for cell, column in zip(first, columns, strict=True)])
		more = ",".join([f"({','.join(row)})" for row in others])
		self.text = f"(SELECT {named}{' UNION ALL VALUES ' if more else ''}{more}) `{alias}`"

	def get_sql(self, **_options: Any) -> str:
		"""Return the table; its columns take their names from the first row."""
		return self.text

	def __hash__(self) -> int:
		"""Not the text's: a builder asks for it many times."""
		return id(self)
