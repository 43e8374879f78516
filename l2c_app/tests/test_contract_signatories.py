"""Who signs a contract: several people of both sides, and what only the signing itself may write."""

from l2c_app.services.contract import contract_state
from l2c_app.tests import contracts
from l2c_app.tests.base import L2CTestCase

PEOPLE = [
	{
		"side": "Customer",
		"full_name": "王芳",
		"title": "CFO",
		"email": "fang@example.com",
		"signing_order": 1,
	},
	{"side": "Customer", "full_name": "Ada Lovelace", "email": "ada@example.com", "signing_order": 2},
	{"side": "Company", "full_name": "Grace Hopper", "signing_order": 2},
]


class TestSignatories(L2CTestCase):
	def test_several_people_of_both_sides_sign(self) -> None:
		contract = contracts.draft(signatories=[dict(person) for person in PEOPLE])
		stored = [(row.side, row.full_name, row.signing_order, row.status) for row in contract.signatories]
		self.assertEqual(
			stored,
			[
				("Customer", "王芳", 1, "Open"),
				("Customer", "Ada Lovelace", 2, "Open"),
				("Company", "Grace Hopper", 2, "Open"),
			],
		)

	def test_a_request_cannot_say_that_somebody_signed(self) -> None:
		forged = {**PEOPLE[0], "status": "Signed", "signed_on": "2026-01-01 10:00:00"}
		contract = contracts.draft(signatories=[forged])
		self.assertEqual((contract.signatories[0].status, contract.signatories[0].signed_on), ("Open", None))
		contract.signatories[0].status = "Declined"
		contract.save()
		self.assertEqual(contracts.fresh(contract).signatories[0].status, "Open")
		contract.signatories[0].status = "Sent"
		contract_state.save(contract)
		self.assertEqual(contracts.fresh(contract).signatories[0].status, "Sent")
