"""The cache: a dict."""

import copy
from collections.abc import Callable
from typing import Any

from frappe._emulation import not_emulated


class Cache:
	"""Values by key; what is stored is copied, as through Redis."""

	def __init__(self) -> None:
		self.values: dict[str, Any] = {}
		self.clear = self.values.clear

	def set_value(self, key: str, val: Any, *, expires_in_sec: int | None = None) -> None:
		self.values[key] = copy.deepcopy(val)

	def get_value(self, key: str, generator: Callable | None = None, *, expires: bool = False) -> Any:
		if self.values.get(key) is None and generator:
			self.set_value(key, generator())
		return copy.deepcopy(self.values.get(key))

	def delete_value(self, keys: str) -> None:
		self.values.pop(keys, None)

	def __getattr__(self, name: str) -> Any:
		return not_emulated(f"frappe.cache.{name}")
