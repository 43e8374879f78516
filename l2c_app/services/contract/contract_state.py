"""The machine's fields of a contract: computed state, and figures that no form and no request may write."""

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate, now_datetime, nowdate

from l2c_app.core import contract_status as rules
from l2c_app.core.money import exact
from l2c_app.services.contract import contract_money
from l2c_app.services.errors import ContractChangedMeanwhile, ContractStateError, refuse
from l2c_app.services.ledger import pictures

BY_SERVICE = "l2c_by_service"
BY_ADOPTION = "l2c_by_adoption"
NOT_A_FIGURE = ("plan_billing", "amended_from")
PLAN_TABLES = {"plan_rows": "Sales Contract Plan Row", "plan_billing": "Plan Billing"}
PLAN_FIELDS = ("due_date", "draft_invoice", "released_on", "released_by", "release_note", "taken_back_on")
"""What follows from native documents in a plan row."""
STORED = "l2c_stored_plan"


def load(name: str) -> Document:
	"""Return the contract, locked until the transaction ends. Callers check permission and state."""
	contract = frappe.get_doc("Sales Contract", name, for_update=True)
	pictures.compare({name: contract.recomputed_on})
	return contract


def load_plan(name: str) -> Document:
	"""Return the contract with its plan and the plan's links alone, locked like `load`, for `save_plan`.

	A native document changes nothing else, and each table costs a query. Nobody may save it as a whole: the rows that
	were not read would be taken for deleted ones.
	"""
	values = frappe.db.get_value("Sales Contract", name, "*", as_dict=True, for_update=True)
	if not values:
		raise frappe.DoesNotExistError(f"Sales Contract {name}")
	pictures.compare({name: values.recomputed_on})
	for table, doctype in PLAN_TABLES.items():
		filters = {"parent": name, "parenttype": "Sales Contract", "parentfield": table}
		values[table] = frappe.db.get_values(
			doctype, filters, "*", as_dict=True, order_by="idx asc", for_update=True
		)
	contract = frappe.get_doc({**values, "doctype": "Sales Contract"})
	contract.flags[STORED] = {
		row.name: {field: row.get(field) for field in PLAN_FIELDS}
		for row in (*contract.plan_rows, *contract.plan_billing)
	}
	return contract


def load_newest(name: str) -> Document:
	"""Return the locked contract, or refuse if another transaction changed it since this one began to read.

	What this transaction reads of invoices and ledgers is then older than the contract: billing on it could bill a row
	twice. Raises ContractChangedMeanwhile.
	"""
	seen = frappe.db.get_value("Sales Contract", name, "modified")
	contract = load(name)
	if get_datetime(contract.modified) != get_datetime(seen):
		refuse(
			ContractChangedMeanwhile,
			_("Somebody else changed contract {0} at the same moment.").format(name),
			do=_("Try again."),
		)
	return contract


def save(contract: Document) -> None:
	"""Store a contract that a service changed.

	Permission to take the step was checked by the service; the machine's columns are closed to every role, and
	plan rows of a submitted contract change only here, and by `save_plan`.
	"""
	if STORED in contract.flags:
		raise TypeError("A contract that was loaded with its plan alone is stored by save_plan.")
	contract.flags.ignore_permissions = True
	contract.flags.ignore_validate_update_after_submit = True
	contract.flags.ignore_links = True
	contract.flags[BY_SERVICE] = True
	contract.save()


def save_plan(contract: Document) -> None:
	"""Store what a native document changed in a contract of `load_plan`: links, due dates, releases, drafts.

	Row by row, as the figures are: whoever posts an invoice would else pay for writing every table again. Who has the
	contract open is told, and may not save what he saw before.
	"""
	stored = contract.flags[STORED]
	for row in contract.plan_rows:
		before = stored.pop(row.name)
		changed = {
			field: row.get(field)
			for field in PLAN_FIELDS
			if (row.get(field) or None) != (before[field] or None)
		}
		if changed:
			frappe.db.set_value(row.doctype, row.name, changed, update_modified=False)
	gone = stored.keys() - {link.name for link in contract.plan_billing}
	if gone:
		frappe.db.delete("Plan Billing", {"name": ("in", sorted(gone))})
	for link in contract.plan_billing:
		if link.name not in stored:
			link.docstatus = contract.docstatus
			link.db_insert()
	frappe.db.set_value("Sales Contract", contract.name, "modified", now_datetime())
	contract.notify_update()


def refresh(contract: Document) -> None:
	"""Set `status` for the site's today from the stored facts. Does not save."""
	contract.status = rules.contract_status(_facts(contract), getdate(nowdate()))


def protect(contract: Document) -> None:
	"""Put back every machine-made value unless one of our services saves: a request cannot forge figures.

	A form that was opened before the last payment would otherwise write old figures back.
	"""
	if contract.flags.get(BY_SERVICE):
		return
	before = contract.get_doc_before_save()
	_keep(contract, before)
	for table in ("plan_rows", "signatories"):
		stored = {row.name: row for row in before.get(table)} if before else {}
		for row in contract.get(table) or []:
			_keep(row, stored.get(row.name))
	contract.set("plan_billing", before.plan_billing if before else [])


def _keep(row: Document, before: Document | None) -> None:
	for field in row.meta.fields:
		if field.read_only and field.no_copy and field.fieldname not in NOT_A_FIGURE:
			row.set(field.fieldname, before.get(field.fieldname) if before else field.default)


def require(contract: Document, *, signed: bool = False, running: bool = False) -> None:
	"""Refuse a step that does not fit. `signed`: submitted and signed; `running`: activated, not terminated.

	Raises ContractStateError.
	"""
	checks = [
		(contract.docstatus == 1, _("It must be approved (submitted) first.")),
		(not contract.terminated_on, _("It is terminated.")),
		(not signed or contract.signed_on, _("It must be signed first.")),
		(not running or contract.activated_on, _("It must be activated first.")),
	]
	for fits, do in checks:
		if not fits:
			refuse(
				ContractStateError,
				_("Contract {0} is not ready for this step.").format(contract.name),
				compared=_("Its state is {0}.").format(_(contract.status)),
				do=do,
			)


def _facts(contract: Document) -> rules.ContractFacts:
	return rules.ContractFacts(
		docstatus=int(contract.docstatus),
		pending_approval=contract.get("workflow_state") == "Pending Approval",
		signed_on=_date(contract.signed_on),
		activated_on=_date(contract.activated_on),
		terminated_on=_date(contract.terminated_on),
		start_date=_date(contract.start_date),
		end_date=_date(contract.end_date),
		open_amount=exact(contract.open_amount),
		fully_billed=all(_billed(row, contract) for row in contract.plan_rows),
	)


def _billed(row: Document, contract: Document) -> bool:
	return contract_money.in_units(row.amount, contract) <= contract_money.in_units(
		(row.billed or 0) + (row.waived or 0), contract
	)


def _date(value: object) -> date | None:
	return getdate(value) if value else None
