"""Who sits in front of the desk in a run of clicks."""

from collections.abc import Callable
from typing import Any

from ui.desk import WIDE, Desk


class People:
	"""Everybody who sits in front of a desk in this run; logged in when first asked for."""

	def __init__(self, browser: Any, base: str, seed: dict[str, Any], *, work: Callable[[], None]) -> None:
		"""`work` does what the worker of a bench would do: it takes recorded runs to their end."""
		self.browser, self.base, self.seed, self.work = browser, base, seed, work
		self.desks: dict[str, Desk] = {}

	def __getitem__(self, role: str) -> Desk:
		if role not in self.desks:
			self.desks[role] = Desk(self.browser, self.base, prefix=role)
			self.desks[role].login(self.seed["users"][role], self.seed["password"])
		self.desks[role].page.set_viewport_size(WIDE)
		return self.desks[role]

	def take_errors(self) -> list[str]:
		"""Return what scripts on the pages complained of since the last time."""
		errors = [
			f"{role}: {error}" for role, desk in self.desks.items() for error in dict.fromkeys(desk.errors)
		]
		for desk in self.desks.values():
			desk.errors.clear()
		return errors
