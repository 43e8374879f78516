"""Nothing in the ERPNext half may run unmeasured: every function is reached by a recorded scenario or listed here."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import frappe
import pytest
from frappe import NotEmulated, _emulation

HALF = Path(__file__).parents[1] / "erpnext"
UNMEASURED = {
	"site.py": "makes the site before any scenario",
	"company.py": "masters are made before any scenario",
	"currency_exchange.py": "masters are made before any scenario",
	"item.py": "masters are made before any scenario",
	"post_advances": "v15 only: measured when the suite runs in that flavour",
	"_post_advance": "v16 only: measured when the suite runs in that flavour",
	"_new_line": "a line added by Update Items",
	"link_contacts": "entered only where the lead has a contact",
	"on_trash": "a deleted lead",
	"is_met": "a lead that is saved again",
	"service_level_agreement.py": "no agreement is ever active here",
}


def functions() -> Iterator[tuple[str, str, int]]:
	"""(file, name, first line) of every function of the half."""
	for path in sorted(HALF.rglob("*.py")):
		for node in ast.walk(ast.parse(path.read_text())):
			if isinstance(node, ast.FunctionDef):
				first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
				yield str(path), node.name, first


def played() -> set[tuple[str, int]]:
	"""(file, first line) of every function that ran while all scenarios were played."""
	from l2c_app.tests import factories
	from l2c_app.tests.conformance.scenarios import SCENARIOS
	from l2c_app.tests.conformance.world import World

	ran: set[CodeType] = set()

	def note(frame: FrameType, event: str, _argument: object) -> None:
		if event == "call" and frame.f_code.co_filename.startswith(str(HALF)):
			ran.add(frame.f_code)

	factories.bootstrap()
	frappe.db.commit()
	for scenario in SCENARIOS.values():
		sys.setprofile(note)
		try:
			World().run(scenario)
		except (NotEmulated, ImportError):
			pass
		finally:
			sys.setprofile(None)
			frappe.set_user("Administrator")
			frappe.db.rollback()
			frappe.clear_cache()
	_emulation.raised.clear()
	return {(code.co_filename, code.co_firstlineno) for code in ran}


@pytest.mark.meets_not_emulated
def test_every_function_is_reached_by_a_scenario(pristine: object) -> None:
	ran = played()
	silent = [
		f"{Path(path).relative_to(HALF)}: {name}"
		for path, name, line in functions()
		if (path, line) not in ran and not {name, Path(path).name} & UNMEASURED.keys()
	]
	assert not silent, "no recorded scenario reaches:\n" + "\n".join(silent)
