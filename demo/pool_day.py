"""A day of the pool: morning distribution, claims and refusals, work, protection, and the recycling of the night."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import frappe

from demo import world
from l2c_app.services.follow_up import follow_ups
from l2c_app.services.pool import claims, distribution_run, protection, recycle_nights, runs
from l2c_app.services.pool.distribution import Wish

ASKED, PROTECTED = 12, 3
GIVEN = 3  # a third of the free seats goes out in the morning
IDLE_DAYS = 150
CAPPED = "Bo"  # whose own holding cap leaves him room for two seats more
MODEST = ("Dawei", "Emil")  # ask for little in the morning, and in the evening for what they just lost
NOTES = (
	"Wants to be called in spring, when the budget is open.",
	"Compared our offer with two others; price is not the issue, delivery time is.",
	"New head of purchasing, introduced herself, asked for references from her region.",
	"The hall is being rebuilt: measurements follow by mail next month.",
	"Had trouble with the last supplier's service and asked how fast we repair.",
	"Owner decides alone; meets us at the fair in Hanover on the second day.",
	"Needs the data sheet in Chinese and a certificate for the electrics.",
	"Order depends on a public grant, the answer comes before Christmas.",
	"Sister company in Porto has the same need, sent the name of the engineer.",
	"Will test a rented machine for six weeks first, wants conditions for that.",
	"Talked through leasing, bank of the customer wants our balance sheet.",
)
# the last two calls are noted in the words of the first ones, as by somebody who only wants to keep his leads
COPIED = 2
STEPS = ("Held before", "Given", "Claimed", "Refused", "Worked", "Copied", "Kept", "Taken back", "Held after")


@dataclass
class PoolDay:
	"""What the day left: one row of figures per sales person, refusals in words, what the previews promised."""

	rows: dict[str, Counter] = field(default_factory=lambda: {name: Counter() for name in world.REPS})
	refusals: Counter = field(default_factory=Counter)
	kept: Counter = field(default_factory=Counter)
	promised: int = 0
	broken: int = 0

	def play(self, day: date) -> None:
		"""Play morning, working hours and night of a day; each step through the services that the Desk calls."""
		with world.at(day, world.MORNING):
			_set_limits()
			self._count_held("Held before")
			self._hand_out()
			self._claims()
			self._work()
			_set_rules()
		with world.at(day, world.EVENING):
			self._recycle()
			self._count_held("Held after")
			self._ask_again()

	def log(self) -> Counter:
		"""Return the sums of the day for the list of what happened."""
		return Counter({f"pool day: {step.lower()}": count for step, count in self.totals().items()})

	def totals(self) -> dict[str, int]:
		"""Return the sum of each step over all sales persons."""
		return {step: sum(row[step] for row in self.rows.values()) for step in STEPS}

	def table(self) -> list[dict]:
		"""Return the rows as shown."""
		return [
			{"Sales person": name, **{step: row[step] for step in STEPS}} for name, row in self.rows.items()
		]

	def evening(self) -> list[tuple[str, list[float]]]:
		"""Return by sales person what stays, what is due but kept, what goes back tonight."""
		shown = []
		for name, row in self.rows.items():
			stays = row["Held after"] - row["Kept"]
			shown.append((name, [stays, row["Kept"], row["Taken back"]]))
		return shown

	def _count_held(self, step: str) -> None:
		for name, row in self.rows.items():
			row[step] = frappe.db.count("Lead Pool Seat", {"holder": world.rep(name), "state": "Held"})

	def _hand_out(self) -> None:
		free = frappe.db.count("Lead Pool Seat", {"pool": world.POOL, "state": "Available"})
		wish = Wish(count=min(distribution_run.AT_ONCE, max(1, free // GIVEN)))
		with world.acting(world.manager()):
			preview = distribution_run.start(world.POOL, wish)
			frappe.db.commit()  # the job behind the commit plans the run
			done = distribution_run.now(world.POOL, wish)
			frappe.db.commit()
		self._compare(preview, done["run"])
		for user, count in done["by_user"].items():
			self.rows[world.name_of(user)]["Given"] += count

	def _claims(self) -> None:
		"""All see the same list of free seats in the morning: who comes later finds the first ones taken."""
		free = _free(ASKED * 3)
		for place, name in enumerate(world.REPS):
			if name in MODEST:
				self._claim(name, free[-(place + 1) * 2 :][:2])
			else:
				start = place * ASKED * 2 // 3
				self._claim(name, free[start : start + ASKED])

	def _claim(self, name: str, seats: Sequence[str]) -> None:
		with world.acting(world.rep(name)):
			for answer in claims.claim(seats):
				self.rows[name]["Claimed" if answer["ok"] else "Refused"] += 1
				if not answer["ok"]:
					self.refusals[_in_words(name, answer)] += 1
			frappe.db.commit()

	def _work(self) -> None:
		"""Every sales person calls his oldest leads and protects others; effort and protection keep a seat, copies do not."""
		for name, row in self.rows.items():
			notes = [*NOTES, *NOTES[:COPIED]]
			seats = _oldest_held(name, len(notes) + PROTECTED)
			with world.acting(world.rep(name)):
				for seat, note in zip(seats, notes, strict=False):
					call = {"follow_up_type": "Call", "outcome": "Reached", "note": note, **_next_call()}
					follow_ups.log("Lead", seat.party, result=call)
				for seat in seats[len(notes) :]:
					protection.protect_seat(seat.name, "Board decides next week", 14)
				frappe.db.commit()
			counted = [effort for effort in map(_effort_of, seats[: len(notes)]) if effort]
			row["Worked"], row["Copied"] = counted.count("1"), counted.count("0")

	def _recycle(self) -> None:
		with world.acting(world.manager()):
			preview = runs.start(runs.RECYCLE, world.POOL)
			frappe.db.commit()
		with world.acting("Administrator"):
			started = recycle_nights.start_due()
			frappe.db.commit()
		for run in started:
			self._compare(preview, run)
			for row in _rows_of(run):
				taken = row.status == runs.DONE
				self.rows[world.name_of(row.from_user)]["Taken back" if taken else "Kept"] += 1
				if not taken:
					self.kept[row.reason] += 1

	def _ask_again(self) -> None:
		"""Who lost seats tonight wants them back at once: the cool-down says from when on."""
		for name in MODEST:
			lost = frappe.get_all(
				"Lead Pool Log",
				filters={"from_holder": world.rep(name), "event": "Recycle"},
				pluck="seat",
				order_by="seat",
				limit=2,
			)
			self._claim(name, lost)

	def _compare(self, preview: str, run: str) -> None:
		"""Hold a preview against what its run did, seat by seat."""
		promised, done = _ends(preview, runs.PLANNED), _ends(run, runs.DONE)
		self.promised += len(promised | done)
		self.broken += len(promised ^ done)


def _set_limits() -> None:
	"""The manager sets a cool-down, and a holding cap for one member."""
	with world.acting(world.manager()):
		pool = frappe.get_doc("Lead Pool", world.POOL)
		pool.update({"cool_down_days": 30, "backlog_cap": 0})
		capped = next(row for row in pool.members if row.user == world.rep(CAPPED))
		capped.holding_cap = 2 + frappe.db.count("Lead Pool Seat", {"holder": capped.user, "state": "Held"})
		pool.save()
		frappe.db.commit()


def _set_rules() -> None:
	"""The manager says when seats return. Only then: a note on the last day of a seat would come too late to count."""
	with world.acting(world.manager()):
		pool = frappe.get_doc("Lead Pool", world.POOL)
		pool.recycle_hour = world.RECYCLE_HOUR
		pool.set("recycle_rules", [{"kind": "No Follow Up", "days": IDLE_DAYS, "enabled": 1}])
		pool.save()
		frappe.db.commit()  # the job behind the commit works out the dates of all held seats


def _free(limit: int) -> list[str]:
	return frappe.get_all(
		"Lead Pool Seat",
		filters={"pool": world.POOL, "state": "Available"},
		pluck="name",
		order_by="admitted_on, name",
		limit=limit,
	)


def _oldest_held(name: str, limit: int) -> list:
	return frappe.get_all(
		"Lead Pool Seat",
		filters={"pool": world.POOL, "state": "Held", "holder": world.rep(name)},
		fields=["name", "party"],
		order_by="claimed_on, name",
		limit=limit,
	)


def _effort_of(seat: object) -> str:
	"""Return "1" when today's effort on a seat counts, "0" when it was refused."""
	found = frappe.get_all(
		"Follow Up Effort",
		filters={"party_type": "Lead", "party": seat.party, "recorded_at": (">=", frappe.utils.nowdate())},
		pluck="counts",
		order_by="recorded_at desc, name",
		limit=1,
	)
	return str(found[0]) if found else ""


def _next_call() -> dict:
	return {
		"next_action": "Call",
		"next_action_on": f"{frappe.utils.add_days(frappe.utils.nowdate(), 10)} 10:00:00",
	}


def _in_words(name: str, answer: dict) -> str:
	allowed = f" Allowed on {answer['allowed_on'][:10]}." if answer.get("allowed_on") else ""
	return f"{name}, {answer['rule'].replace('_', ' ')}: {answer['message']}{allowed}"


def _rows_of(run: str) -> list:
	return frappe.get_all(
		"Pool Run Row",
		filters={"run": run},
		fields=["seat", "from_user", "to_user", "status", "reason"],
		order_by="name",
	)


def _ends(run: str, status: str) -> set[tuple]:
	"""Return (seat, from, to) of what a preview promises or a run did."""
	return {(row.seat, row.from_user, row.to_user) for row in _rows_of(run) if row.status == status}
