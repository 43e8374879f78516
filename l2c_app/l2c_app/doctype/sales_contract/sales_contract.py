"""Sales Contract: the approved text of a deal, its lines and its payment plan. The work is done by services."""

from frappe.model.document import Document

from l2c_app.services.contract import (
	activation,
	approval_limits,
	contract_changes,
	contract_checks,
	contract_clauses,
	contract_dates,
	contract_state,
	contract_totals,
	milestones,
	renewal_chain,
)
from l2c_app.services.lead import completeness
from l2c_app.services.ledger import contract_customers, recompute
from l2c_app.services.printing import contract_document
from l2c_app.services.signing import requests as signing_requests


class SalesContract(Document):
	def validate(self) -> None:
		"""Check a draft from the outside in: who, where, when, what, then the money."""
		contract_state.protect(self)
		renewal_chain.link(self)
		contract_checks.check_party(self)
		contract_checks.check_company(self)
		contract_checks.check_dates(self)
		if self.flags.get(contract_state.BY_ADOPTION):
			# The order's own totals stand, and what was billed before need not be whole coins.
			contract_checks.cut_plan(self, kept=[row.row_id for row in self.plan_rows])
		else:
			contract_checks.check_items(self)
			contract_checks.set_rate(self)
			contract_totals.calculate(self)
			contract_checks.cut_plan(self)
		milestones.check(self)
		contract_dates.refresh(self)
		contract_clauses.apply(self)
		approval_limits.refresh(self)
		contract_state.refresh(self)

	def printed_clauses(self) -> list[list[dict]]:
		"""Return the clauses for print formats: clean text with its values, in the languages of the paper."""
		return contract_document.printed_clauses(self, contract_document.paper_language(self))

	def before_submit(self) -> None:
		"""The text is approved: the customer comes into being. The order comes with the activation."""
		approval_limits.require_approver(self)
		completeness.require(self.lead, completeness.CONTRACT)
		if not self.customer:
			self.customer = activation.customer_of_lead(self.lead)
			contract_checks.check_party(self)
		contract_clauses.freeze(self)

	def on_submit(self) -> None:
		"""From now on it is audited: what is open and due is stored at once, not with the first payment."""
		contract_customers.forget()
		recompute.mark([self.name])
		renewal_chain.close(self)

	def before_update_after_submit(self) -> None:
		"""Keep what the machine computed, whoever saves."""
		contract_state.protect(self)
		contract_state.refresh(self)

	def on_update_after_submit(self) -> None:
		contract_customers.learn(self.customer, [self.sales_order] if self.sales_order else [])
		signing_requests.follow(self)

	def before_cancel(self) -> None:
		"""An order that lives keeps the contract: terminate it instead."""
		contract_changes.refuse_cancel_with_order(self)

	def on_cancel(self) -> None:
		"""Nothing is open on it any more, in no list and no sum."""
		self.db_set("status", "Cancelled")
		contract_changes.cancelled(self)
		contract_customers.forget()
		recompute.mark([self.name])
		signing_requests.follow(self)
		renewal_chain.reopen(self)

	def on_discard(self) -> None:
		"""A draft that is thrown away (16) was never approved."""
		self.db_set("status", "Cancelled")
