"""The key of a payer's alias was its name cut short: two long names that begin alike were one payer."""

from l2c_app.services.receipt import payer_aliases


def execute() -> None:
	"""Give every alias a key of its whole name. Safe to repeat."""
	payer_aliases.key_again()
