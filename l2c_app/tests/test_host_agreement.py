"""What the app relies on in the host itself; the sandbox must give the same answers as a bench."""

from collections.abc import Callable
from datetime import date, datetime
from unittest.mock import patch

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce, Count, Max, Sum
from frappe.utils import (
	add_days,
	add_months,
	add_to_date,
	date_diff,
	flt,
	fmt_money,
	get_last_day,
	getdate,
	nowdate,
)

from l2c_app import compat
from l2c_app.tests.base import bench_only


class HostCase(compat.test_case_class()):
	"""Needs nothing but the framework; everything is rolled back."""

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		self.addCleanup(frappe.db.rollback)
		self.addCleanup(frappe.set_user, "Administrator")

	def todo(self, **values: object):
		"""Insert a ToDo."""
		return frappe.get_doc({"doctype": "ToDo", "description": "call", **values}).insert()

	def segment(self, name: str):
		"""Insert a document that is named by its only field."""
		return frappe.get_doc({"doctype": "Market Segment", "market_segment": name}).insert()


class TestLifeOfADocument(HostCase):
	"""Order of steps, and what is refused."""

	def events_of(self, action: Callable) -> list[str]:
		"""Return the methods that run on a ToDo during an action."""
		seen, original = [], Document.run_method

		def run_method(document: Document, method: str, *args: object, **kwargs: object) -> object:
			if document.doctype == "ToDo":
				seen.append(method)
			return original(document, method, *args, **kwargs)

		with patch.object(Document, "run_method", run_method):
			action()
		return seen

	def test_insert_names_before_it_validates(self) -> None:
		events = self.events_of(self.todo)
		wanted = ["before_insert", "before_naming", "autoname", "before_validate", "validate", "before_save"]
		self.assertEqual(events, [*wanted, "after_insert", "on_update", "on_change"])

	def test_save_validates_before_it_writes(self) -> None:
		todo = self.todo()
		wanted = ["before_validate", "validate", "before_save", "on_update", "on_change"]
		self.assertEqual(self.events_of(todo.save), wanted)

	def test_db_set_runs_only_the_change_hooks(self) -> None:
		todo = self.todo()
		self.assertEqual(
			self.events_of(lambda: todo.db_set("priority", "High")), ["before_change", "on_change"]
		)
		self.assertEqual(frappe.db.get_value("ToDo", todo.name, "priority"), "High")

	def test_delete_runs_trash_then_after_delete(self) -> None:
		todo = self.todo()
		self.assertEqual(self.events_of(todo.delete), ["on_trash", "on_change", "after_delete"])
		self.assertFalse(frappe.db.exists("ToDo", todo.name))

	def test_a_stale_copy_is_refused(self) -> None:
		todo = self.todo()
		stale = frappe.get_doc("ToDo", todo.name)
		todo.save()
		self.assertRaises(frappe.TimestampMismatchError, stale.save)

	def test_missing_values_are_refused(self) -> None:
		self.assertRaises(frappe.MandatoryError, self.todo, description="")

	def test_a_value_outside_the_options_is_refused(self) -> None:
		self.assertRaises(frappe.ValidationError, self.todo, priority="Sometime")

	def test_a_link_to_nothing_is_refused(self) -> None:
		self.assertRaises(frappe.LinkValidationError, self.todo, allocated_to="nobody@l2c.example.com")

	def test_a_dynamic_link_needs_its_document(self) -> None:
		self.assertRaises(
			frappe.LinkValidationError, self.todo, reference_type="Role", reference_name="No Such Role"
		)

	def test_a_link_takes_the_case_of_its_target(self) -> None:
		todo = self.todo(role="sales USER")
		self.assertEqual(todo.role, "Sales User")

	def test_too_long_values_are_refused(self) -> None:
		self.assertRaises(frappe.CharacterLengthExceededError, self.segment, "x" * 141)

	def test_defaults_come_before_validation(self) -> None:
		todo = self.todo()
		self.assertEqual((todo.status, todo.priority), ("Open", "Medium"))
		self.assertEqual(str(todo.date), nowdate())
		self.assertIsNone(frappe.new_doc("ToDo").name)

	def test_submitting_what_cannot_be_cancelled_directly(self) -> None:
		todo = self.todo()
		todo.docstatus = 2
		self.assertRaises(frappe.DocstatusTransitionError, todo.save)

	def test_reading_nothing_is_refused(self) -> None:
		self.assertRaises(frappe.DoesNotExistError, frappe.get_doc, "ToDo", "no such name")

	def test_changes_are_seen_across_types(self) -> None:
		todo = self.todo(date="2026-01-31")
		again = frappe.get_doc("ToDo", todo.name)
		again.date = "2026-01-31"
		again.description = "write"
		again.save()
		self.assertFalse(again.has_value_changed("date"))
		self.assertTrue(again.has_value_changed("description"))
		self.assertEqual(again.get_doc_before_save().description, "call")

	def test_a_copy_is_new_and_keeps_its_values(self) -> None:
		copy = frappe.copy_doc(self.todo(priority="Low"))
		self.assertIsNone(copy.name)
		self.assertTrue(copy.is_new())
		self.assertEqual(copy.insert().priority, "Low")

	def test_unknown_attributes_fail_and_unknown_keys_are_none(self) -> None:
		todo = self.todo()
		self.assertIsNone(todo.get("l2c_no_such_field"))
		self.assertRaises(AttributeError, lambda: todo.l2c_no_such_field)


class TestCollation(HostCase):
	"""Keys are equal without regard to case, accents and trailing blanks."""

	@bench_only("SQLite equals letters of another case, not accents")
	def test_a_name_that_differs_only_in_case_or_accents_is_taken(self) -> None:
		self.segment("L2C Café")
		for same in ("l2c café", "L2C CAFE", "L2C Cafe"):
			self.assertRaises(frappe.DuplicateEntryError, self.segment, same)

	@bench_only("SQLite equals letters of another case, not accents or trailing blanks")
	def test_a_look_up_finds_it_and_answers_with_the_stored_name(self) -> None:
		self.segment("L2C Café")
		self.assertEqual(frappe.db.exists("Market Segment", "l2c cafe"), "L2C Café")
		self.assertEqual(frappe.db.get_value("Market Segment", {"market_segment": "L2C CAFE "}), "L2C Café")

	def test_patterns_ignore_case(self) -> None:
		self.segment("L2C Café")
		found = frappe.get_all(
			"Market Segment", filters={"name": ("like", "l2c c%")}, pluck="name", order_by="name"
		)
		self.assertEqual(found, ["L2C Café"])


class TestLists(HostCase):
	"""NULL, empty lists, orders and types of what comes back."""

	def setUp(self) -> None:
		super().setUp()
		self.with_role = self.todo(role="Sales User", date="2026-01-31").name
		self.without_role = self.todo(date="2026-02-28").name
		self.all = {"name": ("in", [self.with_role, self.without_role])}

	def names(self, **filters: object) -> set[str]:
		"""Return which of our two the list gives."""
		return set(frappe.get_all("ToDo", filters={**self.all, **filters}, pluck="name", order_by="name"))

	def test_get_all_reads_null_as_empty(self) -> None:
		self.assertEqual(self.names(role=("!=", "Sales User")), {self.without_role})
		self.assertEqual(self.names(role=("not in", ["Sales User"])), {self.without_role})
		self.assertEqual(self.names(role=""), {self.without_role})
		self.assertEqual(self.names(role=("in", ["", "Sales User"])), {self.with_role, self.without_role})

	def test_get_value_and_count_do_not(self) -> None:
		filters = {**self.all, "role": ("!=", "Sales User")}
		self.assertIsNone(frappe.db.get_value("ToDo", filters))
		self.assertEqual(frappe.db.count("ToDo", filters), 0)

	def test_set_and_not_set(self) -> None:
		self.assertEqual(self.names(role=("is", "set")), {self.with_role})
		self.assertEqual(self.names(role=("is", "not set")), {self.without_role})

	def test_an_empty_list_matches_nothing(self) -> None:
		self.assertEqual(frappe.get_all("ToDo", filters={"name": ("in", [])}, order_by="name"), [])

	def test_dates_compare_and_come_back_as_dates(self) -> None:
		self.assertEqual(self.names(date=("<", "2026-02-01")), {self.with_role})
		self.assertEqual(self.names(date=("between", ["2026-02-01", date(2026, 2, 28)])), {self.without_role})
		self.assertEqual(frappe.db.get_value("ToDo", self.with_role, "date"), date(2026, 1, 31))
		self.assertIsInstance(frappe.db.get_value("ToDo", self.with_role, "creation"), datetime)

	def test_a_day_holds_all_its_moments(self) -> None:
		self.assertEqual(
			self.names(creation=("between", [nowdate(), nowdate()])), {self.with_role, self.without_role}
		)

	def test_one_value_many_values_and_dicts(self) -> None:
		self.assertEqual(frappe.db.get_value("ToDo", self.with_role, "role"), "Sales User")
		self.assertEqual(
			frappe.db.get_value("ToDo", self.with_role, ["role", "status"]), ("Sales User", "Open")
		)
		row = frappe.db.get_value("ToDo", self.with_role, ["role", "status"], as_dict=True)
		self.assertEqual((row.role, row.status), ("Sales User", "Open"))
		self.assertIsNone(frappe.db.get_value("ToDo", "no such name", "role"))

	def test_order_and_limit(self) -> None:
		latest = frappe.get_all(
			"ToDo", filters=self.all, fields=["name", "date"], order_by="date desc", limit=1
		)
		self.assertEqual([row.name for row in latest], [self.without_role])

	def test_conditions_in_a_list_and_alternatives(self) -> None:
		either = {"role": "Sales User", "date": "2026-02-28"}
		found = frappe.get_all("ToDo", filters=self.all, or_filters=either, pluck="name", order_by="name")
		self.assertEqual(set(found), {self.with_role, self.without_role})
		found = frappe.get_all(
			"ToDo", filters=[["name", "in", self.all["name"][1]], ["role", "=", "Sales User"]], pluck="name"
		)
		self.assertEqual(found, [self.with_role])

	def test_aggregates_keep_their_types(self) -> None:
		table = frappe.qb.DocType("ToDo")
		query = frappe.qb.from_(table).where(table.name.isin(self.all["name"][1]))
		latest, number, text = query.select(Max(table.date), Count("*"), Max(Coalesce(table.role, ""))).run()[
			0
		]
		self.assertEqual((latest, number, text), (date(2026, 2, 28), 2, "Sales User"))
		nothing = (
			frappe.qb.from_(table).select(Sum(table.idx)).where(table.name == "no such name").run()[0][0]
		)
		self.assertIsNone(nothing)

	def test_an_update_by_query_is_seen(self) -> None:
		table = frappe.qb.DocType("ToDo")
		frappe.qb.update(table).set(table.priority, "High").where(table.name == self.with_role).run()
		self.assertEqual(frappe.db.get_value("ToDo", self.with_role, "priority"), "High")

	def test_a_list_of_a_user_holds_what_he_may_read(self) -> None:
		frappe.set_user("Guest")
		self.assertRaises(frappe.PermissionError, frappe.get_list, "Role", order_by="name")


class TestTransactions(HostCase):
	"""Callbacks and save points."""

	def test_a_rollback_drops_what_waited_for_the_commit(self) -> None:
		seen = []
		frappe.db.before_commit.add(lambda: seen.append("before commit"))
		frappe.db.after_commit.add(lambda: seen.append("after commit"))
		frappe.db.before_rollback.add(lambda: seen.append("before rollback"))
		frappe.db.after_rollback.add(lambda: seen.append("after rollback"))
		frappe.db.rollback()
		frappe.db.before_commit.run()
		frappe.db.after_commit.run()
		self.assertEqual(seen, ["before rollback", "after rollback"])

	def test_a_save_point_undoes_only_what_came_after(self) -> None:
		kept = self.todo().name
		frappe.db.savepoint("here")
		undone = self.todo().name
		frappe.db.rollback(save_point="here")
		self.assertTrue(frappe.db.exists("ToDo", kept))
		self.assertFalse(frappe.db.exists("ToDo", undone))

	def test_a_save_point_keeps_the_callbacks(self) -> None:
		seen = []
		frappe.db.after_rollback.add(lambda: seen.append("rolled back"))
		frappe.db.savepoint("here")
		frappe.db.rollback(save_point="here")
		self.assertEqual(seen, [])


class TestFigures(HostCase):
	"""Rounding and dates."""

	def test_ties_go_to_the_even_digit(self) -> None:
		cases = {(0.5, 0): 0, (1.5, 0): 2, (2.5, 0): 2, (0.125, 2): 0.12, (0.135, 2): 0.14, (2.675, 2): 2.68}
		for (number, precision), wanted in cases.items():
			with self.subTest(number=number):
				self.assertEqual(flt(number, precision, "Banker's Rounding"), wanted)

	@bench_only("the sandbox has a new site's rounding method only")
	def test_other_methods(self) -> None:
		self.assertEqual(flt(0.125, 2, "Commercial Rounding"), 0.13)
		self.assertEqual(flt(-2.5, 0, "Commercial Rounding"), -3)
		self.assertEqual(flt(0.125, 2, "Banker's Rounding (legacy)"), 0.13)

	def test_texts_are_numbers_if_they_look_so(self) -> None:
		self.assertEqual([flt("1,234.5"), flt(None), flt("many"), flt("")], [1234.5, 0, 0, 0])

	def test_money_as_text(self) -> None:
		self.assertEqual(fmt_money(1234567.891, precision=2), "1,234,567.89")
		self.assertEqual(fmt_money(-1234.5, precision=2), "-1,234.50")

	def test_months_end_where_they_end(self) -> None:
		self.assertEqual(add_months("2026-01-31", 1), "2026-02-28")
		self.assertEqual(add_days("2026-02-28", 1), "2026-03-01")
		self.assertEqual(get_last_day("2028-02-01"), date(2028, 2, 29))
		self.assertEqual(date_diff("2026-03-01", "2026-02-28"), 1)
		self.assertEqual(add_to_date(date(2026, 1, 1), days=-1), date(2025, 12, 31))
		self.assertEqual(getdate(""), getdate())


class TestSettings(HostCase):
	"""Singles, and the cached copies."""

	def test_a_single_value_is_cast_and_seen_at_once(self) -> None:
		frappe.db.set_single_value("L2C Settings", "modified_by", "Administrator")
		before = frappe.get_cached_doc("System Settings").language
		frappe.db.set_single_value("System Settings", "language", "zh")
		self.assertEqual(before, "en")
		self.assertEqual(frappe.db.get_single_value("System Settings", "language"), "zh")

	def test_a_cached_document_follows_set_value(self) -> None:
		name = self.segment("L2C Cached").name
		self.assertEqual(frappe.get_cached_value("Market Segment", name, "market_segment"), "L2C Cached")
		frappe.db.set_value("Market Segment", name, "market_segment", "L2C Fresh")
		self.assertEqual(frappe.get_cached_value("Market Segment", name, "market_segment"), "L2C Fresh")
		self.assertIsNone(frappe.get_cached_value("Market Segment", "no such name", "market_segment"))
