"""Promises to pay: taken from a form or a case, judged from cash in the ledger, judged again whenever that moves.

Raises PromiseRefused and PromiseStateError. Whoever may create promises needs to see the case or the invoice.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, getdate, nowdate

from l2c_app.core import promises as rules
from l2c_app.core.money import from_minor, to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.core.promises import Refusal, State
from l2c_app.services.chasing import chased_customers, promise_refusals, receivables, row_promises
from l2c_app.services.chasing.invoice_access import refuse_stranger
from l2c_app.services.chasing.policies import Policies
from l2c_app.services.errors import PromiseRefused, PromiseStateError, refuse
from l2c_app.services.ledger import ledger_entries, ledger_reads
from l2c_app.services.ledger.ledger_amounts import money_unit

PROMISE = "Promise to Pay"
OURS = (
	"status",
	"level",
	"judge_on",
	"tolerance",
	"cash_before",
	"came",
	"open_before",
	"open_key",
	"taken_by",
)


def prepare(promise: Any) -> None:
	"""Check a new promise and take the baseline; keep what is ours on a stored one. For the validate event."""
	before = promise.get_doc_before_save()
	if before:
		if not promise.flags.l2c_by_service:
			promise.update({field: before.get(field) for field in OURS})
			promise.set("rows", [row.as_dict() for row in before.rows])
		return
	promise.taken_by = frappe.session.user
	if bool(promise.sales_invoice) == bool(promise.sales_contract):
		refuse(PromiseRefused, _("Name either the invoice or the contract that will be paid."))
	if promise.sales_contract:
		_take_rows(promise)
	else:
		_take_invoice(promise)


def _take_rows(promise: Any) -> None:
	customer, company = frappe.db.get_value(
		"Sales Contract", promise.sales_contract, ["customer", "company"]
	) or (None, None)
	limits = _limits(company, customer)
	row_promises.take(promise, limits)
	_open(promise, limits)


def _take_invoice(promise: Any) -> None:
	promise.set("rows", [])
	refuse_stranger(promise.sales_invoice)
	invoice = frappe.db.get_value(
		receivables.INVOICE,
		promise.sales_invoice,
		["customer", "company", "party_account_currency", "docstatus"],
		as_dict=True,
	)
	promise.update({"customer": invoice.customer, "company": invoice.company})
	promise.currency = invoice.party_account_currency
	_lock_invoice(promise.sales_invoice)
	_take(promise)


def after_insert(promise: Any) -> None:
	"""From now on the ledger judges it."""
	chased_customers.learn(promise.customer)


def withdraw(name: str, reason: str) -> None:
	"""Take an open promise back; the next one of the invoice has a higher level."""
	promise = frappe.get_doc(PROMISE, name, for_update=True)
	promise.check_permission("write")
	if promise.status != State.OPEN.value or not reason.strip():
		refuse(
			PromiseStateError,
			_("Only an open promise can be withdrawn, with a reason"),
			compared=_(promise.status),
		)
	promise.flags.l2c_by_service = True
	row_promises.close(promise)
	promise.update({"status": State.WITHDRAWN.value, "withdrawn_reason": reason.strip(), "open_key": None})
	promise.save()


def judge(customers: Collection[str]) -> int:
	"""Judge all promises of these customers again from the ledger. Returns how many changed. Twice changes nothing."""
	fields = [
		"name",
		"sales_invoice",
		"sales_contract",
		"status",
		"amount",
		"promised_for",
		"judge_on",
		"tolerance",
		"cash_before",
		"came",
	]
	filters = {"customer": ("in", sorted(customers) or NO_NAMES), "status": ("!=", State.WITHDRAWN.value)}
	every = frappe.get_all(PROMISE, filters=filters, fields=fields, order_by="creation, name")
	found = [row for row in every if row.sales_invoice]
	cash = _Cash({row.sales_invoice for row in found})
	taken = {row.sales_invoice for row in found if row.status == State.OPEN.value}
	of_rows = row_promises.judge([row for row in every if row.sales_contract])
	# the newest first: of several whose money was taken back it alone can be open
	return of_rows + sum(_judge_one(row, cash, taken) for row in reversed(found))


def judge_due() -> int:
	"""Judge the promises whose last day has passed. Returns how many changed."""
	filters = {"status": State.OPEN.value, "judge_on": ("<", nowdate())}
	return judge(set(frappe.get_all(PROMISE, filters=filters, pluck="customer", order_by="name")))


def _judge_one(row: Any, cash: "_Cash", taken: set[str]) -> int:
	unit = money_unit()
	came_so_far = cash.until(row.sales_invoice, row.judge_on)
	promise = rules.Promise(to_minor(row.amount, unit), row.promised_for, to_minor(row.cash_before, unit))
	days = (row.judge_on - row.promised_for).days
	state = rules.judge(
		promise,
		came_so_far,
		today=getdate(nowdate()),
		tolerance_days=days,
		tolerance=to_minor(row.tolerance, unit),
	)
	came = max(0, came_so_far - promise.cash_before)
	if state is State.OPEN and row.status != State.OPEN.value and row.sales_invoice in taken:
		state = State.PARTLY if came else State.BROKEN  # a newer promise is open: there can be one only
	if state is State.OPEN:
		taken.add(row.sales_invoice)
	values = {"status": state.value, "came": flt(from_minor(came, unit))}
	values["open_key"] = row.sales_invoice if state is State.OPEN else None
	if state.value == row.status and to_minor(row.came, unit) == came:
		return 0
	frappe.db.set_value(PROMISE, row.name, values)
	return 1


def _take(promise: Any) -> None:
	unit, today = money_unit(), getdate(nowdate())
	left = _open_of(promise)
	earlier = frappe.get_all(
		PROMISE,
		filters={"sales_invoice": promise.sales_invoice},
		fields=["level", "status"],
		order_by="creation, name",
	)
	limits = _limits(promise.company, promise.customer)
	why = rules.refusal(
		to_minor(promise.amount, unit),
		getdate(promise.promised_for),
		open_amount=left,
		today=today,
		earlier=[State(row.status) for row in earlier],
		most_days=limits.promise_most_days,
		most=limits.promise_most,
	)
	if not why and row_promises.open_on_invoice(promise.sales_invoice):
		why = Refusal.OPEN_ONE
	if why:
		promise_refusals.of_invoice(promise, why, open_amount=left, limits=limits)
	promise.update(
		{
			"level": rules.next_level([(row.level, State(row.status)) for row in earlier]),
			"cash_before": flt(
				from_minor(_Cash({promise.sales_invoice}).until(promise.sales_invoice, None), unit)
			),
			"open_before": flt(from_minor(left, unit)),
			"came": 0,
			"open_key": promise.sales_invoice,
		}
	)
	_open(promise, limits)


def _open(promise: Any, limits: Any) -> None:
	promise.update({"status": State.OPEN.value, "tolerance": flt(limits.promise_tolerance)})
	promise.judge_on = rules.judge_on(getdate(promise.promised_for), limits.promise_tolerance_days)


def _limits(company: str | None, customer: str | None) -> Any:
	"""Return what the policy of a customer allows; without one there is no limit and no tolerance."""
	group = frappe.get_cached_value("Customer", customer, "customer_group") if customer else None
	policy = Policies(money_unit()).of(company, group)
	said = policy.document if policy else frappe._dict()
	fields = ("promise_most_days", "promise_most", "promise_tolerance_days")
	return frappe._dict(
		{field: cint(said.get(field)) for field in fields}, promise_tolerance=said.get("promise_tolerance")
	)


def _open_of(promise: Any) -> int:
	key = (promise.customer, promise.company, promise.currency)
	pieces = receivables.owed([promise.customer]).get(key, [])
	return sum(piece.open for piece in pieces if piece.document == promise.sales_invoice)


def _lock_invoice(name: str) -> None:
	"""Two people who take a promise for one invoice at the same moment come one after the other."""
	table = frappe.qb.DocType(receivables.INVOICE)
	frappe.qb.from_(table).select(table.name).where(table.name == name).for_update().run()


class _Cash:
	"""Cash on invoices in the currency of the receivable account, with its posting dates; read once for all."""

	def __init__(self, invoices: Collection[str]) -> None:
		self.entries: list[Any] = []
		if not invoices:
			return
		names = sorted(invoices)
		documents = {row.name: row for row in ledger_reads.invoices(names)}
		ledger = [row for row in ledger_reads.ledger_rows(names) if row.against_voucher_no in documents]
		for row in ledger:  # every amount as the account has it, so nothing is converted
			documents[row.against_voucher_no].currency = row.account_currency
		self.entries = ledger_entries.entries(ledger, documents, {}, Decimal(money_unit()))

	def until(self, invoice: str, day: Any) -> int:
		"""Return minor units of cash on an invoice posted up to a day; all of it without a day."""
		return sum(
			entry.amount - entry.non_cash
			for entry in self.entries
			if entry.target == invoice and (day is None or entry.posting_date <= getdate(day))
		)
