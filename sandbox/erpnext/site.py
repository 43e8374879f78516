"""A site as the set-up wizard leaves it: one company with the standard chart, masters, settings, three fiscal years."""

from pathlib import Path

import frappe
from frappe.utils import getdate, nowdate

COMPANY, ABBR, CURRENCY, COUNTRY = "L2C Demo", "LD", "USD", "United States"
REPORTS = {"Asset": "Balance Sheet", "Liability": "Balance Sheet", "Equity": "Balance Sheet"}
ROOTS = {
	"Application": "Asset",
	"Equity": "Equity",
	"Expenses": "Expense",
	"Income": "Income",
	"Source": "Liability",
}
DEFAULT_ACCOUNTS = {
	"default_bank_account": "Bank Account", "default_cash_account": "Cash", "default_receivable_account": "Debtors",
	"default_payable_account": "Creditors", "write_off_account": "Write Off", "default_income_account": "Sales",
	"default_expense_account": "Cost of Goods Sold", "exchange_gain_loss_account": "Exchange Gain/Loss",
	"round_off_account": "Round Off",
}  # fmt: skip
CURRENCIES = {  # smallest value, units of the fraction, number format
	"USD": (0.01, 100, "#,###.##"), "EUR": (0.01, 100, "#,###.##"), "CNY": (0.01, 100, "#,###.##"), "GBP": (0, 100, "#,###.##"),
	"CHF": (0.05, 100, "#'###.##"), "JPY": (0, 100, "#,###"), "INR": (0, 100, "#,##,###.##"), "KRW": (0, 0, "#,###"),
	"VND": (0, 0, "#.###"), "HKD": (0, 100, "#,###.##"), "SGD": (0, 100, "#,###.##"),
}  # fmt: skip
FRACTIONS = {"CHF": "Rappen[K]", "CNY": None, "GBP": "Penny", "JPY": "Sen[G]", "INR": "Paisa"}
PIECES = ("Nos", "Unit", "Box", "Pair", "Set")
MEASURES = ("Hour", "Day", "Minute", "Meter", "Kg", "Litre")
TREES = {
	"Customer Group": ("All Customer Groups", "Individual", "Commercial", "Non Profit", "Government"),
	"Territory": ("All Territories", COUNTRY, "Rest Of The World"),
	"Item Group": ("All Item Groups", "Products", "Raw Material", "Services", "Sub Assemblies", "Consumable"),
	"Sales Person": ("Sales Team",),
}
SETTINGS = {
	"Accounts Settings": dict(unlink_payment_on_cancellation_of_invoice=1, unlink_advance_payment_on_cancelation_of_order=1,
		add_taxes_from_item_tax_template=1, allow_stale=1, stale_days=1, exchange_gain_loss_posting_date="Payment"),
	"Selling Settings": dict(cust_master_name="Customer Name", selling_price_list="Standard Selling", so_required="No",
		dn_required="No", sales_update_frequency="Each Transaction", allow_multiple_items=1, maintain_same_rate_action="Stop"),
	"Stock Settings": dict(item_naming_by="Item Code", default_warehouse=f"Stores - {ABBR}", stock_uom="Nos"),
	"CRM Settings": dict(campaign_naming_by="Campaign Name", auto_creation_of_contact=1, close_opportunity_after_days=15),
	"Global Defaults": dict(default_company=COMPANY, country=COUNTRY, default_currency=CURRENCY),
	"System Settings": dict(country=COUNTRY, currency=CURRENCY, float_precision="3"),
}  # fmt: skip


def create() -> None:
	"""Fill the empty tables."""
	_masters()
	_company()
	_accounts()
	for doctype, values in SETTINGS.items():
		for field, value in values.items():
			frappe.db.set_single_value(doctype, field, value)
	defaults = {
		"company": COMPANY,
		"currency": CURRENCY,
		"country": COUNTRY,
		"selling_price_list": "Standard Selling",
	}
	defaults.update(float_precision="3", stock_uom="Nos")
	for key, value in defaults.items():
		frappe.defaults.set_global_default(key, value)
	frappe.clear_cache()


def _row(doctype: str, name: str, **values: object) -> None:
	now = frappe.utils.now()
	stamps = dict(
		creation=now, modified=now, owner="Administrator", modified_by="Administrator", docstatus=0, idx=0
	)
	frappe.db.insert_row(doctype, {"name": name, **stamps, **values})


def _masters() -> None:
	_row("Country", COUNTRY, country_name=COUNTRY, code="us")
	_row("Country", "China", country_name="China", code="cn")
	for name, (smallest, units, number_format) in CURRENCIES.items():
		shape = dict(
			smallest_currency_fraction_value=smallest, fraction_units=units, number_format=number_format
		)
		_row(
			"Currency",
			name,
			currency_name=name,
			enabled=1,
			fraction=FRACTIONS.get(name, "Cent") if units else None,
			**shape,
		)
	for name in (*PIECES, *MEASURES):
		_row("UOM", name, uom_name=name, must_be_whole_number=int(name in PIECES), enabled=1)
	for doctype, (root, *leaves) in TREES.items():
		scrubbed = frappe.scrub(doctype)
		title, parent = f"{scrubbed}_name", f"parent_{scrubbed}"
		_row(doctype, root, **{title: root, "is_group": 1})
		for leaf in leaves:
			_row(doctype, leaf, **{title: leaf, "is_group": 0, parent: root})
	_row("Party Type", "Customer", party_type="Customer", account_type="Receivable")
	for name in ("Cash", "Wire Transfer", "Check"):
		_row(
			"Mode of Payment",
			name,
			mode_of_payment=name,
			enabled=1,
			type="Cash" if name == "Cash" else "Bank",
		)
	_row(
		"Price List",
		"Standard Selling",
		price_list_name="Standard Selling",
		currency=CURRENCY,
		enabled=1,
		selling=1,
	)
	_row("User Type", "System User") if not frappe.db.exists("User Type", "System User") else None
	_row("Gender", "Other", gender="Other")
	_row("Opportunity Type", "Sales")
	_row("Sales Stage", "Prospecting", stage_name="Prospecting")
	for year in range(getdate(nowdate()).year - 1, getdate(nowdate()).year + 2):
		_row(
			"Fiscal Year",
			str(year),
			year=str(year),
			disabled=0,
			year_start_date=f"{year}-01-01",
			year_end_date=f"{year}-12-31",
		)


def _company() -> None:
	"""In v16 the wizard leaves the default bank account empty."""
	accounts = {field: f"{name} - {ABBR}" for field, name in DEFAULT_ACCOUNTS.items()}
	if frappe.flavour == "v16":
		del accounts["default_bank_account"]
	centers = dict(cost_center=f"Main - {ABBR}", round_off_cost_center=f"Main - {ABBR}")
	shape = dict(
		default_currency=CURRENCY, country=COUNTRY, chart_of_accounts="Standard", enable_perpetual_inventory=1
	)
	_row("Company", COMPANY, company_name=COMPANY, abbr=ABBR, **shape, **accounts, **centers)
	root = f"{COMPANY} - {ABBR}"
	_row("Cost Center", root, cost_center_name=COMPANY, company=COMPANY, is_group=1)
	_row(
		"Cost Center",
		f"Main - {ABBR}",
		cost_center_name="Main",
		company=COMPANY,
		is_group=0,
		parent_cost_center=root,
	)
	_row(
		"Warehouse", f"All Warehouses - {ABBR}", warehouse_name="All Warehouses", company=COMPANY, is_group=1
	)
	parent = f"All Warehouses - {ABBR}"
	_row(
		"Warehouse",
		f"Stores - {ABBR}",
		warehouse_name="Stores",
		company=COMPANY,
		is_group=0,
		parent_warehouse=parent,
	)


def _accounts() -> None:
	"""chart.txt: one account a line, indented below its group (`>`), its type after `|`."""
	parents: list[str] = []
	for number, line in enumerate((Path(__file__).parent / "chart.txt").read_text().splitlines(), 1):
		depth = len(line) - len(line.lstrip("\t"))
		text, is_group = line.strip().removesuffix(" >"), line.endswith(" >")
		title, _bar, account_type = text.partition("|")
		parents = [*parents[:depth], f"{title} - {ABBR}"]
		root = ROOTS[parents[0].split()[0]]
		_row(
			"Account", f"{title} - {ABBR}", account_name=title, company=COMPANY, is_group=int(is_group), root_type=root,
			report_type=REPORTS.get(root, "Profit and Loss"), account_type=account_type or None, account_currency=CURRENCY,
			parent_account=parents[depth - 1] if depth else None, lft=number, rgt=number, disabled=0, freeze_account="No",
		)  # fmt: skip
