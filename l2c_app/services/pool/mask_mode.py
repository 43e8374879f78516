"""A pool changed how it masks: its stored leads follow, piece by piece, in the background."""

import frappe

from l2c_app.core.seats import State
from l2c_app.services.pool import admission, vault_scope

PIECE = 200


def changed(pool: object) -> None:
	"""After a pool was saved: start the job when leads must go into the vault or come out of it, or more of their fields."""
	before = pool.get_doc_before_save()
	if pool.party_type != "Lead" or not before:
		return
	if all(before.get(field) == pool.get(field) for field in ("mask_mode", "contact_fields")):
		return
	frappe.enqueue(
		"l2c_app.jobs.pools.follow_mask_mode",
		queue="long",
		job_id=f"l2c_mask_mode::{pool.name}",
		deduplicate=True,
		enqueue_after_commit=True,
		pool=pool.name,
	)


def follow(pool: str, *, after: str = "") -> str | None:
	"""Bring the next leads of a pool in line with its mask; returns where to go on, None at the end. Safe to repeat."""
	seats = frappe.get_all(
		"Lead Pool Seat",
		filters={"pool": pool, "name": (">", after), "state": ("!=", State.CONVERTED.value)},
		fields=["name", "party"],
		order_by="name",
		limit=PIECE,
	)
	vault_scope.follow(seat.party for seat in seats)
	for seat in seats:
		name = frappe.db.get_value("Lead", seat.party, ["company_name", "lead_name"]) or ("", "")
		shown = admission.shown_name(pool, name[0] or name[1])
		frappe.db.set_value("Lead Pool Seat", seat.name, "party_name", shown, update_modified=False)
	return seats[-1].name if len(seats) == PIECE else None
