"""Random chains: order, invoices, payments, cancellations, drawn by a seed, the same on every host.

They keep to what the sandbox stands for: taxes on top, no discounts, no credit notes, nothing cancelled under its
money.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import frappe

from l2c_app.tests.conformance import cassette
from l2c_app.tests.conformance.scenarios import invoice_of, payment_of
from l2c_app.tests.conformance.world import HOUR, SERVICE, World, expense_account

REPLAY = Path(__file__).parents[3] / "sandbox" / "replay.py"
STEPS = 8


class Chain:
	"""One random story of one customer. Every step may be refused; the refusal's class is part of the story."""

	def __init__(self, seed: int) -> None:
		self.random = random.Random(seed)
		self.orders: list[object] = []
		self.invoices: list[object] = []
		self.payments: list[object] = []

	def __call__(self, world: World) -> None:
		"""Play the chain."""
		self.world = world
		currency = self.random.choice(["USD", "USD", "EUR"])
		self.currency = {"currency": currency, "conversion_rate": 1 if currency == "USD" else 1.25}
		self.customer = world.customer("Conformance Chain", currency=currency)
		self.order()
		for _number in range(STEPS):
			self.random.choice(
				[
					self.order,
					self.bill,
					self.bill,
					self.pay,
					self.pay,
					self.pay_freely,
					self.deposit,
					self.undo,
				]
			)()

	def amount(self, most: float) -> float:
		"""A random amount of money, mostly below `most`."""
		return round(self.random.uniform(0.01, most * 1.1), 2)

	def attempt(self, label: str, kept: list, make: object) -> None:
		"""One step; what the host accepts may be used by later ones."""

		def action() -> None:
			document = make()
			self.world.quiet(document)
			made.append(document)

		made: list[object] = []
		self.world.refused(label, action)
		if self.world.steps[-1]["refused"] == "accepted":
			kept.extend(frappe.get_doc(document.doctype, document.name) for document in made)

	def taxes(self) -> list[dict]:
		"""No tax, a tax on top, or a tax and a charge."""
		rates = [6, 13, 19]
		rows = [self.world.vat(self.random.choice(rates))]
		if self.random.random() < 0.3:
			rows.append(self.world.freight(self.amount(40)))
		return rows if self.random.random() < 0.6 else []

	def order(self) -> None:
		"""A new order of one to three lines."""
		lines = [
			(self.random.choice([SERVICE, HOUR]), self.random.choice([1, 2, 3, 2.5]), self.amount(500))
			for _number in range(self.random.randint(1, 3))
		]
		taxes = self.taxes()
		self.attempt(
			"order",
			self.orders,
			lambda: self.world.order(self.customer, *lines, taxes=taxes, **self.currency),
		)

	def bill(self) -> None:
		"""The rest of an order, or a part of its first line."""
		if not self.orders:
			return
		order, share = self.random.choice(self.orders), self.random.choice([1, 1, 0.5, 0.3, 1.2])
		draw = self.random.random() < 0.5

		def make() -> object:
			invoice = invoice_of(order)
			invoice.items[0].qty = round(invoice.items[0].qty * share, 2)
			invoice.update(
				{"allocate_advances_automatically": int(draw), "only_include_allocated_payments": 1}
			)
			return invoice

		self.attempt(f"bill {share}", self.invoices, make)

	def pay(self) -> None:
		"""What the host proposes for an invoice."""
		if self.invoices:
			invoice = self.random.choice(self.invoices)
			self.attempt("pay", self.payments, lambda: payment_of(invoice))

	def pay_freely(self) -> None:
		"""Some money, some of it allocated, perhaps less a fee."""
		against = self.random.sample(self.invoices, min(len(self.invoices), self.random.randint(0, 2)))
		paid, allocated = self.amount(600), [(invoice, self.amount(300)) for invoice in against]
		fee = self.amount(5) if against and self.random.random() < 0.3 else 0

		def make() -> object:
			receipt = self.world.receipt(
				self.customer,
				paid,
				*allocated,
				currency=self.currency["currency"],
				rate=self.currency["conversion_rate"],
			)
			if fee:
				center = frappe.db.get_value("Company", receipt.company, "cost_center")
				receipt.append(
					"deductions", {"account": expense_account(), "cost_center": center, "amount": fee}
				)
			return receipt

		self.attempt("pay freely", self.payments, make)

	def deposit(self) -> None:
		"""Money against an order."""
		if not self.orders:
			return
		order, amount = self.random.choice(self.orders), self.amount(400)
		rate = {"currency": self.currency["currency"], "rate": self.currency["conversion_rate"]}
		self.attempt(
			"deposit",
			self.payments,
			lambda: self.world.receipt(self.customer, amount, (order, amount), **rate),
		)

	def undo(self) -> None:
		"""Cancel something that no money points at."""
		free = [document for document in (*self.invoices, *self.orders) if not self.has_money(document)]
		document = self.random.choice([*self.payments, *free] or [None])
		if document:
			self.world.refused("cancel", lambda: self.world.cancel_quietly(document))

	def has_money(self, document: object) -> bool:
		"""Whether a payment names the document."""
		named = {"reference_name": document.name, "docstatus": 1}
		return bool(frappe.db.exists("Payment Entry Reference", named))


def compare_with_sandbox(seeds: Iterable[int]) -> dict:
	"""Play the seeds here, replay them in the sandbox, return {"same": n, "outside": n, "different": {seed: lines}}.

	A chain that meets something which the sandbox does not emulate counts as outside; up to there it must be the same.
	"""
	played = {}
	for seed in seeds:
		played[seed] = World().run(Chain(seed))
		frappe.set_user("Administrator")
		frappe.db.rollback()
	with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
		json.dump({"version": cassette.version(), "chains": played}, file)
		file.flush()
		answer = subprocess.run(
			[sys.executable, str(REPLAY), file.name], capture_output=True, text=True, check=False
		)
	if answer.returncode:
		raise RuntimeError(answer.stderr[-3000:])
	return json.loads(answer.stdout)
