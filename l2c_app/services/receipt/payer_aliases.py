"""Names and accounts by which a payer is known besides the customer's own: learned from matches people confirmed."""

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.core.bank_text import number_key, plain
from l2c_app.core.normalise import company_key
from l2c_app.services.errors import PayerAliasError, refuse
from l2c_app.services.follow_up.new_rows import name_of

ACCOUNT, NAME, CUSTOMER = "Account", "Name", "Customer"


def normal(kind: str, value: str | None) -> str:
	"""Return the form in which an account (capitals and digits) or a name (no case, ending or blanks) is compared."""
	return number_key(value) if kind == ACCOUNT else company_key(value)


def key_of(kind: str, *names: str) -> str:
	"""Return what an alias is one of its kind by: a digest, for two long names that begin alike are two. A name with accents
	and one without are the same, as in matching."""
	return name_of(kind, *(map(plain, names) if kind == NAME else names))


def key_again() -> int:
	"""Give every stored alias its key; of two that then are the same one stays. Returns how many changed."""
	fields = ["name", "kind", "value", "payer", "customer", "alias_key"]
	changed = 0
	for row in frappe.get_all("Payer Alias", fields=fields, order_by="creation, name"):
		names = (row.payer or "", row.customer) if row.kind == CUSTOMER else (row.value,)
		key = key_of(row.kind, *names)
		if key == row.alias_key:
			continue
		if _is_taken(key, row.name):
			frappe.delete_doc("Payer Alias", row.name, ignore_permissions=True, force=True)
		else:
			frappe.db.set_value("Payer Alias", row.name, "alias_key", key, update_modified=False)
		changed += 1
	return changed


def prepare(alias: Document) -> None:
	"""Normalise an alias and keep it unique. For the validate event. Raises PayerAliasError."""
	if alias.kind == CUSTOMER:
		_prepare_customer(alias)
		return
	value = normal(alias.kind, alias.value)
	if not value:
		refuse(PayerAliasError, _("This is no readable account or name."), compared=alias.value or "")
	if not alias.shown:
		alias.shown = alias.value[:140]
	alias.value, alias.alias_key = value, key_of(alias.kind, value)
	_keep_unique(alias)


def _prepare_customer(alias: Document) -> None:
	"""One customer pays for another: a parent for its child. Raises PayerAliasError."""
	if not alias.payer or alias.payer == alias.customer:
		refuse(PayerAliasError, _("Choose two customers: who pays, and for whom."))
	alias.value = alias.shown = alias.payer
	alias.alias_key = key_of(CUSTOMER, alias.payer, alias.customer)
	_keep_unique(alias)


def _keep_unique(alias: Document) -> None:
	alias.confirmed_by = alias.confirmed_by or frappe.session.user
	other = frappe.db.get_value(
		"Payer Alias", {"alias_key": alias.alias_key, "name": ("!=", alias.name)}, "customer"
	)
	if other:
		refuse(
			PayerAliasError,
			_("This payer is known already."),
			compared=_("Customer: {0}").format(other),
			do=_("Delete the other alias first."),
		)


def learn(line: Document, customer: str) -> list[str]:
	"""Remember account and name of a bank line's payer for the customer a person confirmed. Returns the new aliases.

	What is known already, also for somebody else (one payer may pay for many), is left as it is.
	"""
	wanted = [(ACCOUNT, account) for account in _accounts(line)]
	wanted.append((NAME, line.get("bank_party_name")))
	own_name = company_key(frappe.db.get_value("Customer", customer, "customer_name"))
	made = []
	for kind, shown in wanted:
		value = normal(kind, shown)
		if not value or (kind == NAME and value == own_name) or _known(kind, value):
			continue
		alias = frappe.get_doc({"doctype": "Payer Alias", "kind": kind, "value": shown, "customer": customer})
		alias.learned_from = line.name
		made.append(alias.insert(ignore_permissions=True).name)  # learned from a step whose right was checked
	return made


def learn_pays_for(payer: str, customer: str, line: Document) -> None:
	"""Remember that one customer paid what another owes, as a person confirmed."""
	filters = {"kind": CUSTOMER, "payer": payer, "customer": customer}
	if payer == customer or frappe.db.exists("Payer Alias", filters):
		return
	alias = frappe.get_doc({"doctype": "Payer Alias", **filters, "value": payer, "learned_from": line.name})
	alias.insert(ignore_permissions=True)  # learned from a step whose right was checked


def customer_renamed(customer: str) -> None:
	"""Give the aliases "one pays for another" of a customer that was renamed, or took another one in, its name.

	What a merge made double, or made say that a customer pays for himself, goes.
	"""
	table = frappe.qb.DocType("Payer Alias")
	query = frappe.qb.from_(table).select(table.name).where(table.kind == CUSTOMER)
	query = query.where((table.payer == customer) | (table.customer == customer)).orderby(
		table.creation, table.name
	)
	for (name,) in query.run():
		alias = frappe.db.get_value("Payer Alias", name, ["payer", "customer"], as_dict=True)
		key = key_of(CUSTOMER, alias.payer, alias.customer)
		if alias.payer == alias.customer or _is_taken(key, name):
			frappe.delete_doc("Payer Alias", name, ignore_permissions=True, force=True)
			continue
		values = {"value": alias.payer, "shown": alias.payer, "alias_key": key}
		frappe.db.set_value("Payer Alias", name, values)


def _is_taken(key: str, name: str) -> bool:
	return bool(frappe.db.exists("Payer Alias", {"alias_key": key, "name": ("!=", name)}))


def _accounts(line: Document) -> list[str]:
	return [
		number for number in (line.get("bank_party_iban"), line.get("bank_party_account_number")) if number
	]


def _known(kind: str, value: str) -> bool:
	if frappe.db.exists("Payer Alias", {"alias_key": key_of(kind, value)}):
		return True
	if kind == NAME:
		return False
	filters = {"party_type": "Customer", "party": ("is", "set"), "disabled": 0}
	rows = frappe.get_all(
		"Bank Account", filters=filters, fields=["iban", "bank_account_no"], order_by="name"
	)
	return any(value in (number_key(row.iban), number_key(row.bank_account_no)) for row in rows)
