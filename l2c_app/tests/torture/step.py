"""What a step is, and the table of all steps."""

from collections.abc import Callable
from dataclasses import dataclass

from l2c_app.tests.base import IN_SANDBOX
from l2c_app.tests.torture.world import Draw, World

Act = Callable[[World, Draw], bool | None]


@dataclass(frozen=True)
class Step:
	"""Something that happens to the books. `act` returns False where it is not possible now.

	A native step is what a person does without this app: no code of ours may refuse it. `host_only` says what of the
	host the sandbox does not stand for; such a step is never drawn there.
	"""

	name: str
	act: Act
	is_native: bool
	weight: int
	host_only: str


STEPS: dict[str, Step] = {}


def native(*, weight: int = 1, host_only: str = "") -> Callable[[Act], Act]:
	"""Register a step that people do with the host alone."""
	return _register(True, weight, host_only)


def ours(*, weight: int = 1, host_only: str = "") -> Callable[[Act], Act]:
	"""Register a step of this app: it may refuse in its own words."""
	return _register(False, weight, host_only)


def drawable() -> list[str]:
	"""Return the steps that this host can play, each as often as it weighs."""
	return [
		step.name
		for step in STEPS.values()
		for _ in range(step.weight)
		if not (IN_SANDBOX and step.host_only)
	]


def _register(is_native: bool, weight: int, host_only: str) -> Callable[[Act], Act]:
	def register(act: Act) -> Act:
		STEPS[act.__name__] = Step(act.__name__, act, is_native, weight, host_only)
		return act

	return register
