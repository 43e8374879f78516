"""The cache: a dict."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

import frappe
from frappe._emulation import not_emulated


class Cache:
	"""Values and hashes by key; what is stored is copied, as through Redis."""

	def __init__(self) -> None:
		self.values: dict[str, Any] = {}

	def __call__(self) -> "Cache":
		return self

	def clear(self) -> None:
		self.values.clear()

	def _key(self, key: str, user: str | None = None) -> str:
		return f"user:{frappe.session.user if user is True else user}:{key}" if user else key

	def set_value(
		self,
		key: str,
		val: Any,
		user: str | None = None,
		expires_in_sec: int | None = None,
		shared: bool = False,
	) -> None:
		self.values[self._key(key, user)] = copy.deepcopy(val)

	def get_value(
		self,
		key: str,
		generator: Callable | None = None,
		user: Any = None,
		expires: bool = False,
		shared: bool = False,
		**_ignored: Any,
	) -> Any:
		full_key = self._key(key, user)
		if self.values.get(full_key) is None and generator:
			self.set_value(full_key, generator())
		return copy.deepcopy(self.values.get(full_key))

	def delete_value(
		self, keys: str | Iterable[str], user: Any = None, make_keys: bool = True, shared: bool = False
	) -> None:
		for key in [keys] if isinstance(keys, str) else keys:
			self.values.pop(self._key(key, user), None)

	delete_key = delete_value

	def __getattr__(self, name: str) -> Any:
		return not_emulated(f"frappe.cache.{name}")
