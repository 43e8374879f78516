"""Distribution by criteria: ordered rules with filters, the first that matches a party names its receivers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import frappe
from frappe import _

from l2c_app.core import distribution as rules
from l2c_app.core import filters as core_filters
from l2c_app.services.errors import BadAdmissionFilter, BadDistribution, refuse
from l2c_app.services.pool import pool_checks
from l2c_app.services.pool.member_rows import users_of
from l2c_app.services.pool.name_lists import chunks
from l2c_app.services.pool.receivers import Receivers

FALLBACK = "fallback"
NO_RULE = -1  # the place of what no rule matches


@dataclass(frozen=True)
class Rule:
	"""A line of the pool's table: its filters, and who may receive what matches them."""

	title: str
	filters: list[core_filters.Filter]
	users: frozenset[str]


def rules_of(pool: object) -> list[Rule]:
	"""Return a pool's rules in order. Raises BadAdmissionFilter for filters that are empty, unreadable, or name a field
	that is not there (any more)."""
	return [Rule(row.title, _filters_of(pool, row), frozenset(users_of(row))) for row in _rows(pool)]


def _rows(pool: object) -> list:
	return pool.get("distribution_rules") or []


def _filters_of(pool: object, row: object) -> list[core_filters.Filter]:
	found = pool_checks.parse_filters(pool.party_type, row.filters, title=row.title)
	if not found:
		refuse(
			BadAdmissionFilter, _("Rule {0} has no filter.").format(row.title), do=_("Say what it is for.")
		)
	return found


def validate(pool: object, members: set[str]) -> None:
	"""Raise BadDistribution unless a pool by criteria has rules and a fallback who is a member; BadAdmissionFilter."""
	for rule in rules_of(pool):
		if not rule.users:
			refuse(BadDistribution, _("Rule {0} reaches no enabled user.").format(rule.title))
	if pool.distribution_method != rules.CRITERIA:
		return
	if not _rows(pool):
		refuse(BadDistribution, _("Distribution by criteria needs at least one rule."))
	fallback = pool.get("distribution_fallback")
	if not fallback or fallback not in members:
		refuse(
			BadDistribution,
			_("What no rule matches must go to a member of the pool."),
			compared=fallback or "",
			do=_("Choose one of its members."),
		)


def deal(
	pool: object, seats: Mapping[str, str], receivers: Receivers, **who: object
) -> dict[str, tuple[rules.Gift, str]]:
	"""Return {seat: (gift, title of the rule that matched)} of {seat: party}. What no rule matches, and what none of a rule's receivers
	can take, goes to the fallback. `who`: barred, shut and repeat of `core.distribution.deal`."""
	known = rules_of(pool)
	matched = _match(pool.party_type, known, seats)
	room = {member.user: member for member in receivers.members}
	result: dict[str, tuple[rules.Gift, str]] = {}
	steps = [(place, rule.title, rule.users) for place, rule in enumerate(known)]
	for place, title, users in [*steps, (NO_RULE, FALLBACK, {pool.distribution_fallback})]:
		names = [seat for seat, rule in matched.items() if rule == place]
		able = [room[user] for user in room if user in users]
		gifts = rules.deal(names, able, method=rules.LEAST_LOAD, **who)
		for seat, gift in gifts.items():
			if not gift.user and place != NO_RULE:
				matched[seat] = NO_RULE
				continue
			result[seat] = gift, title
			_take(room, gift.user)
	return {seat: result[seat] for seat in seats}


def _take(room: dict[str, rules.Member], user: str | None) -> None:
	if user:
		member = room[user]
		left = None if member.room is None else member.room - 1
		room[user] = replace(member, held=member.held + 1, room=left)


def _match(party_type: str, known: list[Rule], seats: Mapping[str, str]) -> dict[str, int]:
	"""Return {seat: place of the first rule whose filters its party fulfils}; two rules may have one title."""
	fields = sorted({field for rule in known for field, _operator, _value in rule.filters} | {"name"})
	matched: dict[str, int] = {}
	for some in chunks(list(seats.items())):
		filters = {"name": ("in", [party for _seat, party in some])}
		rows = frappe.get_all(party_type, filters=filters, fields=fields, order_by="name")
		parties = {row.name: row for row in rows}
		for seat, name in some:
			party = parties.get(name) or {}
			fits = (place for place, rule in enumerate(known) if core_filters.matches(party, rule.filters))
			matched[seat] = next(fits, NO_RULE)
	return matched
