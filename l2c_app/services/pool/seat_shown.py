"""What a list or form of seats tells its reader of the parties, so that he can choose: labelled texts, masked by the pool."""

from collections.abc import Sequence
from datetime import date

import frappe
from frappe import _
from frappe.utils import formatdate

from l2c_app.services.pool import seat_view

SEAT = "Lead Pool Seat"
MOST = 500
TRANSLATED = ("Select", "Link")


def of_seats(names: Sequence[str]) -> dict[str, list[dict[str, str]]]:
	"""Return {seat: [{field, label, text}]} of those of the first 500 seats that the session user may see, empty values
	left out.
	"""
	wanted = list(dict.fromkeys(names))[:MOST]
	rows = frappe.get_list(
		SEAT,
		filters={"name": ("in", wanted)},
		fields=["name", "party_type", "party", "pool", "holder"],
		order_by="name",
		limit=MOST,
	)
	seats = seat_view.with_parties(rows, user=frappe.session.user)
	return {seat.name: _texts(seat.party_type, seat.party_data) for seat in seats if seat.party_data}


def _texts(party_type: str, data: dict) -> list[dict[str, str]]:
	meta = frappe.get_meta(party_type)
	return [
		{"field": name, "label": _(meta.get_label(name)), "text": _text(meta.get_field(name), value)}
		for name, value in data.items()
		if value not in (None, "")
	]


def _text(field: object, value: object) -> str:
	if isinstance(value, date):  # a moment is one as well; to the day is enough to choose by
		return formatdate(value)
	return _(str(value)) if field and field.fieldtype in TRANSLATED else str(value)
