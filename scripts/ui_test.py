#!/usr/bin/env python3
"""Click through the desk of a real bench in headless Chromium and look at what came of it.

Makes a fresh site (or uses --site), demo records through the app's services, serves it, logs in as people with real
roles, opens lists and forms, clicks claim, follow up, distribute and confirm, and checks each result in the database.
Any script error on a page fails the run. Screenshots go to ui-out/.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import bench_services
from bench_test import APP, ROOT, Bench

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


def lists_and_forms(desk: Desk, names: dict[str, Any]) -> None:
	"""Open the workspace, and list and form of every document that this person works with."""
	desk.open("lead-to-cash", ready=".number-widget-box .number")
	desk.page.wait_for_timeout(1500)
	desk.shot("workspace")
	for doctype, name in names.items():
		slug = doctype.lower().replace(" ", "-")
		desk.open(slug, ready=".frappe-list .list-row-container, .frappe-list .no-result")
		desk.shot(f"{slug}_list")
		desk.open(f"{slug}/{name}", ready=".form-layout, .layout-main .form-page")
		desk.shot(f"{slug}_form")


def salesperson(desk: Desk, seed: dict[str, Any]) -> None:
	"""A salesperson claims a lead, logs a follow up, looks at the documents, releases the lead."""
	documents = {"Lead Pool": seed["pool"], "Follow Up": seed["follow_up"]}
	lists_and_forms(desk, {**documents, "Sales Contract": seed["contract"], "Collection": seed["collection"]})
	lead = claim(desk, seed["pool"])
	desk.shot("lead_form")
	follow_up(desk, lead)
	desk.open("lead", ready=".frappe-list .list-row-container")
	desk.shot("lead_list")
	desk.open("follow-up/view/calendar/default", ready=".fc-view")
	desk.shot("follow-up_calendar")
	on_a_phone(desk, seed, lead)
	release(desk, lead)


def claim(desk: Desk, pool: str) -> str:
	"""Claim the first free seat from its row in the list. Returns the lead, whose form opens."""
	desk.open(f"lead-pool-seat?pool={pool}&state=Available", ready=".frappe-list .list-row-container")
	desk.shot("lead-pool-seat_list")
	desk.page.locator(".list-row-container .btn-action:has-text('Claim') >> visible=true").first.click()
	desk.page.wait_for_function(
		"() => frappe.get_route()[0] === 'Form' && frappe.get_route()[1] === 'Lead'", timeout=60_000
	)
	desk.page.wait_for_selector(".form-layout >> visible=true")
	desk.settle()
	lead = desk.ask("() => frappe.get_route()[2]")
	seats = desk.ask(
		"async ([p]) => (await frappe.xcall('l2c_app.api.lead.pool_state', {lead: p})).seats", lead
	)
	check(
		[seat["state"] for seat in seats] == ["Held"],
		"claiming from the list gives the seat and opens the lead",
	)
	return lead


def follow_up(desk: Desk, lead: str) -> None:
	"""Log a follow up with its next action from the form of a lead."""
	desk.press("Follow Up")
	desk.page.wait_for_selector(".modal.show [data-fieldname='outcome'] >> visible=true")
	desk.settle()
	desk.fill("outcome", "Interested")
	desk.fill("note", "Wants an offer for two machines")
	desk.fill("next_action", "Visit")
	desk.page.locator(".modal.show button:has-text('In 3 days')").click()
	desk.settle()
	desk.shot("follow_up_dialog")
	desk.submit_dialog()
	filters = "{reference_doctype: 'Lead', reference_name: lead}"
	script = f"async ([lead]) => await frappe.db.get_list('Follow Up', {{filters: {filters}, fields: ['status'], order_by: 'status'}})"
	states = [row["status"] for row in desk.ask(script, lead)]
	check(states == ["Done", "Planned"], "a follow up from the dialog is done and has planned the next one")
	check(
		bool(desk.value("Lead", lead, "l2c_next_follow_up_on")),
		"the lead shows the date of the next follow up",
	)
	desk.shot("lead_form_after_follow_up")


def on_a_phone(desk: Desk, seed: dict[str, Any], lead: str) -> None:
	"""The same at 360 pixels: nothing may be wider than the screen."""
	desk.page.set_viewport_size(PHONE)
	pages = {
		"seat_list": f"lead-pool-seat?pool={seed['pool']}&state=Available",
		"lead_form": f"lead/{lead}",
		"contract_form": f"sales-contract/{seed['contract']}",
	}
	for name, route in pages.items():
		desk.open(route, ready=".frappe-list .list-row-container, .form-layout")
		desk.shot(f"phone_{name}")
	width = desk.ask("() => document.documentElement.scrollWidth")
	check(width <= PHONE["width"] + 1, f"the contract fits a phone ({width} pixels)")
	desk.page.set_viewport_size(WIDE)


def release(desk: Desk, lead: str) -> None:
	"""Give the lead back: the desk goes to the list, since the lead is closed to the user now."""
	desk.open(f"lead/{lead}", ready=".form-layout")
	desk.press("Pool")
	desk.page.locator(
		".dropdown-menu.show a:has-text('Release'), .dropdown-menu.show button:has-text('Release')"
	).first.click()
	desk.page.wait_for_selector(".modal.show [data-fieldname='reason'] >> visible=true")
	desk.fill("reason", "No budget this year")
	desk.shot("release_dialog")
	desk.submit_dialog()
	desk.page.wait_for_function("() => frappe.get_route()[0] === 'List'", timeout=30_000)
	desk.settle()
	check(desk.ask("() => frappe.get_route()[1]") == "Lead", "releasing goes back to the list of leads")


def manager(desk: Desk, seed: dict[str, Any]) -> None:
	"""A manager previews a distribution and carries it out."""
	desk.open(f"lead-pool/{seed['pool']}", ready=".form-layout")
	desk.press("Distribute")
	desk.page.wait_for_selector(".modal.show [data-fieldname='count'] >> visible=true")
	desk.fill("count", "4")
	desk.page.locator(".modal.show .btn-modal-secondary").click()
	desk.page.wait_for_selector(".modal.show [data-fieldname='preview'] table >> visible=true")
	desk.shot("distribute_preview")
	held = "async ([pool]) => await frappe.db.count('Lead Pool Seat', {filters: {pool, state: 'Held'}})"
	before = desk.ask(held, seed["pool"])
	desk.submit_dialog()
	desk.shot("distribute_result")
	check(desk.ask(held, seed["pool"]) == before + 4, "distributing four seats holds four more")


def deal(desk: Desk, seed: dict[str, Any]) -> None:
	"""A manager makes a contract from a customer and takes it through its steps, each by its button."""
	desk.open(f"customer/{seed['customer']}", ready=".form-layout")
	choose(desk, "Create", "Sales Contract")
	desk.page.wait_for_function("() => cur_frm && cur_frm.doctype === 'Sales Contract'", timeout=30_000)
	desk.settle()
	desk.ask(FILL_CONTRACT, seed["item"])
	name = desk.ask("async () => { await cur_frm.save(); return cur_frm.doc.name; }")
	desk.shot("contract_draft")
	desk.ask("async () => { await frappe.xcall('frappe.client.submit', {doc: cur_frm.doc}); }")
	desk.open(f"sales-contract/{name}", ready=".form-layout")
	desk.press("Sign")
	desk.page.wait_for_selector(".modal.show [data-fieldname='signed_by'] >> visible=true")
	desk.fill("signed_by", "Ms Li")
	desk.submit_dialog()
	desk.press("Activate")
	desk.page.locator(".modal.show .btn-modal-primary >> visible=true").first.click()
	desk.settle()
	check(
		desk.value("Sales Contract", name, "status") == "Active", "sign and activate make a running contract"
	)
	check(bool(desk.value("Sales Contract", name, "sales_order")), "activation makes the Sales Order")
	report(desk, name)
	revise(desk, name)


FILL_CONTRACT = """async ([item]) => {
	const row = cur_frm.doc.items && cur_frm.doc.items[0] || cur_frm.add_child('items');
	await frappe.model.set_value(row.doctype, row.name, 'item_code', item);
	await frappe.timeout(1);
	await frappe.model.set_value(row.doctype, row.name, {qty: 2, rate: 500, uom: 'Nos'});
	await cur_frm.set_value('start_date', frappe.datetime.get_today());
}"""


def choose(desk: Desk, menu: str, entry: str) -> None:
	"""Open a menu of buttons and choose an entry."""
	desk.press(menu)
	desk.page.locator(f".page-head .dropdown-menu.show :text-is('{entry}') >> visible=true").first.click()


def report(desk: Desk, contract: str) -> None:
	"""Report money on the contract from its form."""
	desk.press("Report Collection")
	desk.page.wait_for_selector(".modal.show [data-fieldname='amount'] >> visible=true")
	desk.fill("amount", "400")
	desk.fill("reference_no", "WIRE-400")
	desk.shot("report_dialog")
	desk.submit_dialog()
	script = "async ([c]) => (await frappe.db.get_list('Collection', {filters: [['Collection Allocation', 'contract', '=', c]]})).length"
	check(desk.ask(script, contract) == 1, "money is reported from the contract")


def revise(desk: Desk, contract: str) -> None:
	"""Raise the quantity of the contract by a revision."""
	choose(desk, "Contract", "Revise")
	desk.page.wait_for_selector(".modal.show [data-fieldname='items'] .grid-row >> visible=true")
	desk.fill("reason", "One more machine")
	desk.ask(
		"() => { cur_dialog.fields_dict.items.df.get_data()[0].qty = 3; cur_dialog.fields_dict.items.grid.refresh(); }"
	)
	desk.shot("revise_dialog")
	desk.submit_dialog()
	check(
		desk.value("Sales Contract", contract, "grand_total") == 1500, "a revision raises contract and order"
	)


def accountant(desk: Desk, seed: dict[str, Any]) -> None:
	"""An accountant confirms the money that sales reported."""
	lists_and_forms(desk, {"Collection": seed["collection"], "Sales Contract": seed["contract"]})
	desk.open(f"collection/{seed['collection']}", ready=".form-layout")
	desk.press("Confirm")
	desk.page.wait_for_selector(".modal.show [data-fieldname='paid_to'] >> visible=true")
	desk.settle()
	desk.shot("confirm_dialog")
	desk.submit_dialog()
	check(
		desk.value("Collection", seed["collection"], "status") == "Confirmed",
		"confirming marks the collection",
	)
	payment = desk.value("Collection", seed["collection"], "voucher_no")
	check(desk.value("Payment Entry", payment, "docstatus") == 1, "confirming submits a native Payment Entry")
	desk.shot("collection_confirmed")
	desk.open(f"payment-entry/{payment}", ready=".form-layout")
	desk.shot("payment-entry_form")
	desk.open(f"sales-contract/{seed['contract']}", ready=".form-layout")
	check(
		desk.value("Sales Contract", seed["contract"], "collected") == 3600,
		"the contract shows 3,600 collected",
	)
	desk.shot("contract_after_confirm")
	desk.page.locator(".form-tabs .nav-link:has-text('Plan and Money')").click()
	desk.settle()
	desk.shot("contract_plan")


PARTS: tuple[tuple[str, Callable[[Desk, dict[str, Any]], None]], ...] = (
	("sales", salesperson),
	("manager", manager),
	("manager", deal),
	("accounts", accountant),
)


def click_through(base: str, seed: dict[str, Any]) -> int:
	"""Run every part as its person. Returns the number of failures."""
	failures = 0
	with with_playwright()() as playwright:
		browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
		for role, part in PARTS:
			desk = Desk(browser, base, prefix=role)
			try:
				desk.login(seed["users"][role], seed["password"])
				part(desk, seed)
			except Exception as error:
				failures += 1
				print(f"FAIL {role} {part.__name__}: {str(error).splitlines()[0]}", flush=True)
				print(f"     at {desk.page.url}", flush=True)
				desk.shot(f"failure_{part.__name__}")
			for error in dict.fromkeys(desk.errors):
				failures += 1
				print(f"FAIL {role}: script error at {error}", flush=True)
		browser.close()
	return failures


@contextmanager
def serving(bench: Bench, port: int) -> Iterator[str]:
	"""Serve the site for a block. Yields its address."""
	command = [str(bench.python), "-m", "frappe.utils.bench_helper", "frappe", "--site", bench.site, "serve"]
	log = (OUT / "server.log").open("w")
	process = subprocess.Popen(
		[*command, "--port", str(port), "--noreload"],
		cwd=bench.sites,
		env=bench.environment(),
		stdout=log,
		stderr=log,
	)
	try:
		bench_services.wait_for("127.0.0.1", port, "the web server")
		yield f"http://127.0.0.1:{port}"
	finally:
		process.terminate()
		process.wait(timeout=20)
		log.close()


def fresh_site(bench: Bench) -> None:
	"""Make the site with ERPNext and the app, the setup wizard completed."""
	bench.make_site()
	bench.command_step("install the app", "install-app", APP)
	bench.step("complete the setup wizard", "complete_wizard")


def seeded(bench: Bench) -> dict[str, Any]:
	"""Make the records and return their names."""
	command = [str(bench.python), str(ROOT / "scripts" / "ui_seed.py"), bench.site]
	result = subprocess.run(command, cwd=bench.sites, env=bench.environment(), text=True, capture_output=True)
	if result.returncode:
		sys.exit(f"the demo records could not be made:\n{result.stderr[-3000:]}")
	return json.loads(result.stdout.strip().splitlines()[-1])


def run(bench: Bench, *, own_site: bool, port: int) -> int:
	"""Build, seed, serve and click. Returns the number of failures."""
	bench.frappe("build", "--app", APP, capture=True)
	if own_site:
		fresh_site(bench)
	seed = seeded(bench)
	with serving(bench, port) as base:
		return click_through(base, seed)


def main() -> int:
	with_playwright()
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--bench", required=True, help="path of a bench with frappe and erpnext")
	parser.add_argument("--site", help="use this site, which has the app, instead of making one")
	parser.add_argument("--port", type=int, default=8010)
	arguments = parser.parse_args()
	OUT.mkdir(exist_ok=True)
	started = time.monotonic()
	bench = Bench(arguments.bench, arguments.site or f"l2c-ui-{os.getpid()}.localhost")
	bench.check()
	with bench_services.running(bench.path) as root_password:
		bench.root_password = root_password
		bench.prepare()
		try:
			failures = run(bench, own_site=not arguments.site, port=arguments.port) + len(bench.failures)
		finally:
			if not arguments.site:
				bench.drop_site()
	shots = len(list(OUT.glob("*.png")))
	print(f"{failures} failed, {shots} screenshots in {OUT.name}/, {time.monotonic() - started:.0f} s")
	return 1 if failures else 0


if __name__ == "__main__":
	sys.exit(main())
