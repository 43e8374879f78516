"""The columns that every table of the host has, for statements that insert many rows past their documents."""

from datetime import datetime

STAMPS = ("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")


def stamps(
	name: str, user: str, at: datetime, *, idx: int = 0
) -> tuple[str, str, datetime, datetime, str, int, int]:
	"""Return what a new draft row has in `STAMPS`: made and changed by a user at one moment."""
	return name, user, at, at, user, 0, idx
