"""Promises to pay: taken from a form or a case, judged from cash in the ledger, judged again whenever that moves.

Raises PromiseRefused and PromiseStateError. Whoever may create promises needs to see the case or the invoice.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, formatdate, getdate, nowdate

from l2c_app.core import promises as rules
from l2c_app.core.money import from_minor, to_minor
from l2c_app.core.promises import Refusal, State
from l2c_app.services.chasing import chase_marks, receivables
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
		promise.update({field: before.get(field) for field in OURS if not promise.flags.l2c_by_service})
		return
	refuse_stranger(promise.sales_invoice)
	invoice = frappe.db.get_value(
		receivables.INVOICE,
		promise.sales_invoice,
		["customer", "company", "party_account_currency", "docstatus"],
		as_dict=True,
	)
	promise.update({"customer": invoice.customer, "company": invoice.company})
	promise.update({"currency": invoice.party_account_currency, "taken_by": frappe.session.user})
	_lock_invoice(promise.sales_invoice)
	_take(promise)


def after_insert(promise: Any) -> None:
	"""From now on the ledger judges it, and the case waits for it."""
	chase_marks.learn(promise.customer)
	chase_marks.mark(promise.customer)


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
	promise.update({"status": State.WITHDRAWN.value, "withdrawn_reason": reason.strip(), "open_key": None})
	promise.save()
	chase_marks.mark(promise.customer)


def judge(customers: Collection[str]) -> int:
	"""Judge all promises of these customers again from the ledger. Returns how many changed. Twice changes nothing."""
	fields = [
		"name",
		"sales_invoice",
		"status",
		"amount",
		"promised_for",
		"judge_on",
		"tolerance",
		"cash_before",
		"came",
	]
	filters = {"customer": ("in", sorted(customers) or [""]), "status": ("!=", State.WITHDRAWN.value)}
	found = frappe.get_all(PROMISE, filters=filters, fields=fields, order_by="creation, name")
	cash = _Cash({row.sales_invoice for row in found})
	taken = {row.sales_invoice for row in found if row.status == State.OPEN.value}
	return sum(_judge_one(row, cash, taken) for row in found)


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
	policy = Policies(unit).of(promise.company, _group(promise.customer))
	limits = policy.document if policy else frappe._dict()
	why = rules.refusal(
		to_minor(promise.amount, unit),
		getdate(promise.promised_for),
		open_amount=left,
		today=today,
		earlier=[State(row.status) for row in earlier],
		most_days=cint(limits.promise_most_days),
		most=cint(limits.promise_most),
	)
	if why:
		_refuse(promise, why, left, limits)
	promise.update(
		{
			"status": State.OPEN.value,
			"level": rules.next_level([(row.level, State(row.status)) for row in earlier]),
			"judge_on": rules.judge_on(getdate(promise.promised_for), cint(limits.promise_tolerance_days)),
			"tolerance": flt(limits.promise_tolerance),
			"cash_before": flt(
				from_minor(_Cash({promise.sales_invoice}).until(promise.sales_invoice, None), unit)
			),
			"open_before": flt(from_minor(left, unit)),
			"came": 0,
			"open_key": promise.sales_invoice,
		}
	)


def _refuse(promise: Any, why: Refusal, left: int, limits: Any) -> None:
	texts = {
		Refusal.OPEN_ONE: _("There is an open promise for this invoice already"),
		Refusal.NO_AMOUNT: _("The promised amount is not open on this invoice"),
		Refusal.PAST: _("The promised date has passed"),
		Refusal.TOO_FAR: _("The promised date is too far away"),
		Refusal.TOO_MANY: _("There were too many promises for this invoice"),
	}
	compared = {
		Refusal.NO_AMOUNT: _("Open: {0}").format(flt(from_minor(left, money_unit()))),
		Refusal.PAST: formatdate(promise.promised_for),
		Refusal.TOO_FAR: _("The policy allows {0} days.").format(limits.promise_most_days),
		Refusal.TOO_MANY: _("The policy allows {0}.").format(limits.promise_most),
	}
	refuse(PromiseRefused, texts[why], compared=compared.get(why, ""))


def _open_of(promise: Any) -> int:
	key = (promise.customer, promise.company, promise.currency)
	pieces = receivables.owed([promise.customer]).get(key, [])
	return sum(piece.open for piece in pieces if piece.document == promise.sales_invoice)


def _lock_invoice(name: str) -> None:
	"""Two people who take a promise for one invoice at the same moment come one after the other."""
	table = frappe.qb.DocType(receivables.INVOICE)
	frappe.qb.from_(table).select(table.name).where(table.name == name).for_update().run()


def _group(customer: str) -> str | None:
	return frappe.get_cached_value("Customer", customer, "customer_group")


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
