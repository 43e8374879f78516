from frappe.model.document import Document

from l2c_app.services.chasing import statement_runs
from l2c_app.services.contract import contract_end_reminders


class L2CSettings(Document):
	def validate(self) -> None:
		"""Refuse days of reminders that cannot be read, and a day that some months have not."""
		contract_end_reminders.check_settings(self)
		statement_runs.check_day(self.statement_day)
