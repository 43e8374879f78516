"""A site as the set-up wizard leaves it: masters.json (company, masters, settings), chart.txt, three fiscal years."""

import json
from pathlib import Path

import frappe
from frappe.utils import getdate, nowdate

HERE = Path(__file__).parent
COMPANY, ABBR, CURRENCY = "L2C Demo", "LD", "USD"
ROOTS = {"Application": "Asset", "Source": "Liability", "Expenses": "Expense"}


def create() -> None:
	"""Fill the empty tables. In v16 the wizard leaves the default bank account empty."""
	masters = json.loads((HERE / "masters.json").read_text())
	if frappe.flavour == "v16":
		del masters["rows"]["Company"][COMPANY]["default_bank_account"]
	for doctype, rows in masters["rows"].items():
		for name, values in rows.items():
			_row(doctype, name, **values)
	for year in range(getdate(nowdate()).year - 1, getdate(nowdate()).year + 2):
		span = dict(year_start_date=f"{year}-01-01", year_end_date=f"{year}-12-31")
		_row("Fiscal Year", str(year), year=str(year), disabled=0, **span)
	_accounts()
	for doctype, values in masters["settings"].items():
		for field, value in values.items():
			frappe.db.set_single_value(doctype, field, value)
	for key, value in masters["defaults"].items():
		frappe.defaults.set_global_default(key, value)
	frappe.clear_cache()


def _row(doctype: str, name: str, **values: object) -> None:
	stamps = dict.fromkeys(("creation", "modified"), frappe.utils.now())
	stamps |= dict.fromkeys(("owner", "modified_by"), "Administrator")
	frappe.db.insert_row(doctype, {"name": name, "docstatus": 0, "idx": 0, **stamps, **values})


def _accounts() -> None:
	"""chart.txt: one account a line, indented below its group (`>`), its type after `|`."""
	parents: list[str] = []
	for number, line in enumerate((HERE / "chart.txt").read_text().splitlines(), 1):
		depth = len(line) - len(line.lstrip("\t"))
		title, _bar, account_type = line.strip().removesuffix(" >").partition("|")
		parents = [*parents[:depth], f"{title} - {ABBR}"]
		kind = parents[0].split()[0]
		root = ROOTS.get(kind, kind)
		is_balance = root in ("Asset", "Liability", "Equity")
		_row(
			"Account", parents[-1], account_name=title, company=COMPANY, is_group=int(line.endswith(" >")),
			root_type=root, report_type="Balance Sheet" if is_balance else "Profit and Loss",
			account_type=account_type or None, account_currency=CURRENCY, lft=number, rgt=number, disabled=0,
			parent_account=parents[depth - 1] if depth else None, freeze_account="No",
		)  # fmt: skip
