"""Everything a decision about chasing needs, read set-based for many customers, in the words of core.dunning."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe.query_builder.functions import Count, Max
from frappe.utils import getdate, nowdate

from l2c_app.core.cadence import Exit
from l2c_app.core.dunning import Facts, Item
from l2c_app.core.money import to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing import bank_lines, mail_addresses, receivables, row_promises
from l2c_app.services.chasing.policies import Policies, Policy
from l2c_app.services.chasing.receivables import Key, Position
from l2c_app.services.follow_up import do_not_contact
from l2c_app.services.ledger.ledger_amounts import money_unit

NOTICE = "Dunning Notice"


@dataclass(frozen=True)
class Known:
	"""One key: what is decided by, the policy, its case, and what people want to see beside the decision."""

	key: Key
	facts: Facts
	policy: Policy | None
	case: Any
	address: str
	promise_on: date | None
	broken: int
	dispute_deadline: date | None
	group: str
	position: Position | None


def read(
	customers: Collection[str], *, policies: Policies | None = None, bank: dict[Key, str] | None = None
) -> dict[Key, Known]:
	"""Return what is known of these customers, one entry per key with open money or an open case.

	`bank`: the bank lines that may be their money; None: those that were found last, as long as they are open.
	"""
	return _Reader(customers, policies or Policies(money_unit()), bank).all()


class _Reader:
	"""One read of everything, then one assembly per key."""

	def __init__(self, customers: Collection[str], policies: Policies, bank: dict[Key, str] | None) -> None:
		self.customers = sorted(set(customers))
		self.today = getdate(nowdate())
		self.policies = policies
		self.owed, self.positions = receivables.both(self.customers)
		self.promises, self.broken = self._promises()
		self.disputes = self._disputes()
		self.cases = self._cases()
		self.bank = bank_lines.remembered(self.cases.values()) if bank is None else bank
		self.parties = mail_addresses.parties(self.customers)
		self.addresses = mail_addresses.of(self.parties)
		self.blocked = do_not_contact.blocked_among(
			"Customer", [do_not_contact.of_customer(row) for row in self.parties.values()]
		)
		self.sent = _sent(self.customers)

	def all(self) -> dict[Key, Known]:
		return {key: self._one(key) for key in sorted(self.owed.keys() | self.cases.keys())}

	def _one(self, key: Key) -> Known:
		customer, company, _currency = key
		case, sent = self.cases.get(key), self.sent.get(key, {})
		group = self.parties.get(customer, {}).get("customer_group") or ""
		position = self.positions.get(key)
		items = tuple(self._items(key))
		since = case.opened_on if case and case.opened_on else date.min
		broken = [row for row in self.broken.get(key, ()) if row.judge_on >= since]
		last = max((row.sent_on for row in sent.get("rows", ())), default=None)
		facts = Facts(
			items=items,
			unapplied=to_minor(position.unapplied, money_unit()) if position else 0,
			bank_line=self.bank.get(key, ""),
			held=bool(case and case.held_until and case.held_until >= self.today),
			no_contact=Exit.BLOCKED in self.blocked.get(customer, ()),
			no_mail=Exit.UNSUBSCRIBED in self.blocked.get(customer, ()),
			has_address=bool(self.addresses.get(customer)),
			last_sent=last,
			sent_count=sum(row.times for row in sent.get("rows", ()) if row.sent_on >= since),
			sent_levels=sent.get("levels"),
			jump=any(last is None or row.judge_on >= last for row in broken),
		)
		promised = [self.promises[item.invoice].promised_for for item in items if item.promised]
		deadlines = [self.disputes[item.invoice][1] for item in items if item.invoice in self.disputes]
		return Known(
			key=key,
			facts=facts,
			policy=self.policies.of(company, group),
			case=case,
			address=self.addresses.get(customer, ""),
			promise_on=min(promised, default=None),
			broken=len(broken),
			dispute_deadline=min((day for day in deadlines if day), default=None),
			group=group,
			position=position,
		)

	def _items(self, key: Key) -> list[Item]:
		"""Return the pieces of a key; a disputed amount sits on the oldest pieces of its invoice."""
		left = {name: amount for name, (amount, _deadline) in self.disputes.items()}
		found = []
		for piece in self.owed.get(key, ()):
			if piece.due is None:
				continue
			disputed = min(piece.open, left.get(piece.document, 0))
			left[piece.document] = left.get(piece.document, 0) - disputed
			promised = piece.document in self.promises
			found.append(Item(piece.document, piece.open, piece.due, promised=promised, disputed=disputed))
		return found

	def _promises(self) -> tuple[dict[str, Any], dict[Key, list[Any]]]:
		fields = [
			"name",
			"sales_invoice",
			"sales_contract",
			"customer",
			"company",
			"currency",
			"status",
			"promised_for",
			"judge_on",
			"pauses",
		]
		filters = {"customer": ("in", self.customers or NO_NAMES), "status": ("in", ("Open", "Broken"))}
		rows = frappe.get_all("Promise to Pay", filters=filters, fields=fields, order_by="creation")
		paused = [row for row in rows if row.status == "Open" and row.pauses]
		live = {row.sales_invoice: row for row in paused if row.sales_invoice}
		live |= row_promises.invoices_of({row.name: row for row in paused if row.sales_contract})
		broken: dict[Key, list[Any]] = defaultdict(list)
		for row in rows:
			if row.status == "Broken":
				broken[row.customer, row.company, row.currency].append(row)
		return live, broken

	def _disputes(self) -> dict[str, tuple[int, date | None]]:
		"""Return (minor units, deadline) per invoice: what is open, or accepted and not yet settled in the books."""
		fields = ["sales_invoice", "amount", "deadline", "status", "outcome", "outcome_document"]
		filters = {"customer": ("in", self.customers or NO_NAMES), "status": ("in", ("Open", "Accepted"))}
		found: dict[str, tuple[int, date | None]] = {}
		rows = frappe.get_all("Receivable Dispute", filters=filters, fields=fields, order_by="deadline desc")
		for row in rows:
			if row.status == "Accepted" and row.outcome_document:
				continue
			amount, _later = found.get(row.sales_invoice, (0, None))
			found[row.sales_invoice] = (amount + to_minor(row.amount, money_unit()), row.deadline)
		return found

	def _cases(self) -> dict[Key, Any]:
		filters = {"customer": ("in", self.customers or NO_NAMES), "status": ("!=", "Closed")}
		rows = frappe.get_all("Collection Case", filters=filters, fields=["*"], order_by="name")
		return {(row.customer, row.company, row.currency): row for row in rows}


def _sent(customers: Collection[str]) -> dict[Key, dict[str, Any]]:
	"""Return per key how often what went out on which day, and the highest level of each carrier.

	What was taken back from the queue never went out.
	"""
	table = frappe.qb.DocType(NOTICE)
	query = (
		frappe.qb.from_(table)
		.select(
			table.customer,
			table.company,
			table.currency,
			table.carrier,
			table.sent_on,
			Max(table.level).as_("level"),
			Count(table.name).as_("times"),
		)
		.where(table.customer.isin(sorted(customers) or NO_NAMES) & table.withdrawn_on.isnull())
		.groupby(table.customer, table.company, table.currency, table.carrier, table.sent_on)
	)
	found: dict[Key, dict[str, Any]] = {}
	for row in query.run(as_dict=True):
		each = found.setdefault((row.customer, row.company, row.currency), {"rows": [], "levels": {}})
		each["rows"].append(row)
		each["levels"][row.carrier] = max(row.level, each["levels"].get(row.carrier, 0))
	return found
