"""The browser that clicks: Chromium of the machine, driven by Playwright."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench_test import ROOT

ENVIRONMENT = ROOT / ".venv-ui"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def with_playwright() -> Any:
	"""Return Playwright's sync API; without it, make an environment of our own once and start again inside it."""
	try:
		from playwright.sync_api import sync_playwright

		return sync_playwright
	except ImportError:
		if Path(sys.prefix) == ENVIRONMENT:
			raise
	python = ENVIRONMENT / "bin" / "python"
	if not python.exists():
		subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
		subprocess.run([str(python), "-m", "pip", "install", "-q", "playwright>=1.40"], check=True)
	os.execv(str(python), [str(python), *sys.argv])


def browser_path() -> str | None:
	"""Return the Chromium of this machine, None to use Playwright's own."""
	return next(filter(None, map(shutil.which, BROWSERS)), None)
