"""A customer at the portal: his own contracts, invoices and statement, and never those of another customer, on any path."""

import json
from collections.abc import Callable
from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.services.billing import billing
from l2c_app.services.errors import DisputeRefused, NoOnlinePayment, PromiseRefused, SigningStateError
from l2c_app.services.portal import own, pages
from l2c_app.services.printing import print_renderer
from l2c_app.services.signing import links, provider
from l2c_app.tests import contracts, factories, signing_case
from l2c_app.tests.base import IN_SANDBOX, L2CTestCase, bench_only

if not IN_SANDBOX:
	from frappe.utils import set_request
	from frappe.website.serve import get_response

	from l2c_app.api import portal as api

EVIL = "<script>alert(1)</script>"


@bench_only("the website, REST and print views of the host")
class PortalTestCase(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		for patcher in (
			patch.object(provider, "can_mail", return_value=False),
			patch.object(print_renderer, "to_pdf", side_effect=signing_case.quick_pdf),
			patch.object(
				frappe.db, "commit"
			),  # the host's log of what is printed would keep all that the test made
		):
			patcher.start()
			self.addCleanup(patcher.stop)
		self.customer, self.user = self.buyer("L2C Portal A", "portal.a")
		self.other, self.stranger = self.buyer("L2C Portal B", "portal.b")
		self.rep = factories.sales_user("portal.rep")
		self.contract, self.invoice = self.running(self.customer)
		self.addCleanup(self.leave_the_request)

	def leave_the_request(self) -> None:
		frappe.local.request = None
		frappe.local.form_dict = frappe._dict()
		frappe.local.response = frappe._dict(docs=[])
		frappe.local.flags.redirect_location = None

	def buyer(self, name: str, login: str) -> tuple[str, str]:
		"""Return a customer and its portal user, linked as the host links them."""
		user = factories.user(login, "Customer")
		customer = frappe.get_doc("Customer", factories.customer(name))
		if not any(row.user == user for row in customer.portal_users):
			customer.append("portal_users", {"user": user})
			customer.save()
		return customer.name, user

	def running(self, customer: str) -> tuple[object, str]:
		"""Return a running contract of 1,000: 400 due ten days ago and billed, 600 due in thirty days."""
		rows = [
			contracts.plan_row(400, label="Deposit", fixed_date=contracts.in_days(-10)),
			contracts.plan_row(600, label="Rest", fixed_date=contracts.in_days(30)),
		]
		early = {"transaction_date": contracts.in_days(-20)}
		contract = contracts.active(customer, plan_rows=rows, contract_owner=self.rep, **early)
		name = billing.bill_row(contract.name, "R1", posting_date=contracts.in_days(-10))
		invoice = frappe.get_doc("Sales Invoice", name)
		if invoice.docstatus == 0:
			invoice.submit()
		return contracts.fresh(contract), name

	def page(self, path: str, user: str, **form: str) -> tuple[int, str]:
		"""Return status and text of a page as a user sees it."""
		with self.as_user(user):
			set_request(method="GET", path=path)
			frappe.local.request_ip = "127.0.0.1"
			frappe.local.form_dict = frappe._dict(form)
			answer = get_response()
			return answer.status_code, answer.get_data(as_text=True)


class TestOwn(PortalTestCase):
	def test_who_is_no_customers_user_sees_no_contract_without_a_customer(self):
		"""Contracts of leads have no customer yet; an empty list of customers must not find them."""
		frappe.db.set_value("Sales Contract", self.contract.name, "customer", None)
		for nobody in (factories.user("portal.nobody", "Customer"), self.user, self.stranger):
			with self.subTest(nobody=nobody), self.as_user(nobody):
				self.assertNotIn(self.contract.name, [row["name"] for row in pages.contracts()])
				self.assertRaises(frappe.PermissionError, own.contract, self.contract.name)
				self.assertFalse(frappe.has_permission("Sales Contract", "read", self.contract.name))

	def test_the_pages_show_what_is_his_with_figures_of_the_ledger(self):
		status, text = self.page("/sales-contracts", self.user)
		self.assertEqual(status, 200, text[-500:])
		self.assertIn(self.contract.name, text)
		status, text = self.page(f"/sales-contracts/{self.contract.name}", self.user)
		self.assertEqual(status, 200, text[-500:])
		for shown in ("Deposit", "Rest", self.invoice, "$ 1,000.00", "$ 400.00", "$ 600.00"):
			self.assertIn(shown, text)
		factories.payment(self.customer, 150, against=[("Sales Invoice", self.invoice, 150)])
		with self.as_user(self.user):
			shown = pages.contract(self.contract.name)
			owed = pages.invoices()
		# 1,000 agreed, 400 billed, 150 came: 150 settled, 850 open, 250 of it due
		figures = {key: value.replace("$ ", "") for key, value in shown["figures"].items()}
		self.assertEqual(
			figures,
			{"billed": "400.00", "settled": "150.00", "open": "850.00", "due": "250.00", "overdue": "250.00"},
		)
		self.assertEqual([(row["invoice"], row["amount"]) for row in owed], [(self.invoice, 250)])
		status, text = self.page("/open-invoices", self.user)
		self.assertEqual(status, 200)
		self.assertIn("250.00", text)
		self.assertIn("10 days late", text)

	def test_a_title_with_markup_is_shown_as_text(self):
		frappe.db.set_value("Sales Contract", self.contract.name, "title", EVIL)
		for path in ("/sales-contracts", f"/sales-contracts/{self.contract.name}"):
			self.assertNotIn(EVIL, self.page(path, self.user)[1])

	def test_a_promise_is_judged_like_any_other_and_pauses_nothing(self):
		day = str(add_days(nowdate(), 5))
		with self.as_user(self.user):
			name = api.promise(self.invoice, amount="400", promised_for=day, note="after payday")
			for amount, when in ((401, day), (0, day), (400, str(add_days(nowdate(), -1))), (400, "")):
				with self.assertRaises(PromiseRefused):
					api.promise(self.invoice, amount=amount, promised_for=when)
		promise = frappe.get_doc("Promise to Pay", name)
		self.assertEqual(
			(promise.channel, promise.pauses, promise.status, promise.taken_by),
			("Portal", 0, "Open", self.user),
		)
		self.assertTrue(frappe.db.exists("Notification Log", {"document_name": name, "for_user": self.rep}))
		with self.as_user(self.user):
			self.assertIn("promised", pages.invoices()[0]["said"][0])

	def test_plan_rows_are_promised_billed_or_not_by_the_rules_of_the_desk(self):
		day = str(add_days(nowdate(), 5))
		contract = self.contract.name

		def rows(*pairs):
			return json.dumps([{"row_id": row_id, "amount": amount} for row_id, amount in pairs])

		with self.as_user(self.user):
			for wrong, when in (
				(rows(("R2", "600.01")), day),
				(rows(("R2", -1)), day),
				(rows(("R9", 1)), day),
				(rows(("R2", 1), ("R2", 1)), day),
				(rows(), day),
				('["R2"]', day),
				(rows(("R2", "4,5")), day),
				(rows(("R2", "NaN")), day),
				(rows(("R2", 600)), ""),
				(rows(("R2", 600)), str(add_days(nowdate(), -1))),
			):
				with self.subTest(rows=wrong, when=when), self.assertRaises(PromiseRefused):
					api.promise_rows(contract, wrong, when)
			self.assertEqual([row["left"] for row in pages.contract(contract)["plan"]], [400, 600])
			name = api.promise_rows(contract, rows(("R1", "150.5"), ("R2", "")), day, note="after payday")
			with self.assertRaises(PromiseRefused):
				api.promise_rows(contract, rows(("R2", 1)), day)
			with self.assertRaises(PromiseRefused):  # nor by the invoice that bills the row
				api.promise(self.invoice, amount=1, promised_for=day)
			plan = pages.contract(contract)["plan"]
		promise = frappe.get_doc("Promise to Pay", name)
		self.assertEqual([(row.row_id, row.amount) for row in promise.rows], [("R1", 150.5), ("R2", 600)])
		said = (promise.channel, promise.pauses, promise.status, promise.taken_by, promise.amount)
		self.assertEqual(said, ("Portal", 0, "Open", self.user, 750.5))
		self.assertTrue(frappe.db.exists("Notification Log", {"document_name": name, "for_user": self.rep}))
		self.assertEqual([row["left"] for row in plan], [0, 0])
		self.assertIn("promised", plan[0]["said"])
		self.assertNotIn("l2c-promise", self.page(f"/sales-contracts/{contract}", self.user)[1])

	def test_a_row_whose_invoice_is_promised_and_a_terminated_contract_are_not_offered(self):
		day = str(add_days(nowdate(), 5))
		url = f"/sales-contracts/{self.contract.name}"
		with self.as_user(self.user):
			api.promise(self.invoice, amount=400, promised_for=day)
			plan = pages.contract(self.contract.name)["plan"]
		self.assertEqual([(row["left"], bool(row["said"])) for row in plan], [(0, True), (600, False)])
		text = self.page(url, self.user)[1]
		self.assertIn('data-row="R2"', text)
		# a number field of a browser reads 4,5 as 45 without a word; as text it comes to us and is refused
		self.assertNotIn('type="number"', text + self.page("/open-invoices", self.user)[1])
		self.assertNotIn('data-row="R1"', text)
		frappe.db.set_value("Sales Contract", self.contract.name, "terminated_on", nowdate())
		self.assertNotIn("l2c-promise", self.page(url, self.user)[1])
		with self.as_user(self.user), self.assertRaises(PromiseRefused):
			api.promise_rows(self.contract.name, [{"row_id": "R2", "amount": 1}], day)

	def test_a_dispute_has_somebody_who_answers_it_and_a_deadline(self):
		with self.as_user(self.user):
			name = api.dispute(self.invoice, code="Quality", amount=100, note="Two are broken")
			with self.assertRaises(DisputeRefused):
				api.dispute(self.invoice, code="Quality", amount=301, note="and more")
			offered = [row["disputable"] for row in pages.invoices() if row["invoice"] == self.invoice]
			self.assertEqual(offered, [300])
			# 4,5 is no 45: whoever writes a comma for a point owes a tenth of what would be read
			with self.assertRaises(DisputeRefused):
				api.dispute(self.invoice, code="Quality", amount="4,5", note="and more")
			with self.assertRaises(PromiseRefused):
				api.promise(self.invoice, amount="4,5", promised_for=str(add_days(nowdate(), 5)))
			with self.assertRaises(frappe.ValidationError):
				api.dispute(self.invoice, code="Nonsense", amount=1, note="x")
			with self.assertRaises(frappe.MandatoryError):
				api.dispute(self.invoice, code="Quality", amount=1, note="")
		dispute = frappe.get_doc("Receivable Dispute", name)
		self.assertEqual((dispute.responsible, dispute.status, dispute.amount), (self.rep, "Open", 100))
		self.assertEqual(str(dispute.deadline), str(add_days(nowdate(), 7)))
		self.assertTrue(frappe.db.exists("Notification Log", {"document_name": name, "for_user": self.rep}))
		offers = ['data-step="dispute"' in self.page("/open-invoices", self.user)[1]]
		with self.as_user(self.user):
			api.dispute(self.invoice, code="Quality", amount=300, note="So is the rest")
		offers.append('data-step="dispute"' in self.page("/open-invoices", self.user)[1])
		self.assertEqual(offers, [True, False])

	def test_whoever_answers_is_told_in_his_own_language(self):
		frappe.db.set_value("User", self.rep, "language", "zh")
		day = str(add_days(nowdate(), 5))
		with self.as_user(self.user):
			promise = api.promise(self.invoice, amount="100", promised_for=day)
			dispute = api.dispute(self.invoice, code="Quality", amount=100, note="Two are broken")
		for name, text in ((promise, "%在门户承诺付款%"), (dispute, "%提出争议%")):
			told = {"for_user": self.rep, "document_name": name, "subject": ("like", text)}
			self.assertEqual(frappe.db.count("Notification Log", told), 1, text)

	def test_paying_leads_to_the_payment_request_of_the_host_or_says_that_there_is_none(self):
		with self.as_user(self.user), self.assertRaises(NoOnlinePayment):
			api.pay(self.invoice)
		request = frappe.get_doc(
			{"doctype": "Payment Request", "name": "L2C-PR-1", "reference_doctype": "Sales Invoice"}
		)
		request.update({"reference_name": self.invoice, "docstatus": 1, "status": "Requested"})
		request.update({"payment_url": "https://pay.example.com/1", "grand_total": 400})
		request.db_insert()
		with self.as_user(self.user):
			self.assertEqual(api.pay(self.invoice), "https://pay.example.com/1")
		self.assertIn("Pay Online", self.page("/open-invoices", self.user)[1])
		request.db_set("status", "Paid")
		with self.as_user(self.user), self.assertRaises(NoOnlinePayment):
			api.pay(self.invoice)

	def test_the_statement_is_that_of_the_ledger(self):
		with self.as_user(self.user):
			self.assertEqual(
				[(row.customer, row.company) for row in pages.statements()],
				[(self.customer, factories.company())],
			)
			api.statement_pdf(self.customer, factories.company())
		self.assertEqual(frappe.local.response.filecontent[:5], b"%PDF-")

	def test_a_signatory_opens_his_request_from_the_portal(self):
		mine = {**signing_case.ADA, "email": frappe.db.get_value("User", self.user, "email")}
		contract = signing_case.approved(mine, customer=self.customer)
		(mailed,) = signing_case.send(contract)
		self.assertIn("l2c-open-signing", self.page(f"/sales-contracts/{contract.name}", self.user)[1])
		with self.as_user(self.user):
			token = signing_case.token_of(api.signing_link(contract.name))
		self.assertTrue(links.page(token)["opens"])
		self.assertFalse(links.page(mailed)["opens"])
		colleague = signing_case.approved(customer=self.customer)
		signing_case.send(colleague)
		with self.as_user(self.user), self.assertRaises(SigningStateError):
			api.signing_link(colleague.name)


class TestForeign(PortalTestCase):
	"""Customer B, a guest and a portal user without any customer reach nothing of A."""

	def paths(self) -> dict[str, Callable[[], object]]:
		"""Return every way to A's documents but the pages; each raises PermissionError, or answers nothing."""
		from frappe.api import v1
		from frappe.www import printview

		contract, invoice = self.contract.name, self.invoice
		company, day = factories.company(), str(add_days(nowdate(), 3))
		fields = {"fields": '["name"]', "limit_page_length": 5}
		frappe.local.form_dict = frappe._dict(fields)
		frappe.local.response = frappe._dict(docs=[])
		found = {
			"contract page": lambda: pages.contract(contract),
			"promise": lambda: api.promise(invoice, amount=1, promised_for=day),
			"promise of rows": lambda: api.promise_rows(contract, [{"row_id": "R2", "amount": 1}], day),
			"dispute": lambda: api.dispute(invoice, code="Price", amount=1, note="x"),
			"pay": lambda: api.pay(invoice),
			"statement": lambda: api.statement_pdf(self.customer, company),
			"signing link": lambda: api.signing_link(contract),
			"print": lambda: printview.get_html_and_style(doc="Sales Contract", name=contract),
		}
		for doctype, name in self.documents().items():
			found[f"REST {doctype}"] = lambda doctype=doctype, name=name: v1.read_doc(doctype, name)
			found[f"client {doctype}"] = lambda doctype=doctype, name=name: frappe.client.get(doctype, name)
			found[f"list {doctype}"] = lambda doctype=doctype, name=name: frappe.client.get_list(
				doctype, filters={"name": name}
			)
		return found

	def documents(self) -> dict[str, str]:
		row = {"sales_invoice": self.invoice}
		return {
			"Sales Contract": self.contract.name,
			"Promise to Pay": self.promise,
			"Receivable Dispute": self.dispute,
			"Contract Signing Request": self.request,
			"Contract Signing Event": frappe.db.get_value(
				"Contract Signing Event", {"request": self.request}
			),
			"Sales Invoice": row["sales_invoice"],
			"File": frappe.db.get_value("Contract Signing Request", self.request, "document"),
		}

	def setUp(self) -> None:
		super().setUp()
		day = str(add_days(nowdate(), 3))
		with self.as_user(self.user):
			self.promise = api.promise(self.invoice, amount=100, promised_for=day)
			self.dispute = api.dispute(self.invoice, code="Price", amount=100, note="too much")
		contract = signing_case.approved(customer=self.customer)
		signing_case.send(contract)
		self.request = signing_case.request_of(contract).name

	def test_no_path_reaches_the_documents_of_another_customer(self):
		nobody = factories.user("portal.nobody", "Customer")
		for user in (self.stranger, nobody, "Guest"):
			for title, path in self.paths().items():
				with self.subTest(user=user, path=title), self.as_user(user):
					try:
						shown = path()
					except (frappe.PermissionError, frappe.AuthenticationError):
						continue
					self.assertFalse(shown, f"{title} answered {str(shown)[:200]}")

	def test_no_page_shows_them(self):
		url = f"/sales-contracts/{self.contract.name}"
		status, text = self.page(url, self.stranger)
		self.assertEqual(status, 403)
		self.assertNotIn("1,000.00", text)
		self.assertNotIn(self.contract.name, self.page("/sales-contracts", self.stranger)[1])
		self.assertNotIn(self.invoice, self.page("/open-invoices", self.stranger)[1])
		for path in (url, "/sales-contracts", "/open-invoices"):
			status, text = self.page(path, "Guest")
			self.assertIn(status, (301, 302))
			self.assertNotIn("1,000.00", text)
		for user in (self.stranger, "Guest"):
			status, text = self.page("/printview", user, doctype="Sales Contract", name=self.contract.name)
			self.assertNotIn("1,000.00", text)
			self.assertNotEqual(status, 200)

	def test_what_does_not_exist_is_refused_like_what_is_foreign(self):
		said = set()
		with self.as_user(self.stranger):
			for name in (self.contract.name, "CON-2099-99999", ""):
				with self.assertRaises(frappe.PermissionError) as caught:
					own.contract(name)
				said.add(str(caught.exception))
		self.assertEqual(len(said), 1)

	def test_a_draft_or_cancelled_contract_is_not_his_yet_or_no_more(self):
		draft = contracts.draft(self.customer)
		with self.as_user(self.user), self.assertRaises(frappe.PermissionError):
			own.contract(draft.name)
		draft.submit()
		with self.as_user(self.user):
			self.assertEqual(own.contract(draft.name).name, draft.name)
		frappe.get_doc("Sales Contract", draft.name).cancel()
		with self.as_user(self.user), self.assertRaises(frappe.PermissionError):
			own.contract(draft.name)

	def test_a_user_who_left_the_customer_reaches_nothing_any_more(self):
		frappe.db.delete("Portal User", {"user": self.user})
		with self.as_user(self.user), self.assertRaises(frappe.PermissionError):
			pages.contract(self.contract.name)
		self.assertEqual(json.dumps(self.page("/sales-contracts", self.user)[1]).count(self.contract.name), 0)

	def test_his_own_contract_is_printed_but_not_read_through_the_desk(self):
		from frappe.api import v1

		form = {"doctype": "Sales Contract", "name": self.contract.name, "format": "Sales Contract"}
		status, text = self.page("/printview", self.user, **form)
		self.assertEqual(status, 200)
		self.assertIn(self.contract.name, text)
		with self.as_user(self.user):
			frappe.local.form_dict = frappe._dict()
			for write in (
				lambda: v1.read_doc("Sales Contract", self.contract.name),
				lambda: frappe.client.set_value("Sales Contract", self.contract.name, "title", "mine"),
				lambda: frappe.client.delete("Sales Contract", self.contract.name),
			):
				with self.assertRaises(frappe.PermissionError):
					write()
