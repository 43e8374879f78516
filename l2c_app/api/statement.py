"""What forms and other programs may do with bank statements. Each method calls one service, which checks rights."""

import base64
import binascii
from typing import Any

import frappe

from l2c_app.core.statement import Ways
from l2c_app.services.errors.recovery import retrying
from l2c_app.services.receipt import statement_loads


@frappe.whitelist(methods=["POST"])
def prepare(
	bank_account: str,
	file_url: str | None = None,
	content: str | None = None,
	file_name: str | None = None,
	encoding: str | None = None,
	date_order: str | None = None,
	decimal_mark: str | None = None,
) -> dict:
	"""Read a statement and show what it would bring; nothing is booked. Returns the load.

	The file was uploaded before (`file_url`), or is `content` in base64 under `file_name`.
	"""
	ways = Ways(encoding or "", date_order or "", decimal_mark or "")
	name, data = (file_name or "statement", _bytes(content)) if content else _uploaded(file_url)
	return _answer(statement_loads.prepare(bank_account, name, data, ways))


@frappe.whitelist(methods=["POST"])
def read_again(
	load: str, encoding: str | None = None, date_order: str | None = None, decimal_mark: str | None = None
) -> dict:
	"""Read the file of a load in the given ways. Returns the load."""
	return _answer(
		statement_loads.read_again(load, Ways(encoding or "", date_order or "", decimal_mark or ""))
	)


@frappe.whitelist(methods=["POST"])
def load_lines(load: str) -> None:
	"""Let the new lines become Bank Transactions."""
	retrying(lambda: statement_loads.load(load))


@frappe.whitelist(methods=["POST"])
def stop(load: str) -> None:
	"""End a load after the lines it is at."""
	statement_loads.stop(load)


@frappe.whitelist(methods=["POST"])
def resume(load: str) -> None:
	"""Go on with a stopped, failed or hanging load."""
	retrying(lambda: statement_loads.resume(load))


@frappe.whitelist(methods=["POST"])
def undo(load: str) -> None:
	"""Cancel the lines of a load that nothing has taken yet."""
	retrying(lambda: statement_loads.undo(load))


def _uploaded(file_url: str | None) -> tuple[str, bytes]:
	return statement_loads.file_data(file_url or "")


def _bytes(content: str) -> bytes:
	try:
		return base64.b64decode(content, validate=True)
	except (binascii.Error, ValueError):
		statement_loads.refuse_content()


def _answer(load: Any) -> dict:
	fields = ("name", "state", "question", "sample", "format", "encoding", "date_order", "decimal_mark")
	counts = ("total_rows", "new_rows", "double_rows", "refused_rows", "missing_amount")
	return {field: load.get(field) for field in (*fields, *counts)}
