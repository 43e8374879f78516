"""The cache: a dict."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

import frappe


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
		self, key: str, val: Any, user: str | None = None, expires_in_sec: int | None = None, shared: bool = False
	) -> None:
		self.values[self._key(key, user)] = copy.deepcopy(val)

	def get_value(
		self, key: str, generator: Callable | None = None, user: Any = None, expires: bool = False, shared: bool = False, **_ignored: Any
	) -> Any:
		full_key = self._key(key, user)
		if self.values.get(full_key) is None and generator:
			self.set_value(full_key, generator())
		return copy.deepcopy(self.values.get(full_key))

	def exists(self, *keys: str, user: Any = None, shared: bool = False) -> int:
		return sum(self._key(key, user) in self.values for key in keys)

	def delete_value(self, keys: str | Iterable[str], user: Any = None, make_keys: bool = True, shared: bool = False) -> None:
		for key in [keys] if isinstance(keys, str) else keys:
			self.values.pop(self._key(key, user), None)

	delete_key = delete_value

	def delete_keys(self, key: str) -> None:
		prefix = key.rstrip("*")
		for known in [known for known in self.values if known.startswith(prefix)]:
			del self.values[known]

	def hset(self, name: str, key: str, value: Any, shared: bool = False, **_ignored: Any) -> None:
		self.values.setdefault(name, {})[key] = copy.deepcopy(value)

	def hget(self, name: str, key: str, generator: Callable | None = None, shared: bool = False) -> Any:
		if self.values.get(name, {}).get(key) is None and generator:
			self.hset(name, key, generator())
		return copy.deepcopy(self.values.get(name, {}).get(key))

	def hexists(self, name: str, key: str, shared: bool = False) -> bool:
		return key in self.values.get(name, {})

	def hgetall(self, name: str) -> dict:
		return copy.deepcopy(self.values.get(name, {}))

	def hkeys(self, name: str) -> list[str]:
		return list(self.values.get(name, {}))

	def hdel(self, name: str, keys: str | Iterable[str], shared: bool = False, **_ignored: Any) -> None:
		for key in [keys] if isinstance(keys, str) else keys:
			self.values.get(name, {}).pop(key, None)

	def sadd(self, name: str, *values: Any) -> None:
		self.values.setdefault(name, set()).update(str(value).encode() for value in values)

	def srem(self, name: str, *values: Any) -> None:
		self.values.get(name, set()).difference_update(str(value).encode() for value in values)

	def sismember(self, name: str, value: Any) -> bool:
		return str(value).encode() in self.values.get(name, set())

	def smembers(self, name: str) -> set[bytes]:
		return set(self.values.get(name, set()))

	def incrby(self, key: str, amount: int = 1) -> int:
		self.values[key] = int(self.values.get(key) or 0) + amount
		return self.values[key]
