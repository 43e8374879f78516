"""`make demo`: the whole loop over files, on the sandbox; leaves demo-out/ and prints the proof."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "sandbox")]

import frappe

from demo import collections_month, deals, figures, inputs, leads, page, pool_day, proof, reading, world
from demo.reading import Reading
from l2c_app.services.printing import contract_document, statement_document
from l2c_app.tests import factories

DATA = Path(__file__).parent / "data"
OUT = Path("demo-out")
FIRST_DAY, LAST_DAY = date(2026, 5, 1), date(2026, 11, 20)
ENGLISH, CHINESE = "en", "zh"
STATEMENT = "statement.csv"
REFUSED = "refused.txt"  # every refusal; the page shows the first ones


def main(arguments: Sequence[str] | None = None) -> int:
	"""Run the story; returns 1 if the proof fails."""
	options = _options(arguments)
	with world.at(FIRST_DAY):  # the clock is put in once; the story moves it
		return _run(options)


def _run(options: argparse.Namespace) -> int:
	started = time.monotonic()
	_say("booting the sandbox")
	world.build(FIRST_DAY)
	file = inputs.lead_file(options.leads)
	_say(f"read {file.reading}")
	log, story = _play(file, options)
	day = _pool_day()
	with world.at(LAST_DAY, world.EVENING):
		month = _collections_month()
		lines = _write(log + day.log() + month.log, story, day, month, file.reading)
	_say(f"done in {time.monotonic() - started:.1f} s; open {OUT / 'index.html'}")
	print("\nPROOF")
	print("\n".join(str(line) for line in lines))
	return int(any(line.failed for line in lines))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="demo", description=__doc__)
	parser.add_argument("--leads", type=Path, default=DATA / "leads.csv", help="CSV of leads")
	parser.add_argument("--bank", type=Path, help="CSV with date, payer, amount, currency, reference")
	options = parser.parse_args(arguments)
	for path in filter(None, (options.leads, options.bank)):
		if not path.is_file():
			parser.error(f"{path} is not a file")
	return options


def _play(file: inputs.LeadFile, options: argparse.Namespace) -> tuple:
	rows = file.rows
	with world.at(FIRST_DAY):
		leads.open_pool()
		log, refused = leads.bring_in(rows, _progress)
		for user, count in sorted(leads.hand_out(len(rows) * 2 // 3).items()):
			log[f"handed out to {user.split('@')[0]}"] = count
		log.update(leads.claim_more())
		log["follow ups"] = leads.work(FIRST_DAY, _progress)
	wins, statement = _money_files(rows, options)
	lines = inputs.bank_lines(statement) if statement else deals.made_up_lines(wins, LAST_DAY)
	story = deals.Story(wins, lines, leads.holders())
	story.refusals[:0] = file.refusals
	if statement and statement.problem:
		story.refuse(f"bank file {statement.name}: {statement.problem}")
	story.play(LAST_DAY, _progress)
	story.refusals += refused
	return log + story.log, story


def _money_files(rows: list[dict], options: argparse.Namespace) -> tuple[list[inputs.Deal], Reading | None]:
	"""Return the deals, and the bank statement if there is one: a file of one's own leads has none unless given."""
	own = options.leads == DATA / "leads.csv"
	wins = inputs.read_deals(DATA / "deals.csv") if own else list(inputs.deals_for(rows, first_day=FIRST_DAY))
	bank = options.bank or (DATA / "bank.csv" if own else None)
	statement = reading.read(bank) if bank else None
	if statement:
		_say(f"read {statement}")
	return wins, statement


def _pool_day() -> pool_day.PoolDay:
	"""Play a day of the pool and print it."""
	day = pool_day.PoolDay()
	day.play(LAST_DAY)
	_say("pool day     " + ", ".join(f"{step.lower()} {count}" for step, count in day.totals().items()))
	for text, count in day.refusals.items():
		_say(f"  refused {count:>3}  {text}")
	for reason, count in day.kept.items():
		_say(f"  kept    {count:>3}  {reason}")
	return day


def _collections_month() -> collections_month.Month:
	"""Play the month of accounts and print it."""
	month = collections_month.Month()
	month.play(LAST_DAY)
	frappe.db.commit()
	_say("collections  " + ", ".join(f"{what} {count}" for what, count in month.log.items()))
	return month


def _empty_out() -> None:
	"""What an earlier run left must not pass for this one's."""
	OUT.mkdir(exist_ok=True)
	for path in (*OUT.glob("*.pdf"), OUT / REFUSED, OUT / STATEMENT, OUT / "index.html"):
		path.unlink(missing_ok=True)


def _write(
	log: Counter,
	story: deals.Story,
	day: pool_day.PoolDay,
	month: collections_month.Month,
	read_file: Reading,
) -> list:
	_empty_out()
	frappe.set_user("Administrator")
	files = [*_documents(), _file(REFUSED, "\n".join(story.refusals).encode())]
	files += [_file(STATEMENT, month.file)] if month.file else []
	# The audit first: it brings what is due and overdue to the last day.
	lines = proof.lines() + proof.pool_lines(day)
	found = figures.read(LAST_DAY)
	subtitle = (
		f"{read_file}, {FIRST_DAY} to {LAST_DAY}; every figure is read back from the ledgers of the sandbox"
	)
	html = page.render(
		found, lines, day=day, month=month, log=log, refusals=story.refusals, files=files, subtitle=subtitle
	)
	(OUT / "index.html").write_text(html, encoding="utf-8")
	return lines


def _documents() -> list[str]:
	"""Write a contract in each language and the statement of the customer with the most entries."""
	written = []
	for language in (ENGLISH, CHINESE):
		name = frappe.get_all(
			"Sales Contract",
			filters={"docstatus": 1, "collected": (">", 0)},
			pluck="name",
			order_by="language desc, name",
			limit=1,
		)
		written += [
			_file(f"contract-{language}.pdf", contract_document.contract_pdf(contract, language))
			for contract in name
		]
	entries = frappe.get_all(
		"Payment Ledger Entry", filters={"party_type": "Customer"}, pluck="party", order_by="party"
	)
	if entries:
		customer = max(sorted(set(entries)), key=entries.count)
		written.append(_file("statement.pdf", statement_document.statement_pdf(customer, factories.COMPANY)))
	return written


def _file(name: str, content: bytes) -> str:
	(OUT / name).write_bytes(content)
	return name


def _say(text: str) -> None:
	print(text, flush=True)


def _progress(what: str, done: int, total: int) -> None:
	"""One line that counts up on a terminal, its last state elsewhere."""
	if done >= total or sys.stdout.isatty():
		print(f"{what:<12} {done:>6} of {total}", end="\n" if done >= total else "\r", flush=True)


if __name__ == "__main__":
	sys.exit(main())
