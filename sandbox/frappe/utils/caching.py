"""Results kept for a request, or until the cache is cleared."""

import functools
from collections.abc import Callable
from typing import Any

import frappe


def request_cache(func: Callable) -> Callable:
	"""Once per request and user."""

	@functools.wraps(func)
	def once(*args: Any, **kwargs: Any) -> Any:
		store, key = frappe.local.request_cache.setdefault(func, {}), (args, tuple(sorted(kwargs.items())))
		try:
			hash(key)
		except TypeError:
			return func(*args, **kwargs)
		if key not in store:
			store[key] = func(*args, **kwargs)
		return store[key]

	return once


def redis_cache(ttl: Any = 3600, user: Any = None, shared: bool = False) -> Callable:
	"""Until `clear_cache`."""

	def decorate(func: Callable) -> Callable:
		name = f"{func.__module__}.{func.__qualname__}"

		@functools.wraps(func)
		def kept(*args: Any, **kwargs: Any) -> Any:
			key = repr((args, sorted(kwargs.items()), frappe.session.user if user else None))
			return frappe.cache.hget(name, key, lambda: func(*args, **kwargs))

		kept.clear_cache = lambda: frappe.cache.delete_value(name)
		return kept

	return decorate(ttl) if callable(ttl) else decorate


site_cache = redis_cache
