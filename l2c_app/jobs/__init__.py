"""What the scheduler and the queues call, by subject. A job hands over to one service, which isolates its own items."""

from collections.abc import Callable, Iterable

import frappe


def commit_step() -> None:
	"""End a step of a job: what it did stays done when the job is killed. Jobs commit, services never do."""
	frappe.db.commit()  # nosemgrep


def summed(total: dict[str, int], pieces: Iterable[dict[str, int]]) -> dict[str, int]:
	"""Add up the counts of pieces of work, each committed."""
	for counts in pieces:
		total |= {key: total.get(key, 0) + count for key, count in counts.items()}
		commit_step()
	return total


def counted(pieces: Iterable[int]) -> int:
	"""Add up pieces of work, each committed, and what is done after the last one as well."""
	total = 0
	for done in pieces:
		total += done
		commit_step()
	commit_step()
	return total


def queue_again(*kinds: tuple[Callable[[], list[str]], Callable[[str], None]]) -> list[str]:
	"""Queue the runs again whose process died, given what finds and what queues them. Returns their names."""
	found = [(name, queue) for stalled, queue in kinds for name in stalled()]
	for name, queue in found:
		queue(name)
	return [name for name, _queue in found]
