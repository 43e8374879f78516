"""Matching bank lines to open invoices: time, precision and recall on noisy text. Needs no bench.

    python benchmarks/matching.py [--lines 10000] [--invoices 50000] [--seed 1] [--tolerance 0] [--alike] [--by-noise]

The tolerance for short payments is in cents, as accounts may set it in Receipt Settings; 0 is what is installed. With --alike every customer owes the same
each month and every running number exists twice. The noise is that of statement_noise.py. A line counts as found when it was matched without asking or proposed with exactly
the right invoices; precision is judged on the lines matched without asking.
"""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import statement_noise as noise

from l2c_app.core.matching import Decision, Matcher
from l2c_app.core.short_payment import Tolerance


def main() -> None:
	"""Print one table."""
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	defaults = {"lines": 10_000, "invoices": 50_000, "customers": 4_000, "seed": 1, "tolerance": 0}
	for name, default in defaults.items():
		parser.add_argument(f"--{name}", type=int, default=default)
	parser.add_argument("--alike", action="store_true")
	parser.add_argument("--by-noise", action="store_true")
	options = parser.parse_args()
	rng = random.Random(options.seed)
	names = noise.customers(options.customers, rng)
	if options.alike:
		items = noise.alike_invoices(max(1, min(12, options.invoices // len(names))), names, rng)
	else:
		items = noise.invoices(options.invoices, names, rng)
	lines, truth, noises = noise.statement(
		options.lines, items, {customer: name for name, customer in names}, rng
	)
	began = time.perf_counter()
	matcher = Matcher(
		items,
		names=names,
		accounts={f"IBAN-{customer}": customer for _name, customer in names},
		tolerances={"EUR": Tolerance(options.tolerance)},
	)
	found = matcher.match(lines)
	report(found, truth, time.perf_counter() - began)
	if options.by_noise:
		by_noise(found, truth, noises)


def by_noise(found: list, truth: list[set[str] | None], noises: list[set[str]]) -> None:
	"""Print how many lines have each noise, and what share of them was rightly matched or proposed."""
	lines, right = Counter(), Counter()
	for match, meant, said in zip(found, truth, noises, strict=True):
		good = meant and match.decision is not Decision.ASK and {key for key, _amount in match.parts} == meant
		lines.update(said)
		right.update(said if good else ())
	for name, count in lines.most_common():
		print(f"{name:<20} {count:>6} lines, found {100 * right[name] / count:.1f} %")


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
