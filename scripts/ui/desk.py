"""A person in front of the desk, in headless Chromium."""

import shutil
import subprocess
from typing import Any

from bench_test import ROOT

OUT = ROOT / "ui-out"
WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 360, "height": 740}
# The desk's own noise: no socket server, no icons of the host, a chart drawn while its page is left.
NOISE = ("socket.io", "Failed to load resource", "favicon", "net::ERR", "<rect> attribute")
MODAL = ".modal.show"
LIST = ".frappe-list .list-row-container, .frappe-list .no-result"
FORM = ".form-layout, .layout-main .form-page"
# What must never stand in a message for people.
RAW = ("Traceback", "frappe.exceptions", "l2c_app.", "<br", "&lt;", "undefined", "[object", "NaN")


class Desk:
	"""One person in front of the desk."""

	def __init__(self, browser: Any, base: str, *, prefix: str) -> None:
		self.base, self.prefix, self.errors = base, prefix, []
		self.page = browser.new_context(viewport=WIDE, locale="en-US").new_page()
		self.page.on("pageerror", lambda error: self.errors.append(f"{self.page.url}: {error}"))
		self.page.on("console", self._note)

	def _note(self, message: Any) -> None:
		"""Keep what a script complained of; the host also logs the trace of each refusal, which is none."""
		last = message.text.strip().splitlines()[-1:]
		refusal = bool(last) and last[0].startswith("l2c_app.services.errors.")
		if message.type == "error" and not refusal and not any(noise in message.text for noise in NOISE):
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

	# Pages

	def open(self, route: str, *, ready: str) -> None:
		"""Open a desk page and wait until `ready` (a selector) is visible."""
		self.page.goto(f"{self.base}/app/{route}")
		self.page.wait_for_selector(f"{ready} >> visible=true", timeout=60_000)
		self.settle()

	def form(self, doctype: str, name: str) -> None:
		"""Open the form of a document."""
		self.open(f"{slug(doctype)}/{name}", ready=FORM)
		self.page.wait_for_function("([dn]) => window.cur_frm && cur_frm.docname === dn", arg=[name])
		self.settle()

	def listing(self, doctype: str, query: str = "") -> None:
		"""Open the list of a DocType, with filters in the address."""
		self.open(f"{slug(doctype)}{query}", ready=LIST)

	def settle(self) -> None:
		"""Wait until no request is under way and nothing is frozen."""
		self.page.wait_for_function(
			"() => !frappe.request || (frappe.request.ajax_count === 0 && !document.querySelector('#freeze'))",
			timeout=60_000,
		)
		self.page.wait_for_timeout(500)

	def shot(self, name: str) -> None:
		"""Save a screenshot."""
		self.page.screenshot(path=str(OUT / f"{self.prefix}_{name}.png"))

	def picture(self, page: Any, name: str) -> None:
		"""Save a screenshot of a page that somebody else looks at."""
		page.screenshot(path=str(OUT / f"{self.prefix}_{name}.png"), full_page=True)

	def fits(self, what: str) -> None:
		"""Fail if the page is wider than the screen."""
		width, screen = (
			self.ask("() => document.documentElement.scrollWidth"),
			self.page.viewport_size["width"],
		)
		check(width <= screen + 1, f"{what} fits a phone ({width} pixels)")

	# Questions to the database, as this person may read it

	def ask(self, script: str, *arguments: Any) -> Any:
		"""Run a script in the page."""
		return self.page.evaluate(script, list(arguments))

	def value(self, doctype: str, name: str, field: str) -> Any:
		"""Return a field of a document."""
		script = "async ([dt, dn, f]) => (await frappe.db.get_value(dt, dn, f)).message[f]"
		return self.ask(script, doctype, name, field)

	def rows(self, doctype: str, filters: Any, *fields: str, order_by: str = "creation asc") -> list[dict]:
		"""Return rows of a DocType."""
		script = "async ([dt, filters, fields, order_by]) => await frappe.db.get_list(dt, {filters, fields, order_by, limit: 100})"
		return self.ask(script, doctype, filters, list(fields) or ["name"], order_by)

	def document(self, doctype: str, name: str) -> dict[str, Any]:
		"""Return a whole document."""
		return self.ask(
			"async ([dt, dn]) => await frappe.xcall('frappe.client.get', {doctype: dt, name: dn})",
			doctype,
			name,
		)

	# Buttons and menus

	def press(self, label: str, *, within: str = ".page-head") -> None:
		"""Press a button by its label."""
		self.page.locator(f"{within} button:has-text('{label}') >> visible=true").first.click()

	def choose(self, menu: str, entry: str) -> None:
		"""Open a menu of buttons and choose an entry."""
		self.press(menu)
		self.page.locator(f".page-head .dropdown-menu.show :text-is('{entry}') >> visible=true").first.click()

	def offers(self, label: str) -> bool:
		"""Return whether the head of the page has a button or menu entry of this name, open or not."""
		found = self.page.locator(
			f".page-head button:text-is('{label}'), .page-head .dropdown-menu :text-is('{label}')"
		)
		return found.count() > 0

	def act(self, entry: str) -> None:
		"""Choose an entry of the Actions menu of a list, for the ticked rows."""
		self.press("Actions")
		self.page.locator(
			f".dropdown-menu.show .menu-item-label[data-label='{entry}'] >> visible=true"
		).first.click()

	def check_rows(self, count: int | None = None) -> None:
		"""Tick the rows of the open list, the first `count` of them."""
		boxes = self.page.locator(".list-row-container .list-row-checkbox >> visible=true")
		for index in range(min(count or boxes.count(), boxes.count())):
			boxes.nth(index).click()

	# Dialogs

	def dialog(self, fieldname: str) -> None:
		"""Wait for the dialog that has the field."""
		self.page.wait_for_selector(f"{MODAL} [data-fieldname='{fieldname}'] >> visible=true", timeout=30_000)
		self.settle()

	def fill(self, fieldname: str, value: Any) -> None:
		"""Set a field of the open dialog as a user's input would."""
		self.page.wait_for_function("() => window.cur_dialog && cur_dialog.display")
		self.ask("async ([f, v]) => await cur_dialog.set_value(f, v)", fieldname, value)

	def type_in_grid(self, table: str, row: int, *, field: str, value: str) -> None:
		"""Click a cell of a table in the open dialog and type over what is there."""
		cell = self.page.locator(
			f"{MODAL} [data-fieldname='{table}'] .grid-row[data-idx='{row}'] .grid-static-col[data-fieldname='{field}']"
		).first
		cell.click()
		box = cell.locator("input, select").first
		box.wait_for(state="visible")
		if box.evaluate("node => node.tagName") == "SELECT":
			box.select_option(value)
		else:
			box.fill(value)
			box.press("Tab")
		self.page.wait_for_timeout(300)

	def submit_dialog(self) -> None:
		"""Press the primary button of the open dialog and wait for the answer; a list of suggestions over it closes first."""
		self.ask("() => { document.activeElement && document.activeElement.blur(); }")
		self.page.wait_for_timeout(300)
		self.page.locator(f"{MODAL} .btn-modal-primary >> visible=true").last.click()
		self.settle()

	def attach(self, fieldname: str, name: str, *, text: str) -> None:
		"""Choose a file for a field of the open dialog. A list of choices that is still open above it is closed first."""
		self.page.locator(f"{MODAL} .modal-title >> visible=true").last.click()
		self.page.locator(f"{MODAL} [data-fieldname='{fieldname}'] .btn-attach >> visible=true").last.click()
		self.upload(name, text=text)

	def upload(self, name: str, *, text: str) -> None:
		"""Give a file to the open uploader, as chosen from the disk, and wait until it is stored."""
		chosen = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
		uploader = self.page.locator(f"{MODAL} .file-uploader")
		uploader.last.wait_for(state="visible")
		uploader.last.locator("input[type=file]").first.set_input_files(chosen)
		self.page.locator(f"{MODAL} .btn-modal-primary:has-text('Upload') >> visible=true").last.click()
		uploader.first.wait_for(state="detached", timeout=60_000)
		self.settle()

	def opened(self, doctype: str) -> str:
		"""Wait until the stored form of a DocType is open. Returns its name."""
		self.page.wait_for_function(
			"([dt]) => window.cur_frm && cur_frm.doctype === dt && !cur_frm.is_new() && frappe.get_route()[1] === dt",
			arg=[doctype],
			timeout=60_000,
		)
		self.settle()
		return self.ask("() => cur_frm.docname")

	def on_phone(self, name: str) -> None:
		"""Look at the page as it is on a phone."""
		self.page.set_viewport_size(PHONE)
		self.page.wait_for_timeout(600)
		self.shot(f"{name}_phone")
		self.fits(name)
		self.page.set_viewport_size(WIDE)

	def message(self) -> str:
		"""Return what the open message says to the person; a raw one fails."""
		self.page.wait_for_selector(f"{MODAL} .msgprint >> visible=true", timeout=30_000)
		self.page.wait_for_timeout(400)
		text = self.page.locator(f"{MODAL} .msgprint >> visible=true").last.inner_text().strip()
		raw = [word for word in RAW if word in text]
		check(not raw, f"the message is for people: {text.splitlines()[0][:90]}")
		return text

	def refused(self, *parts: str, shot: str) -> None:
		"""Expect a message that says all these parts; picture and close it."""
		text = self.message()
		self.shot(shot)
		missing = [part for part in parts if part not in text]
		check(
			not missing,
			f"{shot}: says {', '.join(parts)}" + (f" but misses {missing} in {text!r}" if missing else ""),
		)
		self.close_message()

	def close_message(self) -> None:
		"""Close the message and leave the dialog under it as it is."""
		self.ask("() => frappe.msg_dialog && frappe.msg_dialog.hide()")
		self.page.wait_for_timeout(500)

	def dismiss(self) -> None:
		"""Close every open dialog and message."""
		self.ask(
			"() => { frappe.msg_dialog && frappe.msg_dialog.hide(); (frappe.ui.open_dialogs || []).slice().forEach(d => d.hide()); }"
		)
		self.page.wait_for_timeout(500)

	def pdf(self, path: str, name: str) -> bytes:
		"""Open the address of a PDF with this person's session and keep the file and a picture of its first page."""
		answer = self.page.request.get(self.base + path if path.startswith("/") else path)
		check(
			answer.status == 200 and answer.body()[:5] == b"%PDF-",
			f"{name} is a PDF ({len(answer.body())} bytes)",
		)
		target = OUT / f"{self.prefix}_{name}.pdf"
		target.write_bytes(answer.body())
		if shutil.which("pdftoppm"):
			picture = [
				"pdftoppm",
				"-r",
				"70",
				"-png",
				"-singlefile",
				str(target),
				str(target.with_suffix("")),
			]
			subprocess.run(picture, check=True)
		return answer.body()


def slug(doctype: str) -> str:
	"""Return the name of a DocType in an address."""
	return doctype.lower().replace(" ", "-")


def check(condition: bool, what: str) -> None:
	"""Fail the run with a plain sentence."""
	if not condition:
		raise AssertionError(what)
	print(f"ok   {what}", flush=True)
