"""A whole run over bank lines on a bench site: reading, matching and storing, with precision and recall. Rolled back.

    cd BENCH/sites && ../env/bin/python APP/benchmarks/bank_run.py --site SITE [--lines 10000] [--invoices 50000] [--store 1000]

The noise is that of statement_noise.py. Rows are written straight into the tables, because the natives would take hours; nothing
is committed.
"""

import argparse
import random
import sys
import time
from dataclasses import replace
from pathlib import Path

import frappe

sys.path.insert(0, str(Path(__file__).parent))

import matching
import statement_noise as noise

TODAY = "2026-11-01"
ACCOUNT = "Bank run receivable"


def rows_of(doctype: str, fields: list[str], values: list[tuple]) -> None:
	"""Write rows with the usual stamps."""
	stamps = ["creation", "modified", "owner", "modified_by", "docstatus"]
	full = [(*row, TODAY, TODAY, "Administrator", "Administrator", 1) for row in values]
	frappe.db.bulk_insert(doctype, fields=[*fields, *stamps], values=full)


def prepare(company: str, options: argparse.Namespace) -> list[set[str] | None]:
	"""Write customers, open invoices and lines; returns what each line really pays."""
	rng = random.Random(options.seed)
	names = noise.customers(options.customers, rng)
	items = noise.invoices(options.invoices, names, rng)
	lines, truth, _noises = noise.statement(options.lines, items[:], {key: name for name, key in names}, rng)
	rows_of("Customer", ["name", "customer_name", "disabled"], [(key, name, 0) for name, key in names])
	accounts = [(f"BA-{key}", f"BA-{key}", "Customer", key, f"IBAN-{key}", 0) for _name, key in names]
	fields = ["name", "account_name", "party_type", "party", "iban", "disabled"]
	rows_of("Bank Account", fields, accounts)
	fields = ["name", "company", "customer", "due_date", "posting_date", "currency"]
	rows_of(
		"Sales Invoice",
		fields,
		[(item.key, company, item.customer, item.due, item.due, item.currency) for item in items],
	)
	fields = ["name", "company", "party_type", "party", "account", "account_type", "account_currency"]
	fields += ["voucher_type", "voucher_no", "against_voucher_type", "against_voucher_no", "delinked"]
	fields += ["amount_in_account_currency", "posting_date"]
	ledger = [
		(
			*(f"PLE-{item.key}", company, "Customer", item.customer, ACCOUNT, "Receivable", item.currency),
			*("Sales Invoice", item.key, "Sales Invoice", item.key, 0, item.open / 100, item.due),
		)
		for item in items
	]
	rows_of("Payment Ledger Entry", fields, ledger)
	fields = ["name", "company", "date", "currency", "deposit", "withdrawal", "unallocated_amount"]
	fields += ["description", "bank_party_name", "bank_party_iban", "bank_account"]
	statement = [
		(
			*(line.key, company, frappe.utils.nowdate(), line.currency, line.amount / 100, 0),
			*(line.amount / 100, line.text, line.payer, line.account, ""),
		)
		for line in lines
	]
	rows_of("Bank Transaction", fields, statement)
	return truth


def main() -> None:
	"""Print one table."""
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--site", required=True)
	for name, default in (
		("lines", 10_000),
		("invoices", 50_000),
		("customers", 4_000),
		("store", 1_000),
		("seed", 1),
	):
		parser.add_argument(f"--{name}", type=int, default=default)
	options = parser.parse_args()
	frappe.init(options.site)
	frappe.connect()
	try:
		run(options)
	finally:
		frappe.db.rollback()
		frappe.destroy()


def run(options: argparse.Namespace) -> None:
	"""Time the parts of a run and judge what it found."""
	from l2c_app.services.receipt import bank_matching

	company = frappe.get_all("Company", pluck="name", order_by="name", limit=1)[0]
	for doctype in ("Bank Transaction", "Sales Invoice", "Payment Ledger Entry"):
		frappe.db.delete(doctype, {"company": company})  # comes back with the rollback
	truth = prepare(company, options)
	began = time.perf_counter()
	found = {line.name: (line, match, about) for line, match, about in bank_matching.find(company)}
	seconds = time.perf_counter() - began
	matches = [found[f"L{place}"][1] for place in range(options.lines)]
	plain = [
		replace(match, parts=tuple((key.split("|")[0], amount) for key, amount in match.parts))
		for match in matches
	]
	matching.report(plain, truth, seconds)
	some = [found[f"L{place}"] for place in range(options.store)]
	store(some, "stored")
	store(some, "stored once more")


def store(found: list[tuple], what: str) -> None:
	"""Store results as a run does, a chunk at a time, and print what it took."""
	from l2c_app.services.receipt import bank_matching, bank_store
	from l2c_app.tests import doors_off

	def all_of_it() -> None:
		for place in range(0, len(found), bank_matching.CHUNK):
			bank_store.store("", found[place : place + bank_matching.CHUNK])

	began, worked = time.perf_counter(), time.process_time()
	sent = doors_off.statements(all_of_it)
	taken, worked = time.perf_counter() - began, time.process_time() - worked
	each, own = 1000 * taken / len(found), 1000 * worked / len(found)
	print(f"{what}: {len(found)} lines in {taken:.1f} s with {len(sent)} statements, {each:.2f} ms a line")
	print(f"\tof these {own:.2f} ms of this process")


if __name__ == "__main__":
	main()
