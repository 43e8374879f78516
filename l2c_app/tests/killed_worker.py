"""A process that counts its statements that write and kills itself at a chosen one."""

import signal
import subprocess
import sys

import frappe

COUNTING = """
import os, signal, sys
import frappe
site, user, last, *arguments = sys.argv[1:]
frappe.init(site); frappe.connect(); frappe.set_user(user)
database, execute, seen = frappe.local.db, frappe.local.db.sql, [0]
WRITES = ("insert", "update", "delete", "commit")
def counted(query, *args, **kwargs):
	answer = execute(query, *args, **kwargs)
	if str(query).lstrip().lower().startswith(WRITES):
		seen[0] += 1
		if seen[0] == int(last):
			os.kill(os.getpid(), signal.SIGKILL)
	return answer
database.sql = counted
"""


def start(action: str, *arguments: str, last: int = 0, user: str = "Administrator") -> subprocess.Popen:
	"""Start a process that does `action`, Python that may read `arguments`, and kills itself at its write `last`; 0: never."""
	command = [sys.executable, "-W", "ignore", "-c", COUNTING + action, frappe.local.site, user, str(last)]
	sites = frappe.utils.get_bench_path() + "/sites"
	return subprocess.Popen([*command, *arguments], cwd=sites, stderr=subprocess.PIPE, text=True)


def died(process: subprocess.Popen) -> bool:
	"""Wait for a process and return whether it was killed, with what it committed to be seen. Raises AssertionError with
	its own words when it failed otherwise."""
	words = process.communicate(timeout=300)[1]
	frappe.db.rollback()
	if process.returncode not in (0, -signal.SIGKILL):
		raise AssertionError(words[-2000:])
	return process.returncode != 0
