"""A web server of the host for one test class, and browsers of real users: requests as they come over the wire."""

import secrets
import subprocess
import sys

import frappe

from l2c_app.tests.base import IN_SANDBOX, L2CTestCase

if not IN_SANDBOX:
	import requests  # comes with the host

SERVER = """
import os
import sys
import frappe.app
from werkzeug.serving import make_server
frappe.app._site = sys.argv[1]
server = make_server("127.0.0.1", 0, frappe.app.application, threaded=True)
print("PORT", server.port, flush=True)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads on: what the host prints would fill the pipe and stop it
server.serve_forever()
"""


class HttpCase(L2CTestCase):
	"""What the class commits it takes away again in `take_away`; the server and its users see committed rows only."""

	server: subprocess.Popen
	address: str

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.browsers: dict[str, requests.Session] = {}
		cls.addClassCleanup(cls._take_away)
		cls.build()
		frappe.db.commit()
		cls.start_server()

	@classmethod
	def build(cls) -> None:
		"""Make what the requests meet; committed afterwards."""

	@classmethod
	def take_away(cls) -> None:
		"""Remove what `build` made; committed afterwards."""

	@classmethod
	def _take_away(cls) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		cls.take_away()
		frappe.db.commit()

	@classmethod
	def start_server(cls) -> None:
		"""Serve this site on a free port until the class ends."""
		cls.server = subprocess.Popen(
			[sys.executable, "-W", "ignore", "-c", SERVER, frappe.local.site],
			cwd=frappe.local.sites_path,
			stdout=subprocess.PIPE,
			stderr=subprocess.DEVNULL,
			text=True,
		)
		cls.addClassCleanup(cls.stop_server)
		for line in cls.server.stdout:
			if line.startswith("PORT"):
				cls.address = f"http://127.0.0.1:{line.split()[1]}"
				return
		raise AssertionError("the web server did not start")

	@classmethod
	def stop_server(cls) -> None:
		"""End the web server."""
		cls.server.terminate()
		cls.server.wait(timeout=30)
		cls.server.stdout.close()

	def browser(self, user: str) -> "requests.Session":
		"""Return the logged-in session of a user."""
		if user not in self.browsers:
			password = secrets.token_urlsafe(16)
			from frappe.utils.password import update_password

			update_password(user, password)
			frappe.db.commit()
			session = requests.Session()
			answer = session.post(
				f"{self.address}/api/method/login", data={"usr": user, "pwd": password}, timeout=60
			)
			self.assertEqual(answer.status_code, 200, answer.text[:500])
			self.browsers[user] = session
		return self.browsers[user]

	def ask(self, user: str, path: str, *, post: bool = False, **form: object) -> "requests.Response":
		"""Send a request as a user: form values that are lists or dictionaries go as JSON text, as the Desk sends them."""
		values = {
			key: frappe.as_json(value, indent=None) if isinstance(value, list | dict | bool) else value
			for key, value in form.items()
		}
		browser = self.browser(user)
		if post:
			return browser.post(self.address + path, data=values, timeout=120)
		return browser.get(self.address + path, params=values, timeout=120)
