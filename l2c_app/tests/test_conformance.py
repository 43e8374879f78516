"""Every scenario against what the real hosts were seen to do.

`L2C_RECORD=1` on a bench writes the cassettes instead of comparing with them.
"""

import os

import frappe

from l2c_app.tests.base import IN_SANDBOX, L2CTestCase
from l2c_app.tests.conformance import cassette
from l2c_app.tests.conformance.scenarios import HOST_ONLY, SCENARIOS
from l2c_app.tests.conformance.world import World

RECORDING = os.environ.get("L2C_RECORD") == "1" and not IN_SANDBOX


class TestConformance(L2CTestCase):
	"""One test per scenario; they are added below."""

	def play(self, name: str) -> None:
		"""Play a scenario and compare it with the cassette of this host's version, row for row."""
		if IN_SANDBOX and name in HOST_ONLY:
			self.assert_refused(name)
			return
		steps = World().run(SCENARIOS[name])
		if RECORDING:
			cassette.write(name, steps)
			return
		recorded = cassette.read(name)
		self.assertIsNotNone(recorded, f"{name} was never recorded on {cassette.version()}")
		self.assertEqual("", "\n".join(cassette.compare(recorded, steps)))

	def assert_refused(self, name: str) -> None:
		"""What only the real host does must fail loudly in the sandbox, not be made up."""
		from frappe import _emulation

		self.assertIsNotNone(cassette.read(name), f"{name} was never recorded on {cassette.version()}")
		with self.assertRaises((_emulation.NotEmulated, ImportError)):
			World().run(SCENARIOS[name])
		self.assertTrue(_emulation.raised, "something else went wrong")
		_emulation.raised.clear()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		super().tearDown()


def _test_of(name: str) -> object:
	def test(self: TestConformance) -> None:
		self.play(name)

	test.__doc__ = name.replace("_", " ")
	return test


for _name in SCENARIOS:
	setattr(TestConformance, f"test_{_name}", _test_of(_name))
