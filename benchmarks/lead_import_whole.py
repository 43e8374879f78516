"""Import a whole file in which nine of ten rows repeat another one, its worker killed once, and prove that no row is lost.

	cd frappe-bench/sites && ../env/bin/python ../apps/l2c_app/benchmarks/lead_import_whole.py --site bench.test --size 5000

Every tenth row is the first of a person; the others repeat one of those before, spelt differently: phones with spaces,
dashes, prefixes or wide digits, addresses in capitals, the one or the other left out. Of a hundred people one is on the
site already, and of one the first row is refused, so that a repeated row becomes the lead. Of a hundred rows two have no
contact or no name. The file is previewed, the preview committed, and a process of its own works on it; at `killed` of a
hundred it is killed and the run resumed by another. What is left is counted by the rows, the leads and their keys.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable

import common
import frappe
import lead_import as part

ROW = "Lead Import Row"
REPEATS = 10  # rows per person
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
PHONES: tuple[Callable[[str], str], ...] = (
	lambda digits: digits,
	lambda digits: f"+86 {digits[:3]} {digits[3:7]} {digits[7:]}",
	lambda digits: f"0086-{digits}",
	lambda digits: f"({digits[:3]}) {digits[3:7]}-{digits[7:]}",
	lambda digits: digits.translate(WIDE),
	lambda digits: f" {digits[:3]}.{digits[3:7]}.{digits[7:]} ",
)
MAILS: tuple[Callable[[str], str], ...] = (str, str.upper, str.title, lambda mail: f"  {mail} ")
TALLY = ("new", "new_seconds", "steps", "seconds", "megabytes")


def person(number: int, way: int = 0) -> tuple[str, ...]:
	"""Return a row about a person, spelt in one of many ways; the first way has phone and address as they are."""
	phone = PHONES[way % len(PHONES)](f"177{number:08d}")
	mail = MAILS[way % len(MAILS)](f"whole{number}@bench-import.test")
	left_out = way % 5 if way else 0
	phone, mail = (phone, "") if left_out == 1 else ("", mail) if left_out == 2 else (phone, mail)
	return (f"{part.COMPANY} {number}", f"Buyer {number}", phone, mail, "Ningbo", "All Territories")


def known(number: int) -> bool:
	"""Say whether a person is on the site before the file."""
	return number % 100 == 10


def file_rows(size: int) -> tuple[list[tuple[str, ...]], dict[str, int]]:
	"""Return the rows of the file and how many are to be created, repeated and refused, reckoned row by row.

	A lead is known by what its own row has: one made of a row without a phone is not known by the phone of a later row.
	"""
	chance, made = random.Random(4), []
	there = {(number, kind) for number in filter(known, range(size // REPEATS)) for kind in (2, 3)}
	expected = {"created": 0, "repeated": 0, "refused": 0}
	for place in range(size):
		first = place % REPEATS == 0
		number = place // REPEATS if first else chance.randrange(place // REPEATS + 1)
		row = list(person(number, 0 if first else chance.randrange(1, 1000)))
		kept = {(number, kind) for kind in (2, 3) if row[kind]}
		if place % 100 == 37:
			row[2] = row[3] = ""
		elif place % 100 == 73:
			row[0] = row[1] = ""
		elif kept & there:
			expected["repeated"] += 1
		elif first and number % 100 == 50:
			row[3] = "no address"  # the host refuses it when the lead is saved
		else:
			there |= kept
			expected["created"] += 1
		made.append(tuple(row))
	expected["refused"] = size - sum(expected.values())
	return made, expected


def work(name: str) -> None:
	"""Do the run in this process; one line of figures per committed piece."""
	from l2c_app.services.lead import import_run_work, import_runs, lead_import

	tally = dict.fromkeys(TALLY, 0)
	save, began = lead_import._save, time.perf_counter()

	def timed_save(*arguments: object) -> dict:
		row_began = time.perf_counter()
		result = save(*arguments)
		tally["new"] += 1
		tally["new_seconds"] += time.perf_counter() - row_began
		return result

	def commit() -> None:
		frappe.db.commit()
		tally["steps"] += 1
		tally.update(seconds=time.perf_counter() - began, megabytes=peak())
		common.say(json.dumps(tally))

	lead_import._save = timed_save
	import_runs.queue = lambda name: None
	import_run_work.work(name, commit=commit, seconds=float("inf"))


def peak() -> int:
	"""Return the most memory that this process had, in megabytes."""
	return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


class Worker:
	"""A process that works on a run and writes its figures into a file."""

	def __init__(self, site: str, name: str) -> None:
		self.figures = tempfile.TemporaryFile("w+")
		command = [sys.executable, "-W", "ignore", __file__, "--site", site, "--task", name]
		self.process = subprocess.Popen(command, stdout=self.figures)

	def tallies(self) -> list[dict]:
		"""Return the figures after each committed piece."""
		self.figures.seek(0)
		return [json.loads(line) for line in self.figures if line.startswith("{") and line.endswith("\n")]

	def kill_at(self, name: str, percent: int) -> None:
		"""Kill the process once so much is done, between two writes or in the middle of one."""
		while self.process.poll() is None:
			frappe.db.rollback()
			if progress(name) >= percent:
				time.sleep(random.uniform(0, 3))
				os.kill(self.process.pid, signal.SIGKILL)
			time.sleep(1)
		self.process.wait()


def progress(name: str) -> float:
	"""Return how much of a run is done, of a hundred."""
	return frappe.db.get_value("Lead Import Run", name, "progress") or 0


def already_there(size: int) -> None:
	"""Save the people whom the site knows before the file."""
	for number in filter(known, range(size // REPEATS)):
		values = dict(zip(part.FIELDS, person(number), strict=True))
		frappe.get_doc({"doctype": "Lead", **values}).insert()
	frappe.db.commit()


def opened(name: str) -> None:
	"""Print how long the form of the run, the lines that it shows and the list of its rows take."""
	from frappe.desk.form.load import getdoc

	def rows(limit: int, *fields: str, **filters: object) -> list:
		return frappe.get_list(
			ROW, filters={"run": name, **filters}, fields=fields, order_by="name asc", limit=limit
		)

	cells = ("line", "status", "lead", "reason", "content")
	questions = {
		"form": lambda: getdoc("Lead Import Run", name),
		"refused lines": lambda: rows(51, *cells, status="Failed"),
		"other lines": lambda: rows(51, *cells, status=("!=", "Failed"), reason=("is", "set")),
		"list of rows": lambda: rows(20, "*"),
		"count of rows": lambda: frappe.db.count(ROW, {"run": name}),
	}
	frappe.response.docs = []
	common.say("opened:", ", ".join(f"{what} {common.timed(ask):.3f} s" for what, ask in questions.items()))


def prove(name: str, size: int, expected: dict[str, int]) -> None:
	"""Print what became of the rows and raise AssertionError unless each has one result and no lead is there twice."""
	from l2c_app.services.pool import invariants

	fields = ["name", "line", "status", "lead", "reason"]
	rows = frappe.get_all(ROW, filters={"run": name}, fields=fields, order_by="name")
	became = Counter(row.status for row in rows)
	leads = [row.lead for row in rows if row.status == "Done"]
	found = {"created": became["Done"], "repeated": became["Skipped"], "refused": became["Failed"]}
	common.say(f"results: {found}, expected {expected}")
	assert len(rows) == len({row.line for row in rows}) == size == sum(found.values()), became
	assert all(row.lead for row in rows if row.status == "Done") and len(set(leads)) == len(leads)
	assert all(row.reason for row in rows if row.status != "Done")
	assert found == expected, (found, expected)
	on_site = frappe.db.count("Lead", {"company_name": ("like", f"{part.COMPANY} %")})
	assert on_site == len(leads) + sum(map(known, range(size // REPEATS))), on_site
	shared = frappe.db.sql(
		"""select k.kind, k.value from `tabL2C Party Key` k join `tabLead` l on l.name = k.party
		where k.party_type = 'Lead' and k.kind in ('Phone', 'Email') and l.company_name like %s
		group by k.kind, k.value having count(distinct k.party) > 1""",
		f"{part.COMPANY} %",
	)
	broken = invariants.check()
	common.say(
		f"leads {on_site:,}, keys that two of them share {len(shared)}, broken invariants {len(broken)}"
	)
	assert not shared and not broken, (shared[:3], broken[:3])


def half_done(name: str) -> None:
	"""After the kill: print what is there, and raise AssertionError unless rows and leads agree."""
	from l2c_app.services.pool import invariants

	frappe.db.rollback()
	done = frappe.db.count(ROW, {"run": name, "status": "Done"})
	seats = frappe.db.count("Lead Pool Seat", {"pool": part.POOL})
	broken = invariants.check()
	common.say(
		f"killed at {progress(name):.0f} of a hundred: {done:,} rows done, broken invariants {len(broken)}"
	)
	assert not broken and done + there_before(name) == seats, (done, seats, broken[:3])


def there_before(name: str) -> int:
	"""Return how many leads of the pool are no row's."""
	return frappe.db.sql(
		"""select count(*) from `tabLead Pool Seat` s left join `tabLead Import Row` r on r.lead = s.party and r.run = %s
		where s.pool = %s and r.name is null""",
		(name, part.POOL),
	)[0][0]


def report(workers: list[Worker], expected: dict[str, int], seconds: float) -> None:
	"""Print what a row cost, new and repeated, at the beginning and at the end of each process, and the most memory."""
	rows = sum(expected.values())
	common.say(f"worked: {seconds:,.1f} s, {rows / seconds:.1f} rows a second ({common.load()})")
	for worker in workers:
		tallies = worker.tallies()
		tenth = len(tallies) // 10
		for where, start, end in (
			("all", dict.fromkeys(TALLY, 0), tallies[-1]),
			("first tenth", tallies[0], tallies[tenth]),
			("last tenth", tallies[-1 - tenth], tallies[-1]),
		):
			took = {key: end[key] - start[key] for key in TALLY}
			rest = took["seconds"] - took["new_seconds"]
			others = took["new"] * (rows / expected["created"] - 1)
			common.say(
				f"  {where}: {took['steps']} pieces, {took['new']:,} new leads {1e3 * took['new_seconds'] / max(took['new'], 1):.1f} "
				f"ms each, all else {1e3 * rest / max(others, 1):.2f} ms per row that is none, {end['megabytes']} MB at most"
			)


def previewed(rows: list[tuple[str, ...]]) -> str:
	"""Upload the file, read it and preview the run; print each. Returns the run, its preview finished."""
	from l2c_app.services.lead import import_run_work, import_runs, lead_file

	began = time.perf_counter()
	name = part.start(rows, mode=import_runs.PREVIEW)
	uploaded = time.perf_counter() - began
	file = frappe.db.get_value(import_runs.RUN, name, "file")
	reading = common.timed(lambda: lead_file.read(file))
	planned = common.timed(lambda: import_run_work.step(name))
	common.say(
		f"upload {uploaded:.2f} s, reading {reading:.2f} s, preview of {len(rows):,} rows {planned:.1f} s "
		f"({1e3 * planned / len(rows):.2f} ms a row), {peak()} MB ({common.load()})"
	)
	return name


def main() -> None:
	"""Preview, import, kill, resume, prove, remove."""
	options = common.arguments(__doc__.splitlines()[0], size=100_000, killed=40, kept=0)
	with common.connected(options.site):
		if options.task:
			work(options.task)
			return
		from l2c_app.services.lead import import_runs

		part.clean()
		part.pool(enabled=True)
		already_there(options.size)
		rows, expected = file_rows(options.size)
		name = previewed(rows)
		opened(name)
		import_runs.commit_preview(name)
		frappe.db.commit()
		began = time.perf_counter()
		workers = [Worker(options.site, name)]
		workers[0].kill_at(name, options.killed)
		half_done(name)
		import_runs.resume(name)
		frappe.db.commit()
		workers.append(Worker(options.site, name))
		workers[1].process.wait()
		seconds = time.perf_counter() - began
		frappe.db.rollback()
		report(workers, expected, seconds)
		opened(name)
		prove(name, options.size, expected)
		if not options.kept:
			part.clean()


if __name__ == "__main__":
	main()
