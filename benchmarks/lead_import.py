"""Import a file of leads with repeated and unusable rows by a recorded run, against what the host's Data Import does.

	cd frappe-bench/sites && ../env/bin/python ../apps/l2c_app/benchmarks/lead_import.py --site bench.test

Of a hundred rows ten repeat the phone of another row, written differently, and one has no contact. Files of `small` and
`large` rows are imported whole, per row against the host without us, so that a cost that grows with the file would show.
Of a file of `size` rows the plan is timed, and `worked` rows from its beginning and its middle. The native import takes
`natives` other rows without our document events, into the same fields.
"""

import csv
import io
import time

import common
import frappe

POOL = "L2C Import Benchmark"
COMPANY = "L2C Import"
FIELDS = ("company_name", "first_name", "mobile_no", "email_id", "city", "territory")
HEADINGS = ("Organization Name", "First Name", "Mobile No", "Email", "City", "Territory")
REPEATED, UNUSABLE = 10, 1  # of a hundred


def rows(size: int, *, first: int = 0) -> list[tuple[str, ...]]:
	"""Return the rows of a file, numbered from `first`."""
	made = []
	for number in range(first, first + size):
		place = number % 100
		phone, mail = f"139{number:08d}", f"buyer{number}@bench-import.test"
		if place >= 100 - REPEATED:
			phone = f"+86 139 {number - 50:08d}"
		elif place < UNUSABLE:
			phone = mail = ""
		made.append((f"{COMPANY} {number}", f"Buyer {number}", phone, mail, "Ningbo", "All Territories"))
	return made


def native(made: list[tuple[str, ...]]) -> float:
	"""Return the seconds per row of what the host's Data Import does with each: insert it, commit. Without our part."""
	from l2c_app.tests import doors_off

	def insert() -> None:
		for row in made:
			lead = frappe.new_doc("Lead")
			lead.update(dict(zip(FIELDS, row, strict=True)))
			lead.insert()
			frappe.db.commit()

	frappe.flags.in_import = True
	with doors_off.without_our_events():
		taken = common.timed(insert)
	frappe.flags.in_import = False
	return taken / len(made)


def start(made: list[tuple[str, ...]], *, mode: str = "Commit") -> str:
	"""Record a run over the file, as the Desk does. Returns its name."""
	from l2c_app.services.lead import import_runs

	text = io.StringIO()
	csv.writer(text).writerows([HEADINGS, *made])
	values = {"file_name": f"l2c-import-{len(made)}.csv", "is_private": 1, "content": text.getvalue()}
	file = frappe.get_doc({"doctype": "File", **values}).insert()
	import_runs.queue = lambda name: None  # a worker of the bench would take the same work
	name = import_runs.start(file.name, mode=mode)
	frappe.db.commit()
	return name


def whole(size: int, *, first: int) -> tuple[float, int]:
	"""Return the seconds of a whole run over a file, its plan included, and how many rows became leads."""
	from l2c_app.services.lead import import_run_work, import_runs

	name = start(rows(size, first=first))
	began = time.perf_counter()
	while import_run_work.step(name):
		frappe.db.commit()
	frappe.db.commit()
	return time.perf_counter() - began, frappe.db.get_value(import_runs.RUN, name, "done_rows")


def worked(name: str, count: int) -> tuple[float, int]:
	"""Return the seconds of the next rows and how many became leads."""
	from l2c_app.services.lead import import_run_work, import_runs

	before = frappe.db.get_value(import_runs.RUN, name, "done_rows") or 0
	began = time.perf_counter()
	for _number in range(max(1, count // import_run_work.CHUNK)):
		if not import_run_work.step(name):
			break
		frappe.db.commit()
	taken = time.perf_counter() - began
	return taken, (frappe.db.get_value(import_runs.RUN, name, "done_rows") or 0) - before


def to_the_middle(name: str, size: int) -> None:
	"""Let the run go on in the middle of its file."""
	from l2c_app.services.lead import import_runs

	frappe.db.set_value(import_runs.RUN, name, "row_cursor", f"{name}-{size // 2:08d}")
	frappe.db.commit()


def clean() -> None:
	"""Remove what was made, but for the pool and its log."""
	for table, column, value in (
		("Lead Pool Seat", "pool", POOL),
		("Lead", "company_name", f"{COMPANY} %"),
		("Contact", "first_name", "Buyer %"),
		("Dynamic Link", "parent", "Buyer %"),
		("Contact Email", "parent", "Buyer %"),
		("Contact Phone", "parent", "Buyer %"),
		("Lead Import Row", "owner", "Administrator"),
	):
		frappe.db.sql(f"delete from `tab{table}` where {column} like %s", value)
	frappe.db.sql(
		"""delete k from `tabL2C Party Key` k left join `tabLead` l on l.name = k.party
		where k.party_type = 'Lead' and l.name is null"""
	)
	frappe.db.sql("update `tabLead Import Run` set state = 'Stopped' where state in ('Queued', 'Running')")
	frappe.db.commit()


def pool(enabled: bool) -> None:
	"""Make the pool that admits the file's leads, or let no pool be enabled."""
	from l2c_app.services.pool import visibility

	frappe.db.set_single_value(
		"L2C Settings", "default_country", "China"
	)  # the phones of the file have no prefix
	common.pool(common.members(5), POOL, admission_filters=f'[["company_name", "like", "{COMPANY}%"]]')
	if not enabled:
		frappe.db.sql("update `tabLead Pool` set enabled = 0")
		frappe.db.commit()
	frappe.clear_cache()
	visibility.pools_changed()


def compare(sizes: tuple[int, ...], per_native: float) -> None:
	"""Import whole files of these sizes and print what a row costs against the host alone."""
	for number, size in enumerate(sizes, start=6):
		taken, made = whole(size, first=number * 1_000_000)
		each = taken / size
		common.say(
			f"file of {size:,} rows: {taken:.1f} s, {1e3 * each:.1f} ms a row, {made:,} leads, {each / per_native:.2f} x native "
			f"({common.load()})"
		)


def main() -> None:
	"""Import natively, then by a run."""
	options = common.arguments(
		__doc__.splitlines()[0], size=100_000, worked=2000, natives=500, small=500, large=2000
	)
	with common.connected(options.site):
		from l2c_app.services.lead import import_run_work

		clean()
		pool(enabled=False)
		usable = [row for row in rows(options.natives * 2, first=5_000_000) if row[2].startswith("139")]
		per_native = native(usable[: options.natives])
		common.say(f"native: {1e3 * per_native:.1f} ms a lead ({common.load()})")
		pool(enabled=True)
		compare((options.small, options.large), per_native)
		name = start(rows(options.size))
		planned = common.timed(lambda: import_run_work.step(name))
		common.say(
			f"plan of {options.size:,} rows: {planned:.1f} s ({1e3 * planned / options.size:.2f} ms a row)"
		)
		for where in ("beginning", "middle"):
			taken, made = worked(name, options.worked)
			each = taken / max(made, 1)
			common.say(
				f"{where}: {made:,} leads in {taken:.1f} s, {1e3 * each:.1f} ms each, {each / per_native:.2f} x native "
				f"({common.load()})"
			)
			to_the_middle(name, options.size)
		clean()


if __name__ == "__main__":
	main()
