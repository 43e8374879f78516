from frappe.model.document import Document

from l2c_app.services.chasing import statement_runs
from l2c_app.services.contract import contract_end_reminders
from l2c_app.services.follow_up import follow_up_settings


class L2CSettings(Document):
	def validate(self) -> None:
		"""Refuse days of reminders that cannot be read, a day that some months have not, and an hour that no day has."""
		contract_end_reminders.check_settings(self)
		follow_up_settings.check(self)
		statement_runs.check_day(self.statement_day)
