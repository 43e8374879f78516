"""Cadences over HTTP. Rules and permission checks are in the service."""

from typing import Any

import frappe

from l2c_app.services.follow_up import cadences


@frappe.whitelist(methods=["POST"])
def enrol(cadence: str, parties: list[str] | str) -> list[dict[str, Any]]:
	"""Enrol leads or customers; returns per party the enrolment or why not."""
	return cadences.enrol(cadence, [str(party) for party in frappe.parse_json(parties)])


@frappe.whitelist(methods=["POST"])
def stop(enrolment: str) -> None:
	"""End a running enrolment by hand."""
	cadences.stop(enrolment)
