"""Fresh random chains, played on this bench and replayed in the sandbox: row for row the same, or outside its slice."""

import os
import secrets

from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.conformance.chains import compare_with_sandbox

CHAINS = int(os.environ.get("L2C_CHAINS", "3"))


@bench_only("fresh random chains are compared with the host")
class TestChains(L2CTestCase):
	"""Set L2C_CHAINS for more than a few."""

	def test_fresh_chains_are_the_same_in_the_sandbox(self) -> None:
		seeds = [secrets.randbelow(10**9) for _number in range(CHAINS)]
		result = compare_with_sandbox(seeds)
		different = [f"seed {seed}\n" + "\n".join(lines[:20]) for seed, lines in result["different"].items()]
		self.assertEqual("", "\n".join(different))
		self.assertEqual(CHAINS, result["same"] + result["outside"])
