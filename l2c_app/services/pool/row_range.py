"""Rows of a run that lie together, for statements that join seats and parties with them."""

from typing import NamedTuple

import frappe
from pypika import Table
from pypika.terms import Criterion


class RowRange(NamedTuple):
	"""From the name of one row to the name of another, both included."""

	first: str
	last: str

	@property
	def table(self) -> Table:
		"""Return the table of the rows."""
		return frappe.qb.DocType("Pool Run Row")

	@property
	def criterion(self) -> Criterion:
		"""Return the condition that a row is one of them and done; those that a plan left alone lie between."""
		return self.table.name[self.first : self.last] & (self.table.status == "Done")
