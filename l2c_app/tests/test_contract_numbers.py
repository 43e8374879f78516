"""Numbers of contracts: a series per company by the host's own Document Naming Rule."""

import frappe

from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only


@bench_only("naming rules")
class TestContractNumbers(L2CTestCase):
	def test_a_company_has_a_series_of_its_own(self) -> None:
		rule = {"document_type": "Sales Contract", "prefix": "LD-CON-", "prefix_digits": 4, "priority": 1}
		condition = {"field": "company", "condition": "=", "value": factories.COMPANY}
		factories.make("Document Naming Rule", **rule, conditions=[condition])
		self.addCleanup(frappe.cache_manager.clear_doctype_map, "Document Naming Rule", "Sales Contract")
		self.assertEqual([contracts.draft().name for _ in range(2)], ["LD-CON-0001", "LD-CON-0002"])
