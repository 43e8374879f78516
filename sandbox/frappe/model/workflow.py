"""Workflows are the real host's: no document here has one, and what asks for one is a test for the host."""

from typing import Any, NoReturn

from frappe import not_emulated


def get_workflow_name(doctype: str) -> NoReturn:
	not_emulated("workflows")


def get_workflow(doctype: str) -> NoReturn:
	not_emulated("workflows")


def get_transitions(doc: Any, workflow: Any = None) -> NoReturn:
	not_emulated("workflows")


def has_approval_access(user: str, doc: Any, transition: Any) -> NoReturn:
	not_emulated("workflows")
