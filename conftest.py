"""pytest runs the app on the sandbox: its stand-ins for frappe and erpnext come first on the path."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
sys.path[:0] = [str(ROOT), str(ROOT / "sandbox")]
pytest_plugins = ["pytester", "pytest_plugin"]
WAITS_FOR_HOST = "waits for a real host: "


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter):
	"""Say, right before pytest's own last line, how much was not proven here."""
	yield
	skipped = terminalreporter.stats.get("skipped", [])
	waiting = sum(WAITS_FOR_HOST in str(report.longrepr) for report in skipped)
	terminalreporter.write_line(f"{waiting} TESTS WAIT FOR A REAL HOST: RUN make bench-test BENCH=PATH")
