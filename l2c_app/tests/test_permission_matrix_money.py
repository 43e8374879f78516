"""Who may read what of contracts, signatures and receipts: one table, every path, real users, the customer among them."""

from unittest.mock import patch

import frappe
from frappe.utils import nowdate

from l2c_app.services.printing import print_renderer
from l2c_app.services.receipt import collections
from l2c_app.services.signing import provider
from l2c_app.tests import factories, signing_case
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.reading_paths import ReadingPaths

BOOKS = {"manager", "accountant", "controller"}
MAY_READ = {
	"Sales Contract": {"rep", *BOOKS},
	"Contract Signing Request": {"rep", *BOOKS},
	"Contract Signing Event": {"rep", *BOOKS},
	"Collection": {"rep", *BOOKS},
}
MAY_WRITE = {
	"Sales Contract": {"rep", "manager"},
	"Contract Signing Request": set(),
	"Contract Signing Event": set(),
}


@bench_only("every native path of the host")
class TestMoneyMatrix(ReadingPaths, L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		for patcher in (
			patch.object(provider, "can_mail", return_value=False),
			patch.object(print_renderer, "to_pdf", side_effect=signing_case.quick_pdf),
		):
			patcher.start()
			self.addCleanup(patcher.stop)
		self.people = {
			"rep": factories.sales_user("matrix.rep"),
			"other": factories.sales_user("matrix.other"),
			"manager": factories.sales_manager("matrix.manager"),
			"accountant": factories.accounts_user("matrix.accountant"),
			"controller": factories.accounts_manager("matrix.controller"),
			"customer": factories.user("matrix.customer", "Customer"),
		}
		customer = frappe.get_doc("Customer", factories.customer("L2C Matrix Customer"))
		customer.append("portal_users", {"user": self.people["customer"]})
		customer.save()
		self.documents = self.make_documents(customer.name)

	def make_documents(self, customer: str) -> dict[str, str]:
		contract = signing_case.approved(customer=customer, contract_owner=self.people["rep"])
		signing_case.send(contract)
		request = signing_case.request_of(contract).name
		values = {
			"customer": customer,
			"received_on": nowdate(),
			"amount": 10,
			"company": factories.company(),
		}
		with self.as_user(self.people["rep"]):
			receipt = collections.report({**values, "currency": "USD", "reference_no": "MATRIX-1"}, [])
		return {
			"Sales Contract": contract.name,
			"Contract Signing Request": request,
			"Contract Signing Event": frappe.db.get_value("Contract Signing Event", {"request": request}),
			"Collection": receipt.name,
		}

	def test_every_path_agrees_with_the_table(self):
		for doctype, name in self.documents.items():
			for person, user in self.people.items():
				for title, path in self.paths().items():
					with self.subTest(doctype=doctype, person=person, path=title), self.as_user(user):
						self.check(path, doctype, name, title=title, expected=person in MAY_READ[doctype])

	def test_writing_follows_the_table(self):
		for doctype, writers in MAY_WRITE.items():
			document = frappe.get_doc(doctype, self.documents[doctype])
			for person, user in self.people.items():
				with self.subTest(doctype=doctype, person=person):
					may = bool(frappe.has_permission(doctype, "write", doc=document, user=user))
					self.assertEqual(may, person in writers)
