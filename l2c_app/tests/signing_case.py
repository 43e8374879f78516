"""What tests of signing share: an approved contract with its signatories, and the links that were sent."""

import hashlib
import struct
import zlib
from base64 import b64encode
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlparse

import frappe
from frappe.model.document import Document

from l2c_app.core.signing import IMAGE_PREFIX
from l2c_app.services.signing import requests
from l2c_app.tests import contracts

ADA = {"side": "Customer", "full_name": "Ada Lovelace", "email": "ada@l2c.example.com", "signing_order": 1}
BOB = {"side": "Company", "full_name": "Bob Brown", "email": "bob@l2c.example.com", "signing_order": 2}


def approved(*signatories: dict[str, Any], **values: Any) -> Document:
	"""Return an approved contract of 1,000 USD with these signatories, Ada alone without any."""
	contract = contracts.draft(signatories=[dict(row) for row in signatories or (ADA,)], **values)
	contract.submit()
	return contract


def token_of(link: str) -> str:
	"""Return the token of a link."""
	return parse_qs(urlparse(link).query)["token"][0]


def send(contract: Document, **values: Any) -> list[str]:
	"""Send a contract. Returns the tokens of those invited, in their order."""
	return [token_of(link) for link in requests.send(contract.name, **values).values()]


def request_of(contract: Document, email: str = ADA["email"]) -> Document:
	"""Return the newest request of a signatory."""
	filters = {"contract": contract.name, "email": email}
	name = frappe.get_all(requests.REQUEST, filters=filters, pluck="name", order_by="creation desc", limit=1)
	return frappe.get_doc(requests.REQUEST, name[0])


def drawing() -> str:
	"""Return a small real PNG as a canvas sends it: 8 × 8 black pixels."""

	def chunk(kind: bytes, data: bytes) -> bytes:
		return (
			struct.pack(">I", len(data))
			+ kind
			+ data
			+ struct.pack(">I", zlib.crc32(kind + data) & 0xFFFFFFFF)
		)

	head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
	rows = zlib.compress((b"\x00" + b"\x00" * 24) * 8)
	image = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
	return IMAGE_PREFIX + b64encode(image).decode()


def quick_pdf(html: str) -> bytes:
	"""Return a blank page that differs with its text, for tests that do not look at the paper: fonts cost seconds."""
	from pypdf import PdfWriter

	writer, out = PdfWriter(), BytesIO()
	writer.add_blank_page(width=200, height=200)
	writer.add_metadata({"/Subject": hashlib.sha256(html.encode()).hexdigest()})
	writer.write(out)
	return out.getvalue()
