"""The position of every customer and every sales person against one grouped query over the payment ledger, and against
the host's own report, on synthetic invoices.

Every invoice has its own ledger row and a sales team of one; every third is partly paid, every tenth paid in full. The rows
are committed and taken out again by their names. The grouped query is what a report would need at least: open money per
customer, company, currency and document, or per sales person. Goal: at most 1.5 times its time.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date

import frappe
from common import arguments, connected, load, say
from frappe.utils import getdate, nowdate

from l2c_app.services.chasing import chase_facts, policies, receivables, sales_ageing
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.tests import factories

COMPANY = factories.COMPANY
ROUNDS = 7
FIELDS = (
	"name, owner, creation, modified, modified_by, docstatus, idx, posting_date, company, account_type, account, "
	"account_currency, party_type, party, due_date, voucher_type, voucher_no, against_voucher_type, against_voucher_no, "
	"amount, amount_in_account_currency, delinked"
)
GROUPED = """select party, company, account_currency, against_voucher_type, against_voucher_no,
	sum(amount_in_account_currency) as open_amount
	from `tabPayment Ledger Entry`
	where delinked = 0 and account_type = 'Receivable' and party_type = 'Customer'
	group by party, company, account_currency, against_voucher_type, against_voucher_no
	having open_amount != 0"""
BY_PERSON = """select team.sales_person, sum(invoice.open_amount * team.allocated_percentage / 100)
	from (
		select against_voucher_no, sum(amount) as open_amount from `tabPayment Ledger Entry`
		where delinked = 0 and account_type = 'Receivable' and against_voucher_type = 'Sales Invoice' and company = %s
		group by party, against_voucher_no having open_amount > 0
	) invoice
	join `tabSales Team` team on team.parent = invoice.against_voucher_no and team.parenttype = 'Sales Invoice'
	group by team.sales_person"""
TEAM = "name, owner, creation, modified, modified_by, docstatus, idx, parent, parenttype, parentfield, sales_person, "


def add_rows(invoices: int, customers: int) -> None:
	"""Insert the ledger rows of that many invoices, of their payments, and their sales teams; three statements."""
	document = "concat('ZZ-INV-', lpad(seq, 7, '0'))"
	common = (
		"'Administrator', now(6), now(6), 'Administrator', 1, 0, date_sub(curdate(), interval seq mod 200 day), "
		f"'{COMPANY}', 'Receivable', '{factories.receivable_account()}', 'USD', 'Customer', concat('ZZ-CUST-', seq mod {customers})"
	)
	due = "date_add(curdate(), interval 30 - cast(seq mod 200 as signed) day)"
	own = f"'Sales Invoice', {document}, 'Sales Invoice', {document}, 1000 + seq mod 97, 1000 + seq mod 97, 0"
	frappe.db.sql(
		f"insert into `tabPayment Ledger Entry` ({FIELDS}) select concat('zzi', seq), {common}, {due}, {own} "
		f"from seq_1_to_{invoices}"
	)
	paid = "-cast(if(seq mod 10 = 0, 1000 + seq mod 97, 400) as signed)"
	voucher = f"'Payment Entry', concat('ZZ-PAY-', seq), 'Sales Invoice', {document}, {paid}, {paid}, 0"
	frappe.db.sql(
		f"insert into `tabPayment Ledger Entry` ({FIELDS}) select concat('zzp', seq), {common}, null, {voucher} "
		f"from seq_1_to_{invoices} where seq mod 3 = 0 or seq mod 10 = 0"
	)
	frappe.db.sql(
		f"insert into `tabSales Team` ({TEAM} allocated_percentage) select concat('zzt', seq), 'Administrator', now(6), "
		f"now(6), 'Administrator', 1, 1, {document}, 'Sales Invoice', 'sales_team', concat('ZZ-SELLER-', seq mod 20), 100 "
		f"from seq_1_to_{invoices}"
	)
	frappe.db.commit()
	frappe.db.sql("analyze table `tabPayment Ledger Entry`")


def clean() -> None:
	"""Take the rows out again."""
	frappe.db.sql("delete from `tabPayment Ledger Entry` where name like 'zzi%' or name like 'zzp%'")
	frappe.db.sql("delete from `tabSales Team` where name like 'zzt%'")
	frappe.db.commit()


def median_seconds(action: Callable[[], object], rounds: int = ROUNDS) -> float:
	"""Return the median of some rounds after a warm-up."""
	action()
	times = []
	for _round in range(rounds):
		began = time.perf_counter()
		action()
		times.append(time.perf_counter() - began)
	return statistics.median(times)


def native_seconds(today: date) -> float:
	"""Return the seconds of the host's report of receivables."""
	# the host's module needs a connected site when it is loaded
	from erpnext.accounts.report.accounts_receivable.accounts_receivable import execute

	asked = {"company": COMPANY, "report_date": today, "range": "30, 60, 90, 120"}
	asked |= {"ageing_based_on": "Due Date", "party_type": "Customer"}
	return median_seconds(lambda: execute(frappe._dict(asked)), 1)


def measure(invoices: int, customers: int) -> None:
	"""Print the figures for one size."""
	add_rows(invoices, customers)
	try:
		grouped = median_seconds(lambda: frappe.db.sql(GROUPED))
		positions = median_seconds(receivables.positions)
		found = receivables.positions()
		late = [key[0] for key, each in found.items() if each.overdue > 0 and key[1] == COMPANY][:500]
		began = time.perf_counter()
		chase_facts.read(late, policies=policies.Policies(money_unit()))
		facts = time.perf_counter() - began
		ratio = positions / grouped
		say(
			f"{invoices:>8} invoices, {customers} customers: grouped query {grouped:.3f} s, positions {positions:.3f} s,"
		)
		say(f"         ratio {ratio:.2f} (goal 1.5); facts of 500 overdue customers {facts:.3f} s; {load()}")
		today = getdate(nowdate())
		grouped = median_seconds(lambda: frappe.db.sql(BY_PERSON, COMPANY))
		people = median_seconds(lambda: sales_ageing.by_sales_person(COMPANY, today))
		native = native_seconds(today)
		say(
			f"         by sales person: grouped query {grouped:.3f} s, ageing {people:.3f} s, ratio {people / grouped:.2f};"
		)
		say(f"         the host's report of receivables {native:.3f} s; {load()}")
	finally:
		clean()


def main() -> None:
	given = arguments(
		"Positions of customers and sales people.", small=20_000, large=100_000, customers=2_000
	)
	with connected(given.site):
		clean()
		for invoices in (given.small, given.large):
			measure(invoices, given.customers)


if __name__ == "__main__":
	main()
