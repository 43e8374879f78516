"""Back-test of the days to payment: learned from what was settled before a date, judged on the invoices after it.

    python benchmarks/forecast.py receivables.csv [--share 80]

Columns: customerID, InvoiceDate, DueDate, SettledDate (month/day/year), Disputed, PaperlessBill. Compared with the due date
and the customer's mean. An invoice that was not settled before the cut is unknown to the learner, however old.
"""

import argparse
import csv
import sys
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parent.parent))

from l2c_app.core.payment_habits import Paid, learn


def _day(text: str) -> date:
	return datetime.strptime(text, "%m/%d/%Y").date()


def read(path: Path) -> list[dict]:
	"""Return the invoices, oldest first, with days to settle and days to due."""
	with path.open(newline="", encoding="utf-8") as lines:
		rows = [
			{
				"customer": row["customerID"],
				"disputed": row["Disputed"],
				"channel": row["PaperlessBill"],
				"invoiced": _day(row["InvoiceDate"]),
				"due": _day(row["DueDate"]),
				"settled": _day(row["SettledDate"]),
			}
			for row in csv.DictReader(lines)
		]
	return sorted(rows, key=lambda row: (row["invoiced"], row["customer"]))


def _days(row: dict) -> int:
	return (row["settled"] - row["invoiced"]).days


def main() -> None:
	"""Print the mean absolute error in days of each method on the invoices held back."""
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("path", type=Path)
	parser.add_argument("--share", type=int, default=80, help="percent of invoices before the cut")
	options = parser.parse_args()
	rows = read(options.path)
	cut = rows[len(rows) * options.share // 100]["invoiced"]
	known = [row for row in rows if row["settled"] < cut]
	later = [row for row in rows if row["invoiced"] >= cut]
	by_customer = defaultdict(list)
	for row in known:
		by_customer[row["customer"]].append(_days(row))
	overall = mean(map(_days, known))
	print(f"{len(known)} settled before {cut}, {len(later)} invoices from then on")
	_report("due date", later, lambda row: (row["due"] - row["invoiced"]).days)
	_report("customer mean", later, lambda row: mean(by_customer.get(row["customer"]) or [overall]))
	for traits in (
		("customer",),
		("customer", "channel"),
		("customer", "disputed"),
		("customer", "disputed", "channel"),
	):
		habits = learn([Paid({name: row[name] for name in traits}, _days(row)) for row in known])
		_report(
			f"habits: {', '.join(traits)}",
			later,
			lambda row, habits=habits, traits=traits: habits.expected_days(
				{name: row[name] for name in traits}
			),
		)


def _report(name: str, rows: list[dict], expected: object) -> None:
	print(f"{name:40} {mean(abs(expected(row) - _days(row)) for row in rows):6.2f} days")


if __name__ == "__main__":
	main()
