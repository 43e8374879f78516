"""What stands on paper: the text of a PDF, and the PDFs that a mail carries."""

import email
import email.policy
import shutil
import subprocess
import tempfile
import unittest


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
