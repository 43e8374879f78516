from frappe.model.document import Document

from l2c_app.services.lead import score_rules, scoring


class LeadScoring(Document):
	"""How leads are scored and tiered. Without effect until enabled."""

	def onload(self) -> None:
		self.set_onload("l2c_vanished", list(score_rules.load(self).vanished))

	def validate(self) -> None:
		score_rules.check(self)

	def on_update(self) -> None:
		scoring.rules_changed()
