"""What a chased customer costs the accountant: submitting a Payment Entry with and without his case, beside open bank lines.

    cd BENCH/sites && ../env/bin/python APP/benchmarks/chase_door.py --site SITE [--lines 10000] [--invoices 20]

Each payment is measured with what runs before its commit; goal: at most 15 % more for a customer with a case. Printed
beside it: what the same door would cost if it read all of the case, or looked at every bank line. Everything is rolled back.
"""

import statistics
import time
from collections.abc import Callable

import frappe
from common import arguments, connected, load, say
from frappe.utils import add_days, nowdate

from l2c_app.services.chasing import bank_lines, case_doors, cases, chase_marks, chased_customers, policies
from l2c_app.services.ledger import recompute
from l2c_app.tests import factories

ROUNDS = 15
CUSTOMER = "L2C Benchmark Payer"


def add_lines(count: int) -> None:
	"""Write that many open bank lines of unknown payers."""
	fields = ["name", "company", "date", "currency", "deposit", "withdrawal", "unallocated_amount", "status"]
	fields += ["description", "bank_party_name", "docstatus", "creation", "modified", "owner", "modified_by"]
	stamps = (1, nowdate(), nowdate(), "Administrator", "Administrator")
	rows = [
		(
			*(f"ZZ-LINE-{number}", factories.COMPANY, nowdate(), "USD", 100 + number / 100, 0),
			*(100 + number / 100, "Unreconciled", f"transfer {number}", f"Stranger {number}", *stamps),
		)
		for number in range(count)
	]
	frappe.db.bulk_insert("Bank Transaction", fields=fields, values=rows)


def chased(invoices: int) -> str:
	"""Return a customer with a case over that many overdue invoices."""
	customer = factories.customer(CUSTOMER)
	frappe.db.set_value("Customer", customer, "email_id", "payer@bench.example.com")
	if not policies.any_enabled():
		values = {"policy_name": "L2C Benchmark", "enabled": 1, "finance_owner": factories.accounts_user()}
		factories.make("Dunning Policy", levels=[{"days": 5, "channel": "Call"}], **values)
		policies.forget()
	for number in range(invoices):
		due = add_days(nowdate(), -10 - number)
		schedule = [{"due_date": due, "invoice_portion": 100, "payment_amount": 1000}]
		posted = {"set_posting_time": 1, "posting_date": due, "payment_terms_template": ""}
		factories.sales_invoice(customer, rate=1000, payment_schedule=schedule, **posted)
	cases.refresh([customer])
	return customer


def payment(customer: str) -> None:
	"""Submit one receipt and do what waits for the commit."""
	factories.payment(customer, 1)
	recompute.flush()
	chase_marks.flush()


def in_turn(customer: str) -> tuple[float, float]:
	"""Return the median milliseconds of a payment without and with the case, measured in turn: both see the same load."""
	times: dict[bool, list[float]] = {False: [], True: []}
	payment(customer)
	for _round in range(ROUNDS):
		for known, taken in times.items():
			frappe.cache.set_value(chased_customers.KEY, {customer} if known else set())
			began = time.perf_counter()
			payment(customer)
			taken.append(1000 * (time.perf_counter() - began))
	return statistics.median(times[False]), statistics.median(times[True])


def median_ms(action: Callable[[], object], rounds: int = ROUNDS) -> float:
	"""Return the median of some rounds after a warm-up, in milliseconds."""
	action()
	times = []
	for _round in range(rounds):
		began = time.perf_counter()
		action()
		times.append(1000 * (time.perf_counter() - began))
	return statistics.median(times)


def main() -> None:
	"""Print one line."""
	given = arguments(__doc__.splitlines()[0], lines=10_000, invoices=20)
	with connected(given.site):
		factories.bootstrap()
		customer = chased(given.invoices)
		add_lines(given.lines)
		plain, with_case = in_turn(customer)
		door = median_ms(lambda: case_doors.pass_through([customer]))
		whole = median_ms(lambda: cases.refresh([customer]))
		every = median_ms(lambda: cases.refresh([customer], bank=bank_lines.suspects()), 3)
		chased_customers._drop()
		more = 100 * (with_case / plain - 1)
		say(f"{given.lines} lines, {given.invoices} overdue invoices: payment {plain:.0f} ms,")
		say(f"with a case {with_case:.0f} ms (+{more:.0f} %, goal 15 %); the door {door:.0f} ms,")
		say(
			f"reading the whole case would be {whole:.0f} ms, over every line it would be {every:.0f} ms; {load()}"
		)


if __name__ == "__main__":
	main()
