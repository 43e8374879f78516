"""What stands on paper: the text of a PDF, and the PDFs that a mail carries."""

import email
import email.policy
import functools
import shutil
import subprocess
import tempfile
import threading
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import frappe


def text_of(pdf: bytes) -> str:
	"""Return the text of a PDF, read by the same tool a person would search it with."""
	if not shutil.which("pdftotext"):
		raise unittest.SkipTest("pdftotext (poppler-utils) is not installed")
	with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
		file.write(pdf)
		file.flush()
		return subprocess.run(
			["pdftotext", "-layout", file.name, "-"], capture_output=True, text=True, check=True
		).stdout


def pdfs_of(message: str) -> dict[str, str]:
	"""Return {file name: text} of the PDFs in a mail as the host's queue keeps it."""
	parts = email.message_from_string(message, policy=email.policy.default).walk()
	papers = [
		part
		for part in parts
		if part.get_content_type() == "application/pdf" or ".pdf" in str(part.get_filename())
	]
	return {part.get_filename(): text_of(part.get_content()) for part in papers}


class _Quiet(SimpleHTTPRequestHandler):
	def log_message(self, *_arguments: object) -> None:
		"""Say nothing."""


@contextmanager
def drawn_by_the_host() -> Iterator[None]:
	"""Serve the style sheets that the host's own program for PDF asks its site for; skip where that program is missing."""
	if not shutil.which("wkhtmltopdf"):
		raise unittest.SkipTest("wkhtmltopdf is not installed")
	sites = frappe.utils.get_bench_path() + "/sites"
	server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=sites))
	threading.Thread(target=server.serve_forever, daemon=True).start()
	before = frappe.local.conf.host_name
	frappe.local.conf.host_name = f"http://127.0.0.1:{server.server_port}"
	try:
		yield
	finally:
		frappe.local.conf.host_name = before
		server.shutdown()
		server.server_close()
