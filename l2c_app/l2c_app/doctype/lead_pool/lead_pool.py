from frappe.model.document import Document

from l2c_app.services.pool import (
	assignment_rules,
	mask_mode,
	pool_members,
	pool_opening,
	recycle_dates,
	recycle_rules,
	schedule_holidays,
	state_alarms,
)


class LeadPool(Document):
	"""A public stock of leads with members, limits and an admission filter. Without effect until enabled."""

	def validate(self) -> None:
		pool_members.validate(self)
		recycle_rules.validate(self)
		assignment_rules.check_pool(self)
		state_alarms.validate(self)

	def on_update(self) -> None:
		pool_members.refresh(self)
		schedule_holidays.warn(self)
		pool_opening.learn_old_parties(self)
		recycle_dates.follow_rules(self)
		mask_mode.changed(self)

	def on_trash(self) -> None:
		pool_members.refuse_while_seated(self.name)
		pool_members.forget_pool(self.name)
