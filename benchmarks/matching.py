"""Matching bank lines to open invoices: time, precision and recall on noisy text. Needs no bench.

    python benchmarks/matching.py [--lines 10000] [--invoices 50000] [--seed 1]

The noise is made here, by a seed: numbers lose their dashes or leading parts, are split over words, carry a typing error
or are missing; payers pay from known and unknown accounts, under abbreviated names, several invoices at once, too little,
too much, or nothing that was ever invoiced. A line counts as found when it was matched without asking or proposed with
exactly the right invoices; precision is judged on the lines matched without asking.
"""

import argparse
import random
import sys
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from l2c_app.core.matching import Decision, Item, Line, Matcher

FIRST = "North South River Stone Bright Silver Golden Delta Alpha Omega Green Global Prime Nova Terra Union Pacific".split()
SECOND = "Trading Logistics Foods Steel Media Energy Software Textile Machinery Pharma Optics Paper Motors Glass".split()
LEGAL = ("GmbH", "Ltd.", "Inc", "Co., Ltd.", "S.A.", "B.V.", "有限公司")
CHATTER = ("payment", "invoice", "RE", "thank you", "transfer", "货款", "Rechnung", "your ref", "2026", "EUR")


def customers(count: int, rng: random.Random) -> list[tuple[str, str]]:
	"""Return (name, customer), names as alike as in a real customer base."""
	return [
		(
			f"{rng.choice(FIRST)} {rng.choice(SECOND)} {rng.choice(FIRST)} {place % 97} {rng.choice(LEGAL)}",
			f"C{place}",
		)
		for place in range(count)
	]


def invoices(count: int, names: list, rng: random.Random) -> list[Item]:
	"""Return open invoices; every tenth amount is a round one that others owe as well."""
	result = []
	for place in range(count):
		amount = rng.choice((50_000, 100_000, 250_000)) if place % 10 == 0 else rng.randint(1_000, 5_000_000)
		number = f"ACC-SINV-{2025 + place % 2}-{place:05d}"
		due = date(2026, 1, 1) + timedelta(days=rng.randint(0, 300))
		result.append(Item(number, rng.choice(names)[1], amount, "EUR", due, (number,)))
	return result


def spelled(number: str, rng: random.Random) -> str:
	"""Return a number as somebody typed it."""
	year, running = number.split("-")[2:]
	return rng.choice(
		(
			number,
			number,
			number.lower(),
			number.replace("-", " "),
			number.replace("-", ""),
			f"SINV {year} {running}",
			running,
			f"inv.{running}",
			_mistyped(number, rng),
		)
	)


def _mistyped(number: str, rng: random.Random) -> str:
	place = rng.randrange(len(number) - 5, len(number))
	return number[:place] + str((int(number[place]) + rng.randint(1, 9)) % 10) + number[place + 1 :]


def statement(
	count: int, items: list[Item], names: dict, rng: random.Random
) -> tuple[list[Line], list[set[str] | None]]:
	"""Return lines and the invoices each really pays, None where no invoice is meant."""
	by_customer: dict[str, list[Item]] = {}
	for item in items:
		by_customer.setdefault(item.customer, []).append(item)
	lines, truth = [], []
	for place in range(count):
		if rng.random() < 0.05:
			lines.append(
				Line(f"L{place}", rng.randint(100, 900_000), "EUR", rng.choice(CHATTER), "Tax Office")
			)
			truth.append(None)
			continue
		customer = rng.choice(list(by_customer))
		open_items = by_customer[customer]
		paid = rng.sample(open_items, k=min(len(open_items), rng.choice((1, 1, 1, 1, 2, 3))))
		for item in paid:
			open_items.remove(item)
		if not open_items:
			del by_customer[customer]
		lines.append(_line(place, paid, names[customer], customer, rng))
		truth.append({item.key for item in paid})
	return lines, truth


def _line(place: int, paid: list[Item], name: str, customer: str, rng: random.Random) -> Line:
	amount = sum(item.open for item in paid)
	if rng.random() < 0.04:
		amount -= rng.randint(1, 2_000)
	text = " ".join(
		[
			rng.choice(CHATTER),
			*(spelled(item.key, rng) for item in paid if rng.random() > 0.08),
			rng.choice(CHATTER),
		]
	)
	payer = rng.choice((name, name.upper(), " ".join(name.split()[:4]), name.split()[0], ""))
	account = f"IBAN-{customer}" if rng.random() < 0.7 else f"IBAN-NEW-{place}"
	return Line(f"L{place}", max(amount, 1), "EUR", text, payer, account)


def main() -> None:
	"""Print one table."""
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	for name, default in (("lines", 10_000), ("invoices", 50_000), ("customers", 4_000), ("seed", 1)):
		parser.add_argument(f"--{name}", type=int, default=default)
	options = parser.parse_args()
	rng = random.Random(options.seed)
	names = customers(options.customers, rng)
	items = invoices(options.invoices, names, rng)
	lines, truth = statement(options.lines, items, {customer: name for name, customer in names}, rng)
	began = time.perf_counter()
	matcher = Matcher(
		items, names=names, accounts={f"IBAN-{customer}": customer for _name, customer in names}
	)
	found = matcher.match(lines)
	report(found, truth, time.perf_counter() - began)


def report(found: list, truth: list[set[str] | None], seconds: float) -> None:
	"""Print time, precision of what was matched without asking, and recall of what was matched or rightly proposed."""
	right = [
		{key for key, _amount in match.parts} == meant if meant else not match.parts
		for match, meant in zip(found, truth, strict=True)
	]
	auto = [ok for match, ok in zip(found, right, strict=True) if match.decision is Decision.AUTO]
	payable = [place for place, meant in enumerate(truth) if meant]
	matched = [place for place in payable if found[place].decision is Decision.AUTO and right[place]]
	helped = [place for place in payable if found[place].decision is not Decision.ASK and right[place]]
	print(f"lines {len(found)}, seconds {seconds:.1f}, per line {1000 * seconds / len(found):.2f} ms")
	print(f"matched without asking {len(auto)}, precision {100 * sum(auto) / max(1, len(auto)):.2f} %")
	print(
		f"recall without asking {100 * len(matched) / len(payable):.2f} %, with proposals {100 * len(helped) / len(payable):.2f} %"
	)


if __name__ == "__main__":
	main()
