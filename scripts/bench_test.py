#!/usr/bin/env python3
"""Run every test of the app on a fresh site of a real bench, with the code of the checkout this script lies in.

Starts MariaDB and Redis of that bench if they do not run, makes a site, installs ERPNext and the app, checks the life
cycle (install before and after the setup wizard, uninstall, install again), runs the tests, drops the site. The last
line reads "N passed, N failed, N skipped"; the exit code is 0 only if everything ran and nothing failed.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import bench_services

ROOT = Path(__file__).resolve().parent.parent
APP = "l2c_app"
ADMIN_PASSWORD = "admin"
LIFE_CYCLE = "l2c_app.tests.life_cycle"


class Bench:
	"""A bench and one throw-away site in it. Every command runs the checkout, not the app linked in the bench."""

	def __init__(self, path: str, site: str) -> None:
		self.path = Path(path).expanduser().resolve()
		self.site = site
		self.python = self.path / "env" / "bin" / "python"
		self.sites = self.path / "sites"
		self.root_password: str | None = None
		self.failures: list[str] = []
		self.passed = 0

	def check(self) -> None:
		"""Leave with a message if this is no bench with ERPNext."""
		if not self.python.exists() or not (self.sites / "apps.txt").exists():
			sys.exit(
				f"{self.path} is no bench: env/bin/python and sites/apps.txt are expected. Use BENCH=path."
			)
		if "erpnext" not in (self.sites / "apps.txt").read_text().split():
			sys.exit(f"ERPNext is not in {self.path}: bench get-app erpnext first.")

	def environment(self) -> dict[str, str]:
		"""Return the environment in which `import l2c_app` finds this checkout first."""
		paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
		return {
			**os.environ,
			"PYTHONPATH": os.pathsep.join(filter(None, paths)),
			"PYTHONDONTWRITEBYTECODE": "1",
		}

	def frappe(
		self, *arguments: str, capture: bool = False, check: bool = True
	) -> subprocess.CompletedProcess:
		"""Run one command of Frappe's command line in the bench."""
		command = [str(self.python), "-m", "frappe.utils.bench_helper", "frappe", *arguments]
		return subprocess.run(
			command, cwd=self.sites, env=self.environment(), check=check, text=True, capture_output=capture
		)

	def on_site(self, *arguments: str, **options: bool) -> subprocess.CompletedProcess:
		"""Run one command of Frappe on the throw-away site."""
		return self.frappe("--site", self.site, *arguments, **options)

	def prepare(self) -> None:
		"""Install what the app needs into the environment of the bench and make the app known to it."""
		requirements = re.search(
			r"^dependencies = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.M | re.S
		)
		packages = [*re.findall(r'"([^"]+)"', requirements.group(1)), "hypothesis>=6.77"]
		pip = [str(self.python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages]
		subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
		apps = (self.sites / "apps.txt").read_text().split()
		if APP not in apps:
			(self.sites / "apps.txt").write_text("\n".join([*apps, APP]) + "\n")

	def make_site(self) -> None:
		"""Create the site with ERPNext on it; the app comes in the life cycle check."""
		root = ["--db-root-password", self.root_password] if self.root_password else []
		scope = ["--mariadb-user-host-login-scope", "%"]
		print(f"making the site {self.site} with ERPNext ...", flush=True)
		steps = [
			("new-site", self.site, *root, *scope, "--admin-password", ADMIN_PASSWORD, "--force"),
			("--site", self.site, "set-config", "allow_tests", "1", "--parse"),
			("--site", self.site, "install-app", "erpnext"),
		]
		for step in steps:
			result = self.frappe(*step, capture=True, check=False)
			if result.returncode:
				print(_readable(result.stdout), _readable(result.stderr), sep="\n", flush=True)
				result.check_returncode()

	def drop_site(self) -> None:
		"""Remove the site, its database and its archive."""
		root = ["--db-root-password", self.root_password] if self.root_password else []
		archive = self.path / "archived" / "sites"
		options = ["--force", "--no-backup", "--archived-sites-path", str(archive)]
		self.frappe("drop-site", self.site, *root, *options, check=False, capture=True)
		for leftover in archive.glob(f"{self.site}*"):
			subprocess.run(["rm", "-rf", str(leftover)], check=False)

	def step(self, title: str, function: str, *arguments: str) -> None:
		"""Run one function of the life cycle module on the site; it counts as one test."""
		started = time.monotonic()
		command = [str(self.python), "-m", LIFE_CYCLE, self.site, function, *arguments]
		result = subprocess.run(
			command, cwd=self.sites, env=self.environment(), text=True, capture_output=True
		)
		self.note(title, result, time.monotonic() - started)

	def command_step(self, title: str, *arguments: str) -> None:
		"""Run one command on the site; it counts as one test."""
		started = time.monotonic()
		self.note(title, self.on_site(*arguments, capture=True, check=False), time.monotonic() - started)

	def note(self, title: str, result: subprocess.CompletedProcess, seconds: float) -> None:
		"""Count a step and show its output if it failed."""
		print(f"{'ok  ' if result.returncode == 0 else 'FAIL'} {title} ({seconds:.1f}s)", flush=True)
		if result.returncode == 0:
			self.passed += 1
			return
		self.failures.append(title)
		print(_readable(result.stdout), _readable(result.stderr), sep="\n", flush=True)


def _readable(output: str) -> str:
	"""Return the end of an output without progress bars."""
	lines = [line for line in re.split(r"[\r\n]", output) if not line.startswith("Updating ")]
	return "\n".join(lines)[-4000:]


def life_cycle_before_tests(bench: Bench) -> None:
	"""Install, uninstall and install again on a site without Company, then finish the wizard."""
	bench.step("remember the site as it is without the app", "remember", "bare")
	bench.command_step("install before the setup wizard", "install-app", APP)
	bench.step("installing changed nothing native", "natives_are_as_remembered", "bare")
	bench.command_step("uninstall before the setup wizard", "uninstall-app", APP, "--yes", "--no-backup")
	bench.step("nothing of ours is left", "nothing_is_left", "bare")
	bench.command_step("install again", "install-app", APP)
	bench.step("the setup wizard completes with the app on the site", "complete_wizard")


def life_cycle_after_tests(bench: Bench) -> None:
	"""Uninstall from a used site and install again after the wizard."""
	bench.step("use the app before it leaves", "leave_traces")
	bench.command_step("migrate", "migrate")
	bench.step("remember the used site", "remember", "used")
	bench.step("a pool masks for ever", "seal_a_lead")
	bench.command_step("uninstall from a used site", "uninstall-app", APP, "--yes", "--no-backup")
	bench.step("masked contact data are back", "contact_data_are_back")
	bench.step("nothing of ours is left after use", "nothing_is_left")
	bench.step("native forms open without the app", "native_forms_open")
	bench.command_step("install after the setup wizard", "install-app", APP)
	bench.step("native forms open with the app", "native_forms_open")
	bench.step("installing again changed nothing native", "natives_are_as_remembered", "used")


def run_tests(bench: Bench) -> tuple[int, int, int]:
	"""Run the app's tests on the site. Returns (passed, failed, skipped)."""
	options = ["--skip-before-tests", "--skip-test-records"] if _is_version_15(bench) else []
	command = [
		str(bench.python),
		"-m",
		"frappe.utils.bench_helper",
		"frappe",
		"--site",
		bench.site,
		"run-tests",
	]
	command += ["--app", APP, *options]
	process = subprocess.Popen(
		command,
		cwd=bench.sites,
		env=bench.environment(),
		text=True,
		stdout=subprocess.PIPE,
		stderr=subprocess.STDOUT,
	)
	output = []
	for line in process.stdout:
		output.append(line)
		print(line, end="", flush=True)
	return count("".join(output), process.wait())


def count(output: str, exit_code: int) -> tuple[int, int, int]:
	"""Return (passed, failed, skipped) from unittest's own summaries; no summary at all is one failure."""
	ran = sum(int(number) for number in re.findall(r"^Ran (\d+) tests? in", output, re.M))
	results = "\n".join(re.findall(r"^(?:OK|FAILED).*$", output, re.M))

	def total(*words: str) -> int:
		return sum(int(n) for word in words for n in re.findall(rf"\b{word}=(\d+)", results))

	failed = total("failures", "errors", "unexpected successes")
	skipped = total("skipped")
	if not ran or (exit_code and not failed):
		failed += 1
	return max(ran - failed - skipped, 0), failed, skipped


def _is_version_15(bench: Bench) -> bool:
	code = "import frappe; print(frappe.__version__)"
	result = subprocess.run(
		[str(bench.python), "-c", code], text=True, capture_output=True, check=True, cwd="/"
	)
	return result.stdout.strip().startswith("15.")


def run(bench: Bench) -> tuple[int, int, int]:
	"""Make the site, check the life cycle, run the tests. Returns (passed, failed, skipped)."""
	bench.make_site()
	life_cycle_before_tests(bench)
	passed, failed, skipped = run_tests(bench)
	life_cycle_after_tests(bench)
	return passed + bench.passed, failed + len(bench.failures), skipped


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--bench", required=True, help="path of a bench with frappe and erpnext")
	parser.add_argument("--keep-site", action="store_true", help="do not drop the site afterwards")
	arguments = parser.parse_args()
	bench = Bench(arguments.bench, f"l2c-test-{os.getpid()}.localhost")
	bench.check()
	with bench_services.running(bench.path) as root_password:
		bench.root_password = root_password
		bench.prepare()
		try:
			passed, failed, skipped = run(bench)
		except subprocess.CalledProcessError as error:
			print(f"a command of the bench failed: {error}")
			passed, failed, skipped = bench.passed, len(bench.failures) + 1, 0
		finally:
			if not arguments.keep_site:
				bench.drop_site()
	for title in bench.failures:
		print(f"FAILED: {title}")
	print(f"{passed} passed, {failed} failed, {skipped} skipped")
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
