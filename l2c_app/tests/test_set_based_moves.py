"""What seats take along when they move costs the same number of statements for ten as for fifty."""

from collections.abc import Callable
from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, getdate, now_datetime, nowdate

from l2c_app.core.seats import Event
from l2c_app.services.pool import absence, admission, pool_moves, recycle_run, runs
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests import factories
from l2c_app.tests.pool_case import POOL, PoolCase

OTHER = "L2C Other Pool"
FEW, MANY = 10, 50


def statements(action: Callable[[], object]) -> int:
	"""Return how many statements an action sends."""
	counted: list[str] = []
	native = frappe.db.__class__.sql

	def spy(database: object, query: object, *arguments: object, **more: object) -> object:
		counted.append(str(query))
		return native(database, query, *arguments, **more)

	with patch.object(frappe.db.__class__, "sql", spy):
		action()
	return len(counted)


class TestSetBasedMoves(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		patcher = patch.object(runs, "queue")
		patcher.start()
		self.addCleanup(patcher.stop)
		no_filter = '[["request_type", "=", "none such"]]'
		people = {"members": (self.mate,), "managers": (self.chief,)}
		self.other = factories.lead_pool(OTHER, admission_filters=no_filter, **people)
		self.made = 0

	def held(self, count: int, user: str = "", *, todos: bool = False, plans: bool = False) -> list[str]:
		"""Return new seats held by a member, with an assignment and a planned follow up on each where asked for."""
		leads = [self._insert("Lead", {"company_name": "Many", "l2c_pooled": 0}) for _number in range(count)]
		seats = admission.admit([admission.Admission(lead, POOL, "Many") for lead in leads])
		move([Move(seat, Event.ASSIGN, user or self.rep) for seat in seats])
		for lead in leads:
			if todos:
				self._todo("Lead", lead, user or self.rep)
				frappe.db.set_value(
					"Lead", lead, "_assign", frappe.as_json([self.rep, self.mate], indent=None)
				)
				self._todo("Lead", lead, self.mate)
			if plans:
				self._plan(lead, user or self.rep)
		return seats

	def _plan(self, lead: str, user: str) -> None:
		about = {"reference_doctype": "Lead", "reference_name": lead, "lead": lead, "assigned_to": user}
		when = {"planned_for": add_days(nowdate(), 3), "status": "Planned"}
		frappe.db.set_value("Lead", lead, "l2c_next_follow_up_on", when["planned_for"])
		self._todo("Follow Up", self._insert("Follow Up", {**about, **when}), user)

	def _todo(self, doctype: str, name: str, user: str) -> None:
		values = {
			"reference_type": doctype,
			"reference_name": name,
			"allocated_to": user,
			"description": "Call",
		}
		self._insert("ToDo", {**values, "status": "Open"})

	def _insert(self, doctype: str, values: dict) -> str:
		self.made += 1
		document = frappe.new_doc(doctype)
		document.update(values)
		document.name = f"L2C-MANY-{self.made:05d}"
		document.db_insert()
		return document.name

	def costs_alike(self, action: Callable[[list[str]], object], **make: object) -> list[str]:
		"""Assert that fifty cost as many statements as ten; return the fifty seats."""
		action(self.held(FEW, **make))  # fills the caches
		few, many = self.held(FEW, **make), self.held(MANY, **make)
		self.assertEqual(statements(lambda: action(many)), statements(lambda: action(few)))
		return many

	def recycle(self, seats: list[str]) -> None:
		move([Move(seat, Event.RECYCLE) for seat in seats])

	def leads_of(self, seats: list[str]) -> list[str]:
		return frappe.get_all(
			"Lead Pool Seat", filters={"name": ("in", seats)}, pluck="party", order_by="party"
		)

	def test_assignments_of_the_former_holder(self):
		leads = self.leads_of(self.costs_alike(self.recycle, todos=True))
		about = {"reference_type": "Lead", "reference_name": ("in", leads)}
		self.assertEqual(
			frappe.db.count("ToDo", {**about, "allocated_to": self.rep, "status": "Cancelled"}), 50
		)
		self.assertEqual(frappe.db.count("ToDo", {**about, "allocated_to": self.mate, "status": "Open"}), 50)
		assigned = set(frappe.get_all("Lead", filters={"name": ("in", leads)}, pluck="_assign"))
		self.assertEqual(assigned, {f'["{self.mate}"]'})
		filters = {"reference_doctype": "Lead", "reference_name": ("in", leads)}
		comments = frappe.get_all(
			"Comment",
			filters={**filters, "comment_type": "Assignment Completed"},
			fields=["content", "owner"],
		)
		self.assertEqual(len(comments), 50)
		self.assertIn(frappe.utils.get_fullname(self.rep), comments[0].content)

	def test_the_host_leaves_the_same_when_a_todo_is_cancelled(self):
		"""Cancel one assignment by the host's controller and one by a move: ToDo, comment and `_assign` are alike."""
		by_host, by_move = self.held(1, todos=True), self.held(1, todos=True)
		todo = frappe.get_doc(
			"ToDo", {"reference_name": self.leads_of(by_host)[0], "allocated_to": self.rep, "status": "Open"}
		)
		todo.status = "Cancelled"
		todo.save()
		self.recycle(by_move)
		self.assertEqual(self.traces(by_host), self.traces(by_move))

	def traces(self, seats: list[str]) -> tuple:
		lead = self.leads_of(seats)[0]
		fields = ["comment_type", "comment_email", "content", "owner", "docstatus", "published", "seen"]
		comments = frappe.get_all(
			"Comment", filters={"reference_name": lead, "reference_doctype": "Lead"}, fields=fields
		)
		todos = frappe.get_all(
			"ToDo",
			filters={"reference_name": lead},
			fields=["allocated_to", "status", "docstatus"],
			order_by="allocated_to",
		)
		return comments, todos, frappe.db.get_value("Lead", lead, "_assign")

	def test_planned_follow_ups_that_are_called_off(self):
		leads = self.leads_of(self.costs_alike(self.recycle, plans=True))
		plans = frappe.get_all("Follow Up", filters={"lead": ("in", leads)}, fields=["status", "name"])
		self.assertEqual([plan.status for plan in plans], ["Cancelled"] * 50)
		about = {"reference_type": "Follow Up", "reference_name": ("in", [plan.name for plan in plans])}
		self.assertEqual(frappe.db.count("ToDo", {**about, "status": "Cancelled"}), 50)
		dates = frappe.get_all("Lead", filters={"name": ("in", leads)}, pluck="l2c_next_follow_up_on")
		self.assertEqual(set(dates), {None})

	def test_planned_follow_ups_that_go_to_the_next_holder(self):
		def transfer(seats: list[str]) -> None:
			move([Move(seat, Event.TRANSFER, self.mate) for seat in seats])

		leads = self.leads_of(self.costs_alike(transfer, plans=True))
		plans = {"lead": ("in", leads), "assigned_to": self.mate, "status": "Planned"}
		names = frappe.get_all("Follow Up", filters=plans, pluck="name")
		self.assertEqual(len(names), 50)
		todos = {"reference_name": ("in", names), "allocated_to": self.mate, "status": "Open"}
		self.assertEqual(frappe.db.count("ToDo", todos), 50)

	def test_seats_that_go_to_another_pool(self):
		seats = self.costs_alike(lambda seats: pool_moves.to_pool(seats, OTHER))
		rows = frappe.get_all(
			"Lead Pool Seat",
			filters={"name": ("in", seats)},
			fields=["pool", "state", "holder", "party_name"],
		)
		self.assertEqual({(row.pool, row.state, row.holder) for row in rows}, {(OTHER, "Available", None)})
		self.assertEqual({row.party_name for row in rows}, {admission.shown_name(OTHER, "Many")})
		logged = {"seat": ("in", seats), "event": pool_moves.CHANGE, "pool": OTHER}
		self.assertEqual(frappe.db.count("Lead Pool Log", logged), 50)

	def test_seats_whose_parties_have_one_in_the_other_pool(self):
		def go(seats: list[str]) -> None:
			pool_moves.to_pool(seats, OTHER)

		def both(count: int) -> list[str]:
			seats = self.held(count, user=self.mate)
			there = admission.admit(
				[admission.Admission(lead, OTHER, "Many") for lead in self.leads_of(seats)]
			)
			move([Move(seat, Event.CLOSE) for seat in there[::2]])
			return seats

		go(both(FEW))
		few, many = both(FEW), both(MANY)
		leads = self.leads_of(many)
		self.assertEqual(statements(lambda: go(many)), statements(lambda: go(few)))
		rows = frappe.get_all(
			"Lead Pool Seat",
			filters={"party": ("in", leads)},
			fields=["name", "pool", "state", "holder", "is_primary"],
		)
		self.assertEqual(len(rows), 50, "one seat a party is left")
		self.assertEqual(
			{(r.pool, r.state, r.holder, r.is_primary) for r in rows}, {(OTHER, "Available", None, 1)}
		)
		self.assertFalse(frappe.db.exists("Lead Pool Log", {"seat": ("in", many)}), "the history went along")
		self.assertEqual(
			set(frappe.get_all("Lead", filters={"name": ("in", leads)}, pluck="lead_owner")), {None}
		)

	def test_what_keeps_the_seats_of_a_member_on_leave(self):
		def ask(seats: list[str]) -> dict:
			rows = [row for row in recycle_run.held(POOL) if row.name in set(seats)]
			cases = recycle_run.judge(rows, policy, today=getdate(nowdate()))
			return recycle_run._answers(cases, {self.rep: absence.ON_LEAVE})

		policy = recycle_run.recycle_rules.policy_of(self.pool)
		seats = self.costs_alike(ask)
		appointment = self._insert(
			"Event", {"status": "Open", "starts_on": add_to_date(now_datetime(), days=2)}
		)
		person = {"reference_doctype": "Lead", "reference_docname": self.leads_of(seats)[0]}
		self._insert("Event Participants", {"parent": appointment, "parenttype": "Event", **person})
		answers = ask(seats).values()
		self.assertEqual(sum(taken for taken, _reason in answers), 49)
		self.assertIn((False, frappe._("Appointment Ahead")), answers)
