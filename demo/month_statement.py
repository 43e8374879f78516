"""The bank statement of the collections month, as a German bank writes it."""

import csv
import io
from datetime import date, timedelta

from demo.month_ledger import CENTS, WAITS, Open

HEADINGS = ("Buchungstag", "Betrag", "Auftraggeber/Empfänger", "Verwendungszweck", "Transaction ID")


def statement(opened: list[Open], today: date) -> bytes:
	"""Return the statement of the last days as its bank writes it; it has a line twice, one that went back, a balance."""
	out = io.StringIO()
	writer = csv.writer(out, delimiter=";")
	writer.writerow(HEADINGS)
	rows = [row for number, each in enumerate(opened, 1) for row in _paid_as(each, number, today)]
	writer.writerows([*rows[:1], *rows, (today.strftime("%d.%m.%Y"), "", "", "Kontostand", "")])
	return out.getvalue().encode("utf-8-sig")


def _paid_as(each: Open, number: int, today: date) -> list[tuple[str, ...]]:
	key, amount, payer = each.item.key, each.item.open, each.name.upper()
	day = (today - timedelta(days=number % 4)).strftime("%d.%m.%Y")
	text = {
		"number": f"Rechnung {key}",
		"number spaced": f"inv {key.replace('-', ' ')} thanks",
		"running number": f"RG {key.split('-')[-1]}",
		"short": f"{key} less bank fee",
		"went back": f"{key} transfer",
		"promised": f"as promised {key}",
	}.get(each.kind, "payment")
	if each.kind in ("unpaid", WAITS):
		return []
	if each.kind == "nobody":
		payer, text = "NORDFACTOR BANK", "collected for a client"
	if each.kind == "short":
		amount -= min(1_500, amount - 1)
	rows = [(day, _german(amount), payer, text, f"B{number}")]
	if each.kind == "went back":
		rows.append((day, f"-{_german(amount)}", payer, f"Storno {text}", f"B{number}S"))
	return rows


def _german(minor: int) -> str:
	whole, cents = divmod(minor, CENTS)
	return f"{whole:,}".replace(",", ".") + f",{cents:02d}"
