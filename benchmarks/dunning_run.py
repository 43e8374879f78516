"""A dunning run over many overdue invoices: the list made, every gate judged, the messages queued.

    cd BENCH/sites && ../env/bin/python APP/benchmarks/dunning_run.py --site SITE [--invoices 50000] [--customers 5000]

Every customer has a mail address and ten invoices. A tenth of them has money on account that covers everything, which the
run must find. *Send* judges each line again from the ledger and queues its mail; --messages limits how many. No mail is
delivered, everything is rolled back.
"""

import time

import frappe
from common import arguments, connected, load, say

from l2c_app.services.chasing import bank_lines, dunning_runs, policies
from l2c_app.tests import factories

POLICY, TEMPLATE = "L2C Benchmark Run", "L2C Benchmark Reminder"
PREFIX = "ZZ-DUN-"
LEDGER = (
	"name, owner, creation, modified, modified_by, docstatus, idx, posting_date, company, account_type, account, "
	"account_currency, party_type, party, due_date, voucher_type, voucher_no, against_voucher_type, against_voucher_no, "
	"amount, amount_in_account_currency, delinked"
)


def add_money(invoices: int, customers: int) -> None:
	"""Insert customers, their overdue invoices in the payment ledger, and every tenth one's money on account."""
	stamps = "'Administrator', now(6), now(6), 'Administrator'"
	frappe.db.sql(
		f"""insert into `tabCustomer` (name, owner, creation, modified, modified_by, docstatus, idx, customer_name,
			customer_type, customer_group, email_id)
		select concat('{PREFIX}', seq), {stamps}, 0, 0, concat('Payer ', seq), 'Company', %(group)s,
			concat('payer', seq, '@bench.example.com') from seq_0_to_{customers - 1}""",
		{"group": factories.leaf_of("Customer Group")},
	)
	party = f"concat('{PREFIX}', seq mod {customers})"
	common = f"{stamps}, 1, 0, %(day)s, %(company)s, 'Receivable', %(account)s, 'USD', 'Customer', {party}"
	values = {"day": "2026-01-01", "company": factories.COMPANY, "account": factories.receivable_account()}
	number = f"concat('{PREFIX}INV-', seq)"
	due = "date_sub(curdate(), interval 30 + seq mod 60 day)"
	frappe.db.sql(
		f"""insert into `tabPayment Ledger Entry` ({LEDGER})
		select concat('zdi', seq), {common}, {due}, 'Sales Invoice', {number}, 'Sales Invoice', {number},
			1000 + seq mod 97, 1000 + seq mod 97, 0 from seq_0_to_{invoices - 1}""",
		values,
	)
	payment = f"concat('{PREFIX}PAY-', seq)"
	frappe.db.sql(
		f"""insert into `tabPayment Ledger Entry` ({LEDGER})
		select concat('zdp', seq), {common}, null, 'Payment Entry', {payment}, 'Payment Entry', {payment},
			-1000000, -1000000, 0 from seq_0_to_{customers - 1} where seq mod 10 = 0""",
		values,
	)


def policy() -> str:
	"""Make the only enabled policy: one letter by mail after five days."""
	frappe.db.set_value("Dunning Policy", {"enabled": 1}, "enabled", 0)
	text = {
		"subject": "{{ amount }} is due",
		"response": "{% for item in items %}{{ item.invoice }} {{ item.open }} {% endfor %}",
	}
	if not frappe.db.exists("Email Template", TEMPLATE):
		factories.make("Email Template", name=TEMPLATE, **text)
	if not frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}):
		account = frappe.new_doc("Email Account", name="L2C Benchmark", email_account_name="L2C Benchmark")
		account.update({"email_id": "sender@bench.example.com", "smtp_server": "localhost"})
		account.update({"enable_outgoing": 1, "default_outgoing": 1, "no_smtp_authentication": 1})
		account.db_insert()  # nobody is asked whether the server is there: nothing is delivered
	levels = [{"days": 5, "channel": "Email", "email_template": TEMPLATE}]
	values = {"policy_name": POLICY, "enabled": 1, "finance_owner": factories.accounts_user()}
	factories.make("Dunning Policy", levels=levels, **values)
	policies.forget()
	return POLICY


def sent(run: str, most: int) -> tuple[int, float]:
	"""Send lines of a run as its job does, without the commits. Returns how many and the seconds."""
	frappe.db.set_value(dunning_runs.RUN, run, "state", "Sending")
	began, count = time.perf_counter(), 0
	for _name in dunning_runs.lines(run):
		count += 1
		if count == most:
			break
	return count, time.perf_counter() - began


def main() -> None:
	"""Print two lines."""
	given = arguments(__doc__.splitlines()[0], invoices=50_000, customers=5_000, messages=1_000)
	with connected(given.site):
		factories.bootstrap()
		name = policy()
		add_money(given.invoices, given.customers)
		began = time.perf_counter()
		run, found = dunning_runs.record(name)
		listed = sum(dunning_runs.fill(run))
		made = time.perf_counter() - began
		counts = frappe.db.get_value(dunning_runs.RUN, run, ["proposed", "gated"])
		began = time.perf_counter()
		bank_lines.suspects()
		bank = time.perf_counter() - began
		count, seconds = sent(run, given.messages)
		mails = frappe.db.count("Dunning Notice", {"policy": name})
		say(
			f"{given.invoices} overdue invoices of {len(found)} customers: list of {listed} lines in {made:.1f} s"
		)
		say(f"({counts[0]} proposed, {counts[1]} held back; bank lines {bank:.2f} s of it); {load()}")
		say(f"sent: {count} lines, {mails} mails in {seconds:.1f} s, {1000 * seconds / count:.0f} ms each")


if __name__ == "__main__":
	main()
