#!/usr/bin/env python3
"""Click through the desk of a real bench in headless Chromium and look at what came of it.

Makes a fresh site (or uses --site), demo records through the app's services, serves it, logs in as people with real
roles, clicks every action of the app, and checks each result in the database. Any script error on a page fails the
run. Screenshots go to ui-out/.
"""

import argparse
import json
import os
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
from ui.browser import browser_path, with_playwright
from ui.desk import OUT
from ui.parts import PARTS
from ui.people import People


def click_through(base: str, seed: dict[str, Any], *, only: list[str], work: Callable[[], None]) -> int:
	"""Run every part, or those whose name contains a word of `only`. Returns the number of failures."""
	failures = 0
	with with_playwright()() as playwright:
		browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
		people = People(browser, base, seed, work=work)
		for part in PARTS:
			if only and not any(word in part.__name__ for word in only):
				continue
			failures += run_part(part, people, seed)
		browser.close()
	return failures


def run_part(part: Any, people: People, seed: dict[str, Any]) -> int:
	"""Run one part. Returns the number of failures: its own, and script errors on the pages it opened."""
	failures = 0
	print(f"     {part.__name__}: {part.__doc__}", flush=True)
	try:
		part(people, seed)
	except Exception as error:
		failures += 1
		print(f"FAIL {part.__name__}: {' '.join(str(error).split())[:600]}", flush=True)
		for desk in people.desks.values():
			desk.shot(f"failure_{part.__name__}")
			desk.dismiss()
	for error in people.take_errors():
		failures += 1
		print(f"FAIL script error at {error}", flush=True)
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


def in_bench(bench: Bench, script: str) -> str:
	"""Run a script of scripts/ui with the Python of the bench. Returns what it printed."""
	command = [str(bench.python), str(ROOT / "scripts" / "ui" / script), bench.site]
	result = subprocess.run(command, cwd=bench.sites, env=bench.environment(), text=True, capture_output=True)
	if result.returncode:
		raise RuntimeError(f"{script} failed:\n{result.stderr[-3000:]}")
	return result.stdout


def run(bench: Bench, *, own_site: bool, port: int, only: list[str]) -> int:
	"""Build, seed, serve and click. Returns the number of failures."""
	bench.frappe("build", "--app", APP, capture=True)
	if own_site:
		fresh_site(bench)
	seed = json.loads(in_bench(bench, "seed.py").strip().splitlines()[-1])
	with serving(bench, port) as base:
		return click_through(base, seed, only=only, work=lambda: in_bench(bench, "work.py"))


def main() -> int:
	with_playwright()
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--bench", required=True, help="path of a bench with frappe and erpnext")
	parser.add_argument("--site", help="use this site, which has the app, instead of making one")
	parser.add_argument("--port", type=int, default=8010)
	parser.add_argument("--only", nargs="*", default=[], help="parts whose name contains one of these words")
	arguments = parser.parse_args()
	OUT.mkdir(exist_ok=True)
	started = time.monotonic()
	bench = Bench(arguments.bench, arguments.site or f"l2c-ui-{os.getpid()}.localhost")
	bench.check()
	with bench_services.running(bench.path) as root_password:
		bench.root_password = root_password
		bench.prepare()
		try:
			failures = run(bench, own_site=not arguments.site, port=arguments.port, only=arguments.only)
			failures += len(bench.failures)
		finally:
			if not arguments.site:
				bench.drop_site()
	shots = len(list(OUT.glob("*.png")))
	print(f"{failures} failed, {shots} screenshots in {OUT.name}/, {time.monotonic() - started:.0f} s")
	return 1 if failures else 0


if __name__ == "__main__":
	sys.exit(main())
