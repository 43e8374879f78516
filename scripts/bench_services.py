"""MariaDB and Redis for a bench: used as they run, started where they do not."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@contextmanager
def running(bench: Path) -> Iterator[str | None]:
	"""Keep the services of a bench running for a block; Redis servers started here end with it.

	Yields the database root's password, None where the socket needs none.
	"""
	config = json.loads((bench / "sites" / "common_site_config.json").read_text())
	start_mariadb(config)
	started = [
		process for process in map(lambda key: start_redis(bench, config, key), ("cache", "queue")) if process
	]
	try:
		yield root_password(config)
	finally:
		for process in started:
			process.terminate()
			process.wait(timeout=20)


def is_open(host: str, port: int) -> bool:
	"""Return whether something listens."""
	try:
		with socket.create_connection((host, port), timeout=2):
			return True
	except OSError:
		return False


def wait_for(host: str, port: int, what: str) -> None:
	"""Wait up to a minute for a service; leave with a message if it does not come."""
	for _attempt in range(120):
		if is_open(host, port):
			return
		time.sleep(0.5)
	sys.exit(f"{what} does not answer on {host}:{port}")


def start_redis(bench: Path, config: dict, kind: str) -> subprocess.Popen | None:
	"""Start one Redis of the bench with the bench's own configuration if nothing listens on its port."""
	address = urlparse(config.get(f"redis_{kind}") or "redis://127.0.0.1:13000")
	host, port = address.hostname or "127.0.0.1", address.port or 6379
	if is_open(host, port):
		return None
	(bench / "config" / "pids").mkdir(parents=True, exist_ok=True)
	command = ["redis-server", f"config/redis_{kind}.conf", "--daemonize", "no"]
	process = subprocess.Popen(command, cwd=bench, start_new_session=True, **QUIET)
	wait_for(host, port, f"redis_{kind}")
	return process


def start_mariadb(config: dict) -> None:
	"""Start MariaDB if nothing listens where the bench expects it. It keeps running afterwards."""
	host, port = config.get("db_host") or "127.0.0.1", int(config.get("db_port") or 3306)
	if is_open(host, port):
		return
	if host not in ("127.0.0.1", "localhost", "::1"):
		sys.exit(f"MariaDB on {host}:{port} does not answer and is not on this machine")
	if os.geteuid() == 0 and shutil.which("service"):
		subprocess.run(["service", "mariadb", "start"], check=False, **QUIET)
	if not is_open(host, port):
		subprocess.Popen(["mariadbd-safe", "--user=mysql"], start_new_session=True, **QUIET)
	wait_for(host, port, "MariaDB")


def root_password(config: dict) -> str | None:
	"""Return the first password that lets root in: from the environment, the bench, or the usual ones for tests."""
	candidates = [os.environ.get("DB_ROOT_PASSWORD"), config.get("root_password"), "root", "admin", "123", ""]
	client = shutil.which("mariadb") or shutil.which("mysql")
	if not client:
		sys.exit("the MariaDB client is not installed")
	host = config.get("db_host") or "127.0.0.1"
	for password in dict.fromkeys(candidate for candidate in candidates if candidate is not None):
		command = [
			client,
			"-uroot",
			f"-p{password}" if password else "--skip-password",
			"-h",
			host,
			"-e",
			"select 1",
		]
		if subprocess.run(command, check=False, **QUIET).returncode == 0:
			return password or None
	sys.exit("root cannot enter MariaDB: set DB_ROOT_PASSWORD")
