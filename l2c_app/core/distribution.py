"""Who gets which seat when a manager hands out a batch: even or by weight. Pure, deterministic, sums exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

EVEN = "Even"
WEIGHTED = "Weighted"
NO_ROOM = "no_room"


@dataclass(frozen=True)
class Member:
	"""A receiver: `room` = seats he may still take (None = no limit), `weight` counts only by weight (0 = none)."""

	user: str
	weight: int = 1
	room: int | None = None


def shares(total: int, members: Sequence[Member], *, method: str = EVEN) -> dict[str, int]:
	"""Return how many of `total` seats each member gets.

	Even: counts differ by at most one among those who still have room. Weighted: each next seat goes where
	(received + 1) / weight is least (Webster-like highest averages), so 3:1 over 8 gives 6 and 2. Ties go by the order
	of `members`. Room is never passed: what fits nobody is not given.
	"""
	count = {member.user: 0 for member in members}
	heap = [
		((1 / _weight(member, method)), place, member)
		for place, member in enumerate(members)
		if _weight(member, method) > 0 and member.room != 0
	]
	heapify(heap)
	for _seat in range(total):
		if not heap:
			break
		_key, place, member = heappop(heap)
		count[member.user] += 1
		if member.room is None or count[member.user] < member.room:
			heappush(heap, ((count[member.user] + 1) / _weight(member, method), place, member))
	return count


def deal(seats: Sequence[str], members: Sequence[Member], *, method: str = EVEN) -> dict[str, str | None]:
	"""Return {seat: user}, None for a seat that found no room. Nobody picks: seats go round in the given order.

	The one who is furthest behind his share is served next, so the first hundred of a batch are spread like the whole.
	"""
	seats = list(dict.fromkeys(seats))
	wanted = shares(len(seats), members, method=method)
	order = {member.user: place for place, member in enumerate(members)}
	heap = [(1 / wanted[user], order[user], user) for user in wanted if wanted[user]]
	heapify(heap)
	given = dict.fromkeys(wanted, 0)
	result: dict[str, str | None] = {}
	for seat in seats:
		if not heap:
			result[seat] = None
			continue
		_key, place, user = heappop(heap)
		result[seat] = user
		given[user] += 1
		if given[user] < wanted[user]:
			heappush(heap, ((given[user] + 1) / wanted[user], place, user))
	return result


def _weight(member: Member, method: str) -> int:
	return member.weight if method == WEIGHTED else 1
