"""The payment plans of the demo's contracts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
	"""One plan row: share of the total, how it is billed, and days after the order when it is due."""

	label: str
	percent: float
	billing: str
	days: int
	with_row: str = ""


PLANS = {
	"deposit": (
		Step("Deposit", 30, "Advance", 7),
		Step("Delivery", 60, "Own Invoice", 45),
		Step("Retention", 10, "With Row", 120, with_row="R2"),
	),
	"halves": (Step("First half", 50, "Own Invoice", 14), Step("Second half", 50, "Own Invoice", 60)),
	"thirds": (
		Step("Start", 33.33, "Own Invoice", 10),
		Step("Middle", 33.33, "Own Invoice", 40),
		Step("End", 33.34, "Own Invoice", 70),
	),
}
