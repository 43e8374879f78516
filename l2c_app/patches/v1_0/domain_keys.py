"""Mail domains and the phones and addresses of contacts are keys now: parties stored before learn them in the background."""

from l2c_app.services.pool import pool_opening, visibility


def execute() -> None:
	"""Queue the storing of all keys, once pools are in use. Safe to repeat."""
	if visibility.enabled_pools():
		pool_opening.queue()
