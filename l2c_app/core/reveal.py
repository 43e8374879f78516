"""How many times a day a person may look at masked contact data. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
	"""The answer to one wish: may it be shown, and must the managers be told."""

	allowed: bool
	alarm: bool


def judge(used: int, cap: int) -> Allowance:
	"""Judge a reveal when `used` were done today under a daily cap, 0 = no limit.

	The one that reaches the cap is allowed and raises the alarm, so that it is raised once a day and is never lost with a
	refusal: cap 2 gives allowed, allowed with alarm, refused.
	"""
	if not cap:
		return Allowance(allowed=True, alarm=False)
	return Allowance(allowed=used < cap, alarm=used + 1 == cap)
