import frappe
from frappe.model.document import Document

from l2c_app.services.pool import runs


class PoolRun(Document):
	"""One recorded run over many seats: planned first, then chunk by chunk. Written only by the service of runs."""

	def onload(self) -> None:
		self.set_onload("names", runs.names_of(self))

	def on_trash(self) -> None:
		runs.forget_rows(self)


def on_doctype_update() -> None:
	"""An index for the question whether a pool has a live run."""
	frappe.db.add_index("Pool Run", ["pool", "state"], index_name="l2c_pool_state")
