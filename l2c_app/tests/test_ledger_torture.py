"""Random stories on sales contracts, in three currencies and four ways of keeping the books.

A fault prints its story. `L2C_TORTURE_STORIES`, `_STEPS` and `_SEED` make a long run of other stories.
"""

import os
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.torture.machine import Setting, play
from l2c_app.tests.torture.step import drawable

STORIES = int(os.environ.get("L2C_TORTURE_STORIES", "1"))
STEPS = int(os.environ.get("L2C_TORTURE_STEPS", "8"))
SEED = int(os.environ.get("L2C_TORTURE_SEED", "20261127"))
SHRINK = bool(os.environ.get("L2C_TORTURE_SHRINK"))
PHASES = (Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,)
SHAPES = 24


def stories() -> st.SearchStrategy:
	"""No story, which is always drawn first, or the shape of its contracts and its steps."""
	step = st.tuples(st.sampled_from(drawable()), st.integers(0, 9999))
	steps = st.lists(step, min_size=STEPS, max_size=STEPS)
	return st.one_of(st.none(), st.tuples(st.integers(0, SHAPES - 1), steps))


class TortureTest(L2CTestCase):
	def torture(self, currency: str, *, separate: bool = False, immutable: bool = False) -> None:
		"""Play as many stories as asked for; most steps must have been possible."""
		setting, ends = Setting(currency, separate, immutable), Counter()

		@seed(f"{SEED} {setting}")
		@settings(
			max_examples=STORIES + 2,
			deadline=None,
			database=None,
			phases=PHASES,
			suppress_health_check=list(HealthCheck),
			print_blob=False,
		)
		@given(stories())
		def tell(story: tuple | None) -> None:
			if story and various(story[1]) and (SHRINK or sum(ends.values()) < STORIES * STEPS):
				ends.update(play(setting, *story))

		tell()
		self.assertGreaterEqual(sum(ends.values()), STORIES * STEPS)
		self.assertGreater(ends["done"], sum(ends.values()) / 2, ends)


def various(steps: list[tuple]) -> bool:
	"""Return whether a story is more than one step again and again, which some versions of hypothesis draw before others."""
	return len({step for step, _seed in steps}) > 1


class TestStories(TortureTest):
	def test_in_company_currency(self) -> None:
		self.torture("USD")

	def test_in_euro(self) -> None:
		self.torture("EUR")

	def test_in_a_third_currency(self) -> None:
		self.torture("CNY")


@bench_only("separate advance accounts, immutable ledgers")
class TestStoriesInOtherBooks(TortureTest):
	def test_advances_apart_in_company_currency(self) -> None:
		self.torture("USD", separate=True)

	def test_advances_apart_in_euro(self) -> None:
		self.torture("EUR", separate=True)

	def test_immutable_in_company_currency(self) -> None:
		self.torture("USD", immutable=True)

	def test_immutable_in_euro(self) -> None:
		self.torture("EUR", immutable=True)

	def test_immutable_with_advances_apart_in_company_currency(self) -> None:
		self.torture("USD", separate=True, immutable=True)

	def test_immutable_with_advances_apart_in_a_third_currency(self) -> None:
		self.torture("CNY", separate=True, immutable=True)
