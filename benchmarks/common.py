"""What the benchmarks share: a connection to a bench site, a pool of fifty, and leads made by SQL in bulk.

Only for a site that may be thrown away: the benchmarks commit. `clean` removes the leads, seats and log rows again.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import frappe

POOL = "L2C Benchmark"
PREFIX = "L2C-BENCH-"
MEMBERS = 50
SIZES = (10_000, 100_000, 1_000_000)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SEAT_NAME = f"convert(left(md5(concat('{POOL}', seq)), 14) using utf8mb4) collate utf8mb4_unicode_ci"
LEAD_FIELDS = (
	"name, owner, creation, modified, modified_by, docstatus, idx, naming_series, lead_name, first_name, company_name, "
	"status, request_type, l2c_pooled"
)
SEAT_FIELDS = (
	"name, owner, creation, modified, modified_by, docstatus, idx, party_type, party, party_name, pool, state, "
	"is_primary, version, admitted_on"
)


def arguments(description: str, **options: int) -> argparse.Namespace:
	"""Read --site and whole-number options from the command line."""
	parser = argparse.ArgumentParser(description=description)
	parser.add_argument("--site", required=True, help="a bench site that may be thrown away")
	parser.add_argument("--task", help=argparse.SUPPRESS)
	for name, default in options.items():
		parser.add_argument(f"--{name}", type=int, default=default)
	return parser.parse_args()


@contextmanager
def connected(site: str) -> Iterator[None]:
	"""Connect as Administrator. Run it from the bench's folder `sites`, or set L2C_SITES to it."""
	frappe.init(site, sites_path=os.environ.get("L2C_SITES", "."))
	frappe.connect()
	frappe.flags.mute_emails = True
	try:
		yield
	finally:
		frappe.db.rollback()
		frappe.destroy()


def timed(action: Callable[[], object]) -> float:
	"""Return the seconds an action takes, its commit included."""
	began = time.perf_counter()
	action()
	frappe.db.commit()
	return time.perf_counter() - began


def load() -> str:
	"""Return the machine's load, which every printed figure should be read with."""
	return "load {:.1f} {:.1f} {:.1f} on {} cores".format(*os.getloadavg(), os.cpu_count())


def say(*parts: object) -> None:
	"""Print at once, also into a pipe."""
	print(*parts, flush=True)
	sys.stdout.flush()


def members(count: int = MEMBERS) -> list[str]:
	"""Return that many enabled sales users, made where missing."""
	from l2c_app.tests import factories

	users = [factories.sales_user(f"bench.{number:03d}") for number in range(count)]
	frappe.db.commit()
	return users


def pool(users: list[str], name: str = POOL, **values: object) -> object:
	"""Return the benchmark's pool, without limits unless given, with exactly these members and Administrator as manager."""
	values = {"holding_cap": 0, "daily_quota": 0, "backlog_cap": 0, "cool_down_days": 0, **values}
	rows = [{"member_type": "User", "user": user} for user in users]
	rows.append({"member_type": "User", "user": "Administrator", "is_manager": 1, "weight": 0})
	if frappe.db.exists("Lead Pool", name):
		document = frappe.get_doc("Lead Pool", name)
	else:
		document = frappe.get_doc({"doctype": "Lead Pool", "pool_name": name, "party_type": "Lead"})
	document.update({"enabled": 1, "admission_filters": '[["request_type", "=", "none such"]]', **values})
	document.set("members", rows)
	document.save()
	frappe.db.commit()
	return document


def add_leads(count: int, *, name: str = POOL) -> None:
	"""Insert synthetic leads and their free seats up to this number, two statements per fifty thousand; what is there stays."""
	step = 50_000
	there = frappe.db.count("Lead", {"name": ("like", f"{PREFIX}%")})
	for start in range(there, count, step):
		last = min(start + step, count)
		numbers = f"seq_{start + 1}_to_{last}"
		frappe.db.sql(
			f"""insert into `tabLead` ({LEAD_FIELDS})
			select concat(%(prefix)s, lpad(seq, 9, '0')), 'Administrator', date_sub(now(6), interval seq second), now(6),
				'Administrator', 0, 0, 'CRM-LEAD-.YYYY.-', concat('Buyer ', seq), 'Buyer', concat('Company ', seq),
				'Lead', '', 1 from {numbers}""",
			{"prefix": PREFIX},
		)
		frappe.db.sql(
			f"""insert into `tabLead Pool Seat` ({SEAT_FIELDS})
			select {SEAT_NAME}, 'Administrator', now(6), now(6), 'Administrator', 0, 0, 'Lead',
				concat(%(prefix)s, lpad(seq, 9, '0')), concat('Company ', seq), %(pool)s, 'Available', 1, 1,
				date_sub(now(6), interval seq second) from {numbers}""",
			{"prefix": PREFIX, "pool": name},
		)
		frappe.db.commit()
	frappe.db.sql("analyze table `tabLead`")
	frappe.db.sql("analyze table `tabLead Pool Seat`")


def without_workers() -> None:
	"""Keep runs in this process: a worker of the bench would take the same work, and both would be measured."""
	from l2c_app.services.pool import runs

	runs.queue = lambda name: None


def forget_runs(name: str = POOL) -> None:
	"""Remove the recorded runs of a pool, and what they have still to do."""
	for run in frappe.get_all("Pool Run", filters={"pool": name}, pluck="name", order_by="name"):
		frappe.db.delete("Pool Run Chunk", {"run": run})
	for table in ("Pool Run Row", "Pool Run"):
		while frappe.db.sql(f"select 1 from `tab{table}` where pool = %s limit 1", name):
			frappe.db.sql(f"delete from `tab{table}` where pool = %s limit 100000", name)
			frappe.db.commit()


def clean(name: str = POOL) -> None:
	"""Remove the benchmark's leads, seats and log rows; users and the pool stay for the next run."""
	for table, column, value in (
		("Lead", "name", f"{PREFIX}%"),
		("Lead Pool Seat", "pool", name),
		("Lead Pool Log", "pool", name),
		("ToDo", "reference_name", f"{PREFIX}%"),
	):
		while frappe.db.sql(f"select 1 from `tab{table}` where {column} like %s limit 1", value):
			frappe.db.sql(f"delete from `tab{table}` where {column} like %s limit 100000", value)
			frappe.db.commit()
