"""Plays a story step by step and judges every refusal: the host's own, a written one of ours, or a fault."""

import random
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import frappe

from l2c_app.services import errors
from l2c_app.tests.torture import checks, moves_billing, moves_money
from l2c_app.tests.torture.step import STEPS, Step, drawable
from l2c_app.tests.torture.world import Draw, Setting, World

APP = Path(__file__).parents[2]
TESTS = APP / "tests"
SAVE_POINT = "torture"
IMPOSSIBLE = "impossible"
MODULES = (moves_billing, moves_money)
# What steps of this app may say: the plan is billed, the order is gone or changed, the receipt cannot be placed.
REFUSALS = (
	errors.RowNotBillable,
	errors.DraftInvoiceExists,
	errors.NoLiveOrder,
	errors.PlanNotInStep,
	errors.InvoiceMissesRow,
	errors.ContractStateError,
)
OUR_DOCUMENTS = ("Sales Contract", "Collection", "Contract Voucher", "Plan Billing", "Bank Match")
Story = Sequence[tuple[str, int]]


class Fault(AssertionError):
	"""A story went wrong; the text tells how to play it again."""


def play(setting: Setting, shape: int, story: Story) -> Counter[str]:
	"""Play a story from an empty book and undo it. Returns how its steps ended. Raises Fault."""
	world = World(setting, shape)
	told: list[str] = []
	try:
		_judge(setting, shape, told, checks.faults(world))
		for name, number in story:
			told.append(_step(world, name, number))
			_judge(setting, shape, told, _wrong(told[-1]) or checks.faults(world))
	finally:
		world.end()
	return Counter(line.split(": ")[1].split(" ")[0] for line in told)


def _step(world: World, name: str, number: int) -> str:
	"""Take a step; where it is not possible now, others by turns, so that something happens."""
	others = random.Random(number).sample(sorted(set(drawable())), len(set(drawable())))
	for other in (name, *others):
		end = _attempt(STEPS[other], world, number)
		if end != IMPOSSIBLE:
			return f"{other} {number}: {end}"
	return f"{name} {number}: {IMPOSSIBLE}"


def _wrong(line: str) -> list[str]:
	return ["a native step was refused by this app"] if ": blocked" in line else []


def _judge(setting: Setting, shape: int, told: list[str], faults: list[str]) -> None:
	if faults:
		raise Fault("\n".join([f"{setting}, shape {shape}", *told, "FAULTS", *faults]))


def _attempt(step: Step, world: World, number: int) -> str:
	"""Try a step; what a refused one wrote is undone. Returns how it ended. A mistake of the step itself is raised."""
	frappe.db.savepoint(SAVE_POINT)
	try:
		return IMPOSSIBLE if step.act(world, Draw(number, world.currency)) is False else "done"
	except frappe.QueryDeadlockError:
		raise
	except Exception as error:
		if type(error).__name__ == "NotEmulated" or _is_of_tests(error):
			raise
		frappe.db.rollback(save_point=SAVE_POINT)
		frappe.local.message_log = []
		return _origin(step, error)


def _origin(step: Step, error: Exception) -> str:
	"""Say who refused: this app (or for its sake) or the host."""
	text = f"{type(error).__name__}: {str(error)[:200]}"
	if step.is_native:
		links = isinstance(error, frappe.LinkExistsError) and any(
			name in str(error) for name in OUR_DOCUMENTS
		)
		return f"blocked {text}" if links or _is_of_app(error) else f"refused {text}"
	known = isinstance(error, REFUSALS) or (
		isinstance(error, frappe.ValidationError) and not isinstance(error, errors.L2CError)
	)
	return f"refused {text}" if known else f"blocked {text}"


def _files(error: Exception) -> list[Path]:
	return [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]


def _is_of_tests(error: Exception) -> bool:
	"""The step itself is wrong, not what it did."""
	return TESTS in _files(error)[-1].parents


def _is_of_app(error: Exception) -> bool:
	return any(APP in file.parents and TESTS not in file.parents for file in _files(error))
