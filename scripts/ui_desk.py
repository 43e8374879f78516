"""A person in front of the desk, in headless Chromium."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench_test import ROOT

OUT = ROOT / "ui-out"
ENVIRONMENT = ROOT / ".venv-ui"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 360, "height": 740}
# The desk's own noise on a development server: no socket server, no icons of the host.
NOISE = ("socket.io", "Failed to load resource", "favicon", "net::ERR")


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


class Desk:
	"""One person in front of the desk."""

	def __init__(self, browser: Any, base: str, *, prefix: str) -> None:
		self.base, self.prefix, self.errors = base, prefix, []
		self.page = browser.new_context(viewport=WIDE, locale="en-US").new_page()
		self.page.on("pageerror", lambda error: self.errors.append(f"{self.page.url}: {error}"))
		self.page.on("console", self._note)

	def _note(self, message: Any) -> None:
		if message.type == "error" and not any(noise in message.text for noise in NOISE):
			self.errors.append(f"{self.page.url}: {message.text}")

	def login(self, user: str, password: str) -> None:
		"""Log in and wait for the desk."""
		self.page.goto(f"{self.base}/login")
		self.page.wait_for_selector("#login_email")
		self.page.fill("#login_email", user)
		self.page.fill("#login_password", password)
		self.page.click(".btn-login:visible")
		self.page.wait_for_function(
			"() => window.frappe?.boot && (frappe.session?.user || 'Guest') !== 'Guest'", timeout=60_000
		)

	def open(self, route: str, *, ready: str) -> None:
		"""Open a desk page and wait until `ready` (a selector) is visible."""
		self.page.goto(f"{self.base}/app/{route}")
		self.page.wait_for_selector(f"{ready} >> visible=true", timeout=60_000)
		self.settle()

	def settle(self) -> None:
		"""Wait until no request is under way and nothing is frozen."""
		self.page.wait_for_function(
			"() => !frappe.request || (frappe.request.ajax_count === 0 && !document.querySelector('#freeze'))",
			timeout=60_000,
		)
		self.page.wait_for_timeout(700)

	def shot(self, name: str) -> None:
		"""Save a screenshot."""
		self.page.screenshot(path=str(OUT / f"{self.prefix}_{name}.png"))

	def ask(self, script: str, *arguments: Any) -> Any:
		"""Run a script in the page, e.g. a question to the database as this user."""
		return self.page.evaluate(script, list(arguments))

	def value(self, doctype: str, name: str, field: str) -> Any:
		"""Return a field of a document as this user may read it."""
		script = "async ([dt, dn, f]) => (await frappe.db.get_value(dt, dn, f)).message[f]"
		return self.ask(script, doctype, name, field)

	def press(self, label: str, *, within: str = ".page-head") -> None:
		"""Press a button by its label, in a menu if need be."""
		self.page.locator(f"{within} button:has-text('{label}') >> visible=true").first.click()

	def fill(self, fieldname: str, value: str) -> None:
		"""Set a field of the open dialog as a user's input would."""
		self.page.wait_for_function("() => window.cur_dialog && cur_dialog.display")
		self.ask("async ([f, v]) => await cur_dialog.set_value(f, v)", fieldname, value)

	def submit_dialog(self) -> None:
		"""Press the primary button of the open dialog and wait for the answer."""
		self.page.locator(".modal.show .btn-modal-primary >> visible=true").first.click()
		self.settle()


def check(condition: bool, what: str) -> None:
	"""Fail the run with a plain sentence."""
	if not condition:
		raise AssertionError(what)
	print(f"ok   {what}", flush=True)
