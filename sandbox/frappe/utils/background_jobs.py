"""Jobs: run at once if asked, otherwise when what was written is committed, as a worker would see it."""

from collections.abc import Callable
from typing import Any

import frappe


def enqueue(
	method: str | Callable,
	queue: str = "default",
	*,
	now: bool = False,
	enqueue_after_commit: bool = False,
	job_id: str | None = None,
	deduplicate: bool = False,
	**kwargs: Any,
) -> Any:
	"""Recorded in `frappe.jobs`."""
	if now:
		return frappe.call(method, **kwargs)
	if deduplicate and any(job.job_id == job_id for job in frappe.jobs):
		return None
	job = frappe._dict(method=method, queue=queue, job_id=job_id, kwargs=kwargs, user=frappe.session.user)
	frappe.jobs.append(job)
	frappe.db.after_commit.add(lambda: _work(job))
	return job


def _work(job: Any) -> None:
	"""As the user who asked."""
	if job not in frappe.jobs:
		return
	frappe.jobs.remove(job)
	user = frappe.session.user
	frappe.set_user(job.user)
	try:
		frappe.call(job.method, **job.kwargs)
		frappe.db.commit()
	finally:
		frappe.set_user(user)
