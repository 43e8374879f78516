"""Who gets which seat when a manager or the clock hands out a batch. Pure, deterministic, sums exactly."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

EVEN = "Even"
WEIGHTED = "Weighted"
ROUND_ROBIN = "Round Robin"
RANDOM = "Random"
LEAST_LOAD = "Least Load"
CRITERIA = "Criteria"
METHODS = (EVEN, WEIGHTED, ROUND_ROBIN, RANDOM, LEAST_LOAD, CRITERIA)
NO_ROOM = "no_room"
ALL_HELD_IT = "all_held_it"
HELD_IT_BEFORE = "held_it_before"
NOBODY_TAKES_IT = "nobody_takes_it"
CAPACITY_DAYS = 30


@dataclass(frozen=True)
class Member:
	"""A receiver: `room` = seats he may still take (None = no limit), `weight` counts only by weight (0 = none), `held` =
	seats he holds now."""

	user: str
	weight: int = 1
	room: int | None = None
	held: int = 0


@dataclass(frozen=True)
class Gift:
	"""Who gets a seat, None for nobody, and why when there is something to say: NO_ROOM, NOBODY_TAKES_IT, ALL_HELD_IT,
	HELD_IT_BEFORE."""

	user: str | None
	note: str = ""


def capacity_room(capacity: int, *, last_day: int, last_days: int) -> int | None:
	"""Return how many seats a member may still be given now; None without a capacity (0).

	`capacity`: seats per 30 days. His day's share is capacity / 30, rounded half up and at least 1, less what he received in
	the last 24 hours; in 30 days never more than the capacity. Example: 45 in 30 days is 2 a day; after 1 today and 44 in
	30 days he may get 1 more. 10 in 30 days is 1 a day until the tenth.
	"""
	if not capacity:
		return None
	share = max(1, (2 * capacity + CAPACITY_DAYS) // (2 * CAPACITY_DAYS))
	return max(0, min(share - last_day, capacity - last_days))


class _Queue:
	"""The receivers with room, the next one first: served is who is furthest behind his share."""

	def __init__(self, members: Sequence[Member], method: str) -> None:
		self.method = method
		self.given = dict.fromkeys((member.user for member in members), 0)
		self.heap = [
			(self._key(member), place, member)
			for place, member in enumerate(members)
			if member.room != 0 and (method != WEIGHTED or member.weight > 0)
		]
		heapify(self.heap)

	def _key(self, member: Member) -> float:
		given = self.given[member.user]
		if self.method == WEIGHTED:
			return (given + 1) / member.weight
		return member.held + given if self.method == LEAST_LOAD else given

	def serve(self, barred: Collection[str] = ()) -> str | None:
		"""Return who is next, passing over barred ones, who keep their place; None when nobody is left."""
		aside = []
		while self.heap and self.heap[0][2].user in barred:
			aside.append(heappop(self.heap))
		user = self._give() if self.heap else None
		for entry in aside:
			heappush(self.heap, entry)
		return user

	def _give(self) -> str:
		_key, place, member = heappop(self.heap)
		self.given[member.user] += 1
		if member.room is None or self.given[member.user] < member.room:
			heappush(self.heap, (self._key(member), place, member))
		return member.user


def deal(
	seats: Sequence[str],
	members: Sequence[Member],
	*,
	method: str = EVEN,
	seed: str = "",
	after: str | None = None,
	barred: Mapping[str, Collection[str]] | None = None,
	shut: Mapping[str, Collection[str]] | None = None,
	repeat: bool = True,
) -> dict[str, Gift]:
	"""Return {seat: gift}, in the order given. Nobody picks, nobody gets more than his room, no seat that fits is left.

	Even: counts differ by at most one among those who still have room; who comes first in `members` gets the odd one.
	Weighted: each seat goes where (received + 1) / weight is least (highest averages), so 3:1 over 8 gives 6 and 2.
	Round robin: even, beginning behind `after`, who was served last. Random: even, with seats and members shuffled by
	`seed`; the same seed over the same seats and members gives the same draw. Least load: to who holds least by then.
	`barred` = {seat: former holders}: they are passed over. When only they have room: `repeat` gives it to one of them
	all the same, else it stays. `shut` = {seat: members who do not take such seats}: they never get it.
	"""
	wanted = list(dict.fromkeys(seats))
	queue = _Queue(_in_order(members, method, seed=seed, after=after), method)
	result: dict[str, Gift] = dict.fromkeys(wanted, Gift(None, NO_ROOM))
	known = {member.user: Gift(member.user) for member in members}
	for seat in _shuffled(wanted, f"{seed} seats") if method == RANDOM else wanted:
		result[seat] = _served(queue, (barred or {}).get(seat, ()), (shut or {}).get(seat, ()), repeat, known)
	return result


def _served(
	queue: _Queue, former: Collection[str], closed: Collection[str], repeat: bool, known: dict[str, Gift]
) -> Gift:
	user = queue.serve({*former, *closed} if closed else former)
	if user:
		return known[user]
	if not queue.heap:
		return Gift(None, NO_ROOM)
	if all(member.user in closed for _key, _place, member in queue.heap):
		return Gift(None, NOBODY_TAKES_IT)
	return Gift(queue.serve(closed), HELD_IT_BEFORE) if repeat else Gift(None, ALL_HELD_IT)


def shares(total: int, members: Sequence[Member], *, method: str = EVEN) -> dict[str, int]:
	"""Return how many of `total` seats each member gets, as `deal` would give them."""
	queue = _Queue(members, method)
	for _seat in range(total):
		if not queue.serve():
			break
	return queue.given


def last_served(gifts: Mapping[str, Gift]) -> str | None:
	"""Return who was served last: where a round robin goes on."""
	return next((gift.user for gift in reversed(list(gifts.values())) if gift.user), None)


def _in_order(members: Sequence[Member], method: str, *, seed: str, after: str | None) -> list[Member]:
	members = list(members)
	if method == RANDOM:
		return _shuffled(sorted(members, key=lambda member: member.user), f"{seed} members")
	if method == ROUND_ROBIN:
		members.sort(key=lambda member: member.user)
		behind = [member for member in members if after is None or member.user > after]
		return behind + [member for member in members if member not in behind]
	return members


def _shuffled(items: list, seed: str) -> list:
	"""Return the items shuffled; Python keeps the sequence of a text seed the same over its versions."""
	random.Random(seed).shuffle(items := list(items))
	return items
