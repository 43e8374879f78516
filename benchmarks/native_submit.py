"""What the accountant pays for us: inserting and submitting orders, invoices and payments with our doors and without.

    cd BENCH/sites && ../env/bin/python APP/benchmarks/native_submit.py --site SITE [--rounds 25]

In turn in one process, with what runs before the commit, each round from the same state. *Unconcerned*: a customer without
a contract; goal: at most 3 % more and no query. *Concerned*: the order, invoice and payment of a contract; goal: at most
15 % more. Everything is rolled back.

Two measures: the same document with and without us, and the time inside our handlers as a share of all other time of the same
submit. What else the machine does changes the first by a tenth from round to round, the second hardly.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module

import frappe
from common import arguments, connected, load, say
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

from l2c_app import hooks
from l2c_app.services.ledger import recompute
from l2c_app.tests import contracts, doors_off, factories

Make = Callable[[], object]


def unconcerned() -> dict[str, Make]:
	"""Return how each document of a customer without a contract is made, not yet inserted."""
	stranger = factories.customer("L2C Benchmark Stranger")
	order, invoice = factories.sales_order(stranger), factories.sales_invoice(stranger)
	return _makers(order.name, invoice.name, lambda: frappe.copy_doc(order))


def concerned() -> dict[str, Make]:
	"""Return how each document under a contract is made. Its order is made by us in life, and so carries our flag."""
	billed, contract = contracts.active(), contracts.active()
	invoice = make_sales_invoice(billed.sales_order)
	invoice.insert().submit()
	order = frappe.get_doc("Sales Order", contract.sales_order)

	def another() -> object:
		copy = frappe.copy_doc(order)
		copy.l2c_contract = contract.name
		copy.flags.l2c_by_service = True
		return copy

	return _makers(contract.sales_order, invoice.name, another)


def _makers(order: str, invoice: str, another: Make) -> dict[str, Make]:
	def payment() -> object:
		entry = get_payment_entry("Sales Invoice", invoice)
		return entry.update({"reference_no": "L2C-BENCH", "reference_date": entry.posting_date})

	return {
		"Sales Order": another,
		"Sales Invoice": lambda: make_sales_invoice(order),
		"Payment Entry": payment,
	}


def submitted(document: object) -> float:
	"""Insert and submit, with what waits for the commit. Returns milliseconds."""
	began = time.perf_counter()
	document.insert()
	document.submit()
	frappe.db.before_commit.run()
	return 1000 * (time.perf_counter() - began)


class Inside:
	"""The seconds inside our handlers; what one calls of another counts once."""

	def __init__(self) -> None:
		self.seconds = 0.0
		self.entered = False

	def watch(self) -> None:
		"""Time every handler of document events, and what waits for the commit, for the rest of this process."""
		for events in hooks.doc_events.values():
			for handler in doors_off.handlers(events):
				module, name = handler.rsplit(".", 1)
				self._time(import_module(module), name)
		self._time(recompute, "flush_before_commit")

	def _time(self, module: object, name: str) -> None:
		handler = getattr(module, name)

		def timed(*arguments: object, **options: object) -> object:
			if self.entered:
				return handler(*arguments, **options)
			self.entered, began = True, time.perf_counter()
			try:
				return handler(*arguments, **options)
			finally:
				self.entered = False
				self.seconds += time.perf_counter() - began

		if not hasattr(handler, "l2c_timed"):
			timed.l2c_timed = True
			setattr(module, name, timed)


def share_inside(make: Make, rounds: int, inside: Inside) -> float:
	"""Return the time inside our handlers in % of all other time of a submit: the median of the rounds."""
	shares = []
	for _turn in range(rounds):
		frappe.db.savepoint("l2c_bench")
		frappe.local.l2c_pictures = None
		document = make()
		inside.seconds = 0.0
		taken = submitted(document) / 1000
		shares.append(100 * inside.seconds / (taken - inside.seconds))
		frappe.db.rollback(save_point="l2c_bench")
		recompute.flush()
	return statistics.median(shares)


def in_turn(make: Make, rounds: int) -> tuple[float, float, float, list[int], list[str]]:
	"""Return ms without and with us, % more, the statements of each, and those with us that name a table of ours.

	A round is one of each, now this one first, now that one; its two times lie so close together that other work on the
	machine mostly changes both. The median of the rounds' ratios counts, and the medians of the times are shown.
	"""
	times: dict[bool, list[float]] = {False: [], True: []}
	sent: dict[bool, list[str]] = {}
	for turn in range(rounds + 2):
		for ours in (False, True) if turn % 2 else (True, False):
			frappe.db.savepoint("l2c_bench")
			frappe.local.l2c_pictures = None  # as in a transaction of its own
			with nullcontext() if ours else doors_off.without_our_events():
				document = make()
				if turn < 2:
					sent[ours] = doors_off.statements(lambda made=document: submitted(made))
				else:
					times[ours].append(submitted(document))
			frappe.db.rollback(save_point="l2c_bench")
			recompute.flush()
	counts = [len(sent[False]), len(sent[True])]
	named = [each for each in sent[True] if doors_off.mentions_us(each)]
	without, with_us = (statistics.median(times[ours]) for ours in (False, True))
	ratio = statistics.median(ours / host for host, ours in zip(times[False], times[True], strict=True))
	return without, with_us, 100 * (ratio - 1), counts, named


def main() -> None:
	"""Print a line per document and kind of customer."""
	given = arguments(__doc__.splitlines()[0], rounds=25)
	with connected(given.site):
		factories.bootstrap()
		cases = [("unconcerned", unconcerned(), 3), ("concerned", concerned(), 15)]
		for kind, makers, goal in cases:
			for doctype, make in makers.items():
				without, with_us, more, counts, named = in_turn(make, given.rounds)
				say(
					f"{kind:<12}{doctype:<15} without {without:.0f} ms, with {with_us:.0f} ms ({more:+.1f} %,"
				)
				say(
					f"{'':<12}goal {goal} %), statements {counts[0]} and {counts[1]}, {len(named)} of ours; {load()}"
				)
		inside = Inside()
		inside.watch()
		for kind, makers, goal in cases:
			for doctype, make in makers.items():
				share = share_inside(make, given.rounds, inside)
				say(f"{kind:<12}{doctype:<15} inside our handlers {share:.1f} % (goal {goal} %); {load()}")


if __name__ == "__main__":
	main()
