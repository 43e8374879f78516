"""Random chains, played on this bench and replayed in the sandbox: row for row the same, or outside its slice."""

import os
import secrets

from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.conformance.chains import compare_with_sandbox

CHAINS = int(os.environ.get("L2C_CHAINS", "6"))
# The same stories in every run, beside the fresh ones. Nothing is special about them: what once differed, drawn deposits
# that are cancelled, is played by the scenarios `two_deposits_drawn_in_turn` and `drawn_deposits_cancelled`.
FIXED = (728681597, 19, 152)


@bench_only("random chains are compared with the host")
class TestChains(L2CTestCase):
	"""Set L2C_CHAINS for more than a few fresh ones."""

	def compare(self, seeds: list[int]) -> None:
		"""No seed may differ, each must be accounted for."""
		result = compare_with_sandbox(seeds)
		different = [f"seed {seed}\n" + "\n".join(lines[:20]) for seed, lines in result["different"].items()]
		self.assertEqual("", "\n".join(different))
		self.assertEqual(len(seeds), result["same"] + result["outside"])

	def test_fixed_chains_are_the_same_in_the_sandbox(self) -> None:
		self.compare(list(FIXED))

	def test_fresh_chains_are_the_same_in_the_sandbox(self) -> None:
		self.compare([secrets.randbelow(10**9) for _number in range(CHAINS)])
