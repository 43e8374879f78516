"""pytest on the sandbox: a booted site, isolation even from commits, and no swallowed NotEmulated."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [
	path for path in (str(Path(__file__).parents[1]), str(Path(__file__).parent)) if path not in sys.path
]

import boot
import frappe
from frappe import _emulation

PURE = ("tests/core/",)


@pytest.fixture(scope="session")
def pristine() -> object:
	"""The site as installed."""
	return boot.boot()


@pytest.fixture(scope="class", autouse=True)
def _site_per_class(request: pytest.FixtureRequest) -> Iterator[None]:
	"""What a class commits ends with it."""
	if any(part in request.node.nodeid for part in PURE):
		yield
		return
	pristine = request.getfixturevalue("pristine")
	yield
	if frappe.db.commits:
		frappe.db.restore(pristine)
		frappe.clear_cache()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[object]:
	"""A test that met something outside the sandbox fails, whatever caught the error."""
	_emulation.raised.clear()
	result = yield
	if _emulation.raised and not item.get_closest_marker("meets_not_emulated"):
		pytest.fail(
			"not emulated in the sandbox: " + "; ".join(dict.fromkeys(_emulation.raised)), pytrace=False
		)
	return result


def pytest_configure(config: pytest.Config) -> None:
	config.addinivalue_line("markers", "meets_not_emulated: the test expects NotEmulated")
