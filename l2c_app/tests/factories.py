"""Master data and documents for tests, on a bench and in the sandbox alike. Every master is found or made.

Nothing here relies on ERPNext's own test records. `bootstrap` is committed once per test class; documents belong to
the test that makes them and vanish with its rollback.
"""

import frappe
from frappe.utils import add_days, flt, get_year_ending, get_year_start, getdate, nowdate

COMPANY = "L2C Demo"
ABBR = "LD"
COMPANY_CURRENCY = "USD"
SERVICE_ITEM = "L2C Service"
HOUR_ITEM = "L2C Consulting Hour"
RATES = {"EUR": 1.1, "CNY": 0.14}
PASSWORD_FREE_DOMAIN = "l2c.example.com"


def bootstrap() -> None:
	"""Make the masters that every test may rely on. Idempotent and quick the second time."""
	company()
	for year_offset in (-400, 0, 400):
		fiscal_year(add_days(nowdate(), year_offset))
	for currency, rate in RATES.items():
		enable_currency(currency)
		currency_exchange(currency, COMPANY_CURRENCY, rate=rate)
		receivable_account(currency)
		bank_account(currency)
	bank_account(COMPANY_CURRENCY)
	price_list()
	item(SERVICE_ITEM)
	item(HOUR_ITEM, uom="Hour")


def make(doctype: str, *, submit: bool = False, **values: object):
	"""Insert a document as it is, without permission checks; submit it if asked. Returns the document."""
	document = frappe.get_doc({"doctype": doctype, **values})
	document.flags.ignore_permissions = True
	document.insert(ignore_permissions=True)
	if submit:
		document.submit()
	return document


def find_or_make(doctype: str, name: str, **values: object) -> str:
	"""Return `name` if it exists, else insert it with `values`."""
	if frappe.db.exists(doctype, name):
		return name
	return make(doctype, **values).name


# Company, accounts, currencies


def company() -> str:
	"""Return the test company: USD, standard chart."""
	return find_or_make(
		"Company",
		COMPANY,
		company_name=COMPANY,
		abbr=ABBR,
		default_currency=COMPANY_CURRENCY,
		country="United States",
		chart_of_accounts="Standard",
	)


def fiscal_year(date: str) -> str:
	"""Return a fiscal year that covers `date`, made as a calendar year if there is none."""
	covering = frappe.get_all(
		"Fiscal Year",
		filters={"year_start_date": ("<=", date), "year_end_date": (">=", date)},
		pluck="name",
		order_by="year_start_date",
		limit=1,
	)
	if covering:
		return covering[0]
	year = str(getdate(date).year)
	start, end = get_year_start(getdate(date)), get_year_ending(getdate(date))
	return find_or_make("Fiscal Year", year, year=year, year_start_date=start, year_end_date=end)


def enable_currency(currency: str) -> None:
	"""Let a currency be chosen on documents."""
	if not frappe.db.get_value("Currency", currency, "enabled"):
		frappe.db.set_value("Currency", currency, "enabled", 1)


def currency_exchange(from_currency: str, to_currency: str, *, rate: float, date: str = "2025-01-01") -> str:
	"""Return a stored exchange rate for buying and selling from `date` on."""
	filters = {"from_currency": from_currency, "to_currency": to_currency, "date": date}
	found = frappe.get_all("Currency Exchange", filters=filters, pluck="name", order_by="creation", limit=1)
	if found:
		return found[0]
	return make("Currency Exchange", **filters, exchange_rate=rate, for_buying=1, for_selling=1).name


def account(
	account_name: str, *, parent: str, account_type: str, currency: str, root_type: str = "Asset"
) -> str:
	"""Return a ledger account of the test company."""
	return find_or_make(
		"Account",
		f"{account_name} - {ABBR}",
		account_name=account_name,
		parent_account=parent,
		company=company(),
		account_type=account_type,
		account_currency=currency,
		root_type=root_type,
		is_group=0,
	)


def _parent_of(account_type: str, fallback: str) -> str:
	"""Return the group that holds the company's accounts of one type."""
	filters = {"company": COMPANY, "account_type": account_type, "is_group": 0}
	found = frappe.get_all("Account", filters=filters, pluck="parent_account", order_by="lft", limit=1)
	return found[0] if found else f"{fallback} - {ABBR}"


def receivable_account(currency: str = COMPANY_CURRENCY) -> str:
	"""Return the receivable account in a currency; the company's own for its currency."""
	if currency == COMPANY_CURRENCY:
		return frappe.db.get_value("Company", company(), "default_receivable_account")
	parent = _parent_of("Receivable", "Accounts Receivable")
	return account(f"Debtors {currency}", parent=parent, account_type="Receivable", currency=currency)


def keep_books_in(currency: str) -> None:
	"""Let the test company's currency be another one until the test is rolled back, for what only asks for its decimals."""
	enable_currency(currency)
	frappe.db.set_value("Company", company(), "default_currency", currency)


def bank_account(currency: str = COMPANY_CURRENCY) -> str:
	"""Return a ledger account of type Bank in a currency."""
	parent = f"Bank Accounts - {ABBR}"
	return account(f"L2C Bank {currency}", parent=parent, account_type="Bank", currency=currency)


def price_list(currency: str = COMPANY_CURRENCY) -> str:
	"""Return a selling price list in a currency."""
	name = f"L2C Selling {currency}"
	values = {"price_list_name": name, "currency": currency, "selling": 1, "enabled": 1}
	return find_or_make("Price List", name, **values)


# People


def user(local_part: str, *roles: str) -> str:
	"""Return an enabled system user with exactly the given roles added."""
	email = f"{local_part}@{PASSWORD_FREE_DOMAIN}"
	if not frappe.db.exists("User", email):
		make(
			"User",
			email=email,
			first_name=local_part.replace(".", " ").title(),
			send_welcome_email=0,
			enabled=1,
			user_type="System User",
			roles=[{"role": role} for role in roles],
		)
	elif roles:
		document = frappe.get_doc("User", email)
		missing = [role for role in roles if role not in {row.role for row in document.roles}]
		if missing:
			document.add_roles(*missing)
	return email


def sales_user(local_part: str = "rep") -> str:
	"""Return a sales person without manager's rights."""
	return user(local_part, "Sales User")


def sales_manager(local_part: str = "sales.manager") -> str:
	"""Return a sales manager, who is a Sales User as well."""
	return user(local_part, "Sales Manager", "Sales User")


def accounts_user(local_part: str = "accountant") -> str:
	"""Return an accountant who may make payments and invoices."""
	return user(local_part, "Accounts User")


def accounts_manager(local_part: str = "accounts.manager") -> str:
	"""Return an accounts manager, who is an Accounts User as well."""
	return user(local_part, "Accounts Manager", "Accounts User")


def employee(for_user: str) -> str:
	"""Return the employee record of a user (what makes a Sales Person reachable)."""
	found = frappe.get_all("Employee", filters={"user_id": for_user}, pluck="name", order_by="name", limit=1)
	if found:
		return found[0]
	gender = find_or_make("Gender", "Other", gender="Other")
	values = {
		"first_name": for_user.split("@")[0],
		"company": company(),
		"status": "Active",
		"gender": gender,
	}
	dates = {"date_of_birth": "1990-01-01", "date_of_joining": "2020-01-01"}
	return make("Employee", user_id=for_user, create_user_permission=0, **values, **dates).name


def sales_person(
	name: str, *, for_user: str | None = None, parent: str | None = None, is_group: bool = False
) -> str:
	"""Return a Sales Person, below `parent` or the root, reachable by `for_user` through an Employee."""
	return find_or_make(
		"Sales Person",
		name,
		sales_person_name=name,
		parent_sales_person=parent or root_of("Sales Person"),
		employee=employee(for_user) if for_user else None,
		is_group=int(is_group),
		enabled=1,
	)


# Parties and items


def root_of(doctype: str) -> str | None:
	"""Return the root group of a tree DocType, None where the tree is empty."""
	parent_field = "parent_" + frappe.scrub(doctype)
	found = frappe.get_all(doctype, filters={"is_group": 1}, fields=["name", parent_field], order_by="name")
	return next((row.name for row in found if not row.get(parent_field)), None)


def leaf_of(doctype: str) -> str:
	"""Return our own leaf under the root of Customer Group, Territory or Item Group."""
	name = f"L2C {doctype}"
	values = {frappe.scrub(doctype) + "_name": name, "parent_" + frappe.scrub(doctype): root_of(doctype)}
	return find_or_make(doctype, name, is_group=0, **values)


def customer(name: str = "L2C Customer", *, currency: str = COMPANY_CURRENCY, **values: object) -> str:
	"""Return a company customer; in another currency it has a receivable account in that currency."""
	if frappe.db.exists("Customer", name):
		return name
	groups = {"customer_group": leaf_of("Customer Group"), "territory": leaf_of("Territory")}
	if currency != COMPANY_CURRENCY:
		values["default_currency"] = currency
		values["accounts"] = [{"company": company(), "account": receivable_account(currency)}]
	return make("Customer", customer_name=name, customer_type="Company", **groups, **values).name


def lead(company_name: str = "L2C Prospect", **values: object):
	"""Insert a lead of an organisation with a contact person; pass mobile_no or email_id as needed."""
	values.setdefault("first_name", "Ada")
	return make("Lead", company_name=company_name, status="Lead", **values)


def item(item_code: str = SERVICE_ITEM, *, uom: str = "Nos", is_stock_item: int = 0) -> str:
	"""Return a service item (or a stock item if asked)."""
	find_or_make("UOM", uom, uom_name=uom)
	return find_or_make(
		"Item",
		item_code,
		item_code=item_code,
		item_name=item_code,
		item_group=leaf_of("Item Group"),
		stock_uom=uom,
		is_stock_item=is_stock_item,
		is_sales_item=1,
	)


# Native documents


def sales_order(
	for_customer: str, *, rate: float = 1000, qty: float = 1, submit: bool = True, **values: object
):
	"""Insert (and submit) a native order of one service line, delivered today."""
	line = {
		"item_code": values.pop("item_code", SERVICE_ITEM),
		"qty": qty,
		"rate": rate,
		"delivery_date": nowdate(),
	}
	return make(
		"Sales Order",
		submit=submit,
		**_selling(for_customer, values),
		delivery_date=nowdate(),
		items=[line],
		**values,
	)


def sales_invoice(
	for_customer: str, *, rate: float = 1000, qty: float = 1, submit: bool = True, **values: object
):
	"""Insert (and submit) a native invoice of one service line, due today."""
	line = {"item_code": values.pop("item_code", SERVICE_ITEM), "qty": qty, "rate": rate}
	return make(
		"Sales Invoice",
		submit=submit,
		**_selling(for_customer, values),
		due_date=nowdate(),
		items=[line],
		**values,
	)


def _selling(for_customer: str, values: dict) -> dict:
	currency = values.pop("currency", COMPANY_CURRENCY)
	return {
		"customer": for_customer,
		"company": company(),
		"currency": currency,
		"conversion_rate": RATES.get(currency, 1),
		"selling_price_list": price_list(currency),
		"price_list_currency": currency,
		"plc_conversion_rate": RATES.get(currency, 1),
		"transaction_date": nowdate(),
	}


def payment(
	for_customer: str, amount: float, *, against: list[tuple[str, str, float]] = (), submit: bool = True
):
	"""Insert (and submit) a native receipt in company currency: `against` holds (DocType, name, allocated)."""
	references = [
		{"reference_doctype": doctype, "reference_name": name, "allocated_amount": flt(allocated)}
		for doctype, name, allocated in against
	]
	return make(
		"Payment Entry",
		submit=submit,
		payment_type="Receive",
		party_type="Customer",
		party=for_customer,
		company=company(),
		paid_from=receivable_account(),
		paid_to=bank_account(),
		paid_amount=flt(amount),
		received_amount=flt(amount),
		source_exchange_rate=1,
		target_exchange_rate=1,
		posting_date=nowdate(),
		reference_no="L2C-TEST",
		reference_date=nowdate(),
		references=references,
	)


# Pools


def lead_pool(name: str = "L2C Pool", *, members: tuple = (), managers: tuple = (), **values: object):
	"""Insert an enabled lead pool that admits leads of the request type "Product Enquiry", managed by Administrator
	if by nobody else; returns the document."""
	rows = [{"member_type": "User", "user": user} for user in members]
	rows += [
		{"member_type": "User", "user": user, "is_manager": 1, "weight": 0}
		for user in managers or ("Administrator",)
	]
	values.setdefault("admission_filters", '[["request_type", "=", "Product Enquiry"]]')
	values.setdefault("enabled", 1)
	return make("Lead Pool", pool_name=name, members=rows, **values)


def pooled_lead(company_name: str = "L2C Pooled", **values: object):
	"""Insert a lead that the pools of `lead_pool` admit."""
	return lead(company_name, request_type="Product Enquiry", **values)


def seat_of(party: str, pool: str = "L2C Pool", party_type: str = "Lead"):
	"""Return the stored seat of a party in a pool, freshly read."""
	filters = {"party_type": party_type, "party": party, "pool": pool}
	return frappe.get_doc("Lead Pool Seat", frappe.db.get_value("Lead Pool Seat", filters, "name"))
