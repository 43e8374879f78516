"""What the first enabling of a pool sets going: the duplicate check learns the parties that were there before."""

from collections.abc import Iterator

import frappe

from l2c_app.services.lead import party_keys

JOB = "l2c_app.jobs.pools.store_party_keys"
CHUNK = 500


def learn_old_parties(pool: object) -> None:
	"""Queue the storing of keys when a pool was just enabled."""
	before = pool.get_doc_before_save()
	if pool.enabled and not (before and before.enabled):
		queue()


def queue() -> None:
	"""Queue the storing of all keys. One job at a time; safe to repeat."""
	frappe.enqueue(
		JOB, queue="long", job_id="l2c_store_party_keys", deduplicate=True, enqueue_after_commit=True
	)


def chunks_of_keys() -> Iterator[str]:
	"""Store the keys of all leads and customers, a chunk per step, each repeatable; yields the kind of party just stored.

	The job commits between the steps.
	"""
	for party_type in party_keys.FIELDS:
		after: str | None = ""
		while after is not None:
			after = party_keys.rebuild(party_type, after=after, limit=CHUNK)
			yield party_type
