"""What the stand-in does not stand for: raised loudly, recorded, and failing the test even if swallowed."""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, NoReturn

raised: list[str] = []


class NotEmulated(AttributeError):
	"""The code under test asked for something outside the sandbox's slice of the host.

	An AttributeError, so that `hasattr` and `from frappe import submodule` keep their meaning.
	"""


def not_emulated(what: str) -> NoReturn:
	"""Record and raise."""
	raised.append(what)
	raise NotEmulated(f"not emulated in the sandbox: {what}")


def module_getattr(module: str, absent: tuple[str, ...] = ()) -> Callable[[str], Any]:
	"""A module's `__getattr__`: sub modules load, names the host does not have either are absent, others fail."""

	def getattr_or_refuse(name: str) -> Any:
		if name.startswith("__") or name in absent:
			raise AttributeError(f"module {module!r} has no attribute {name!r}")
		try:
			known = importlib.util.find_spec(f"{module}.{name}")
		except ModuleNotFoundError:
			known = None
		return importlib.import_module(f"{module}.{name}") if known else not_emulated(f"{module}.{name}")

	return getattr_or_refuse
