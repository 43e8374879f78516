"""Whole files of leads: previewed, imported in the background, resumed after a stop or a kill without a row twice."""

import io
import json
from unittest.mock import Mock, patch

import frappe
from frappe.utils import add_to_date, now_datetime

from l2c_app.api import lead_import as api
from l2c_app.jobs import pools
from l2c_app.services import errors
from l2c_app.services.lead import import_plan, import_run_work, import_runs, lead_file, lead_import
from l2c_app.tests import doors_off, factories
from l2c_app.tests.base import L2CTestCase, bench_only

POOL = "L2C Import Runs"
ROW = import_runs.ROW


@bench_only("files of the host")
class TestImportRuns(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.chief = factories.sales_manager("importrun.chief")
		self.rep = factories.sales_user("importrun.rep")
		factories.lead_pool(POOL, members=(self.rep,))

	def file(self, content: str | bytes, name: str = "leads.csv", *, by: str | None = None) -> str:
		"""Return the name of an uploaded private file."""
		with self.as_user(by or self.chief):
			values = {"doctype": "File", "file_name": name, "is_private": 1, "content": content}
			return frappe.get_doc(values).insert().name

	def csv(self, *numbers: int) -> str:
		"""Return a file with a good line per number; equal numbers are the same lead."""
		lines = [
			f"Filed {n},+86138000{n:05d},filed{n}@importrun.example.com,Product Enquiry" for n in numbers
		]
		return "\n".join(["Organization Name,Mobile No,Email,Request Type", *lines])

	def start(self, content: str | bytes, name: str = "leads.csv", mode: str = "Preview") -> str:
		"""Start a run as the chief and let it end."""
		file = self.file(content, name)
		with self.as_user(self.chief):
			run = api.start(file, mode=mode)
		self.finish(run)
		return run

	def finish(self, run: str) -> None:
		"""Do a run to its end, as its job would, in one transaction."""
		while import_run_work.step(run):
			pass

	def back(self, **_where: object) -> None:
		"""Stand for a rollback: to the savepoint that the test set, not to before the test."""
		frappe.db.sql("rollback to savepoint l2c_before_work")

	def counts(self, run: str) -> tuple:
		"""Return (state, rows, imported, skipped, failed) of a run."""
		fields = ["state", "total_rows", "done_rows", "skipped_rows", "failed_rows"]
		return frappe.db.get_value(import_runs.RUN, run, fields)

	def rows(self, run: str, field: str) -> list:
		"""Return a field of the rows of a run, in their order."""
		return frappe.get_all(ROW, filters={"run": run}, pluck=field, order_by="name")

	def leads(self) -> int:
		"""Return how many leads came from files of this test."""
		return frappe.db.count("Lead", {"company_name": ("like", "Filed %")})

	def test_a_preview_judges_every_line_and_changes_nothing(self):
		factories.pooled_lead("Known", mobile_no="+8613800000003")
		text = self.csv(1, 2, 1, 3) + '\n,,\n"No Contact",,\n' + "\nName Only?,12,not-a-mail"
		run = self.start(text)
		# lines 2 and 3 would go, 4 repeats 2, 5 is known, 7 has no contact, 9 has an address that the host refuses
		self.assertEqual(self.counts(run), ("Done", 6, 0, 2, 2))
		self.assertEqual(self.rows(run, "line"), [2, 3, 4, 5, 7, 9])
		self.assertEqual(
			self.rows(run, "status"), ["Planned", "Planned", "Skipped", "Skipped", "Failed", "Failed"]
		)
		reasons = self.rows(run, "reason")
		self.assertIn("line 2", reasons[2])
		self.assertIn("Phone", reasons[3])
		self.assertTrue(reasons[4])
		self.assertIn("is not a valid Email Address", reasons[5])
		self.assertEqual(self.leads(), 0)

	def test_a_preview_refuses_the_mail_addresses_that_the_import_refuses_and_judges_each_once(self):
		mails = ("", "a@b.example.com", "nobody", "a@b.example.com", "nobody", '"a@b.example.com,nobody"')
		lines = [f"Filed {n},+86138000001{n:02d},{mail}" for n, mail in enumerate(mails, start=1)]
		judge = Mock(wraps=lead_import.validate_email_address)
		with patch.object(lead_import, "validate_email_address", judge):
			run = self.start("\n".join(["Organization Name,Mobile No,Email", *lines]))
		# the second row of an address repeats the first; one that repeats a refused row is judged by its own phone
		self.assertEqual(
			self.rows(run, "status"), ["Planned", "Planned", "Failed", "Skipped", "Failed", "Failed"]
		)
		self.assertEqual(judge.call_count, 3)
		self.assertEqual(frappe.get_message_log(), [])
		for bad, number in (("nobody", 5), ("a@b.example.com,nobody", 6)):
			with self.subTest(bad=bad):
				lead = {"doctype": "Lead", "company_name": f"Filed {number}", "email_id": bad}
				self.assertRaises(frappe.InvalidEmailAddressError, frappe.get_doc(lead).insert)
		with self.as_user(self.chief):
			api.commit_preview(run)
		self.finish(run)
		self.assertEqual(self.counts(run), ("Done", 6, 2, 1, 3))

	def test_a_preview_names_the_values_that_no_lead_can_take(self):
		run = self.start("Organization Name,Mobile No,Industry\nFiled 1,+8613800000001,No Such Trade")
		self.assertEqual(self.rows(run, "status"), ["Planned"])
		self.assertIn("No Such Trade", self.rows(run, "reason")[0])

	def test_what_the_preview_shows_is_imported_and_seated_and_its_contact_data_leave_the_rows(self):
		run = self.start(self.csv(1, 2, 1))
		with self.as_user(self.chief):
			api.commit_preview(run)
		self.finish(run)
		self.assertEqual(self.counts(run), ("Done", 3, 2, 1, 0))
		self.assertEqual((self.leads(), frappe.db.get_value(import_runs.RUN, run, "progress")), (2, 100))
		leads = self.rows(run, "lead")[:2]
		for lead in leads:
			self.assertEqual(factories.seat_of(lead, POOL).state, "Available")
			self.assertEqual(frappe.db.get_value("Lead", lead, "owner"), self.chief)
		self.assertEqual([bool(text) for text in self.rows(run, "content")], [False, False, True])
		with self.as_user(self.chief):
			self.assertRaises(errors.LeadImportState, api.commit_preview, run)

	def test_a_line_that_repeats_one_that_failed_is_imported_itself(self):
		lines = [
			"Organization Name,Mobile No,Email",
			"Filed 1,+8613800000001,not a mail",
			"Filed 1,+8613800000001,",
		]
		run = self.start("\n".join(lines), mode="Commit")
		self.assertEqual(self.rows(run, "status"), ["Failed", "Done"])
		self.assertEqual(self.counts(run), ("Done", 2, 1, 0, 1))

	def test_stopped_in_the_middle_it_goes_on_behind_what_is_done(self):
		file = self.file(self.csv(*range(1, 6)))
		with self.as_user(self.chief):
			run = api.start(file, mode="Commit")
		with patch.object(import_run_work, "CHUNK", 2):
			self.assertTrue(import_run_work.step(run))  # the plan
			self.assertTrue(import_run_work.step(run))
			with self.as_user(self.chief):
				api.stop(run)
			self.finish(run)
			self.assertEqual(self.counts(run), ("Stopped", 5, 2, 0, 0))
			with self.as_user(self.chief):
				api.resume(run)
			self.finish(run)
		self.assertEqual(self.counts(run), ("Done", 5, 5, 0, 0))
		self.assertEqual(self.leads(), 5)
		with self.as_user(self.chief):
			self.assertRaises(errors.LeadImportState, api.resume, run)
			self.assertRaises(errors.LeadImportState, api.stop, run)

	def test_an_error_of_the_whole_run_fails_it_with_its_text_and_it_can_be_resumed(self):
		file = self.file(self.csv(1))
		with self.as_user(self.chief):
			run = api.start(file, mode="Commit")
		frappe.db.savepoint("l2c_before_work")
		with (
			patch.object(lead_file, "read", side_effect=OSError("the disk is gone")),
			patch.object(frappe.db, "rollback", self.back),
		):
			import_run_work.work(run, commit=lambda: None)
		state, error = frappe.db.get_value(import_runs.RUN, run, ["state", "error"])
		self.assertEqual((state, error), ("Failed", "the disk is gone"))
		with self.as_user(self.chief):
			api.resume(run)
		import_run_work.work(run, commit=lambda: None)
		self.assertEqual(self.counts(run), ("Done", 1, 1, 0, 0))

	def test_spreadsheets_lists_and_files_of_chinese_spreadsheets_are_read(self):
		from openpyxl import Workbook

		book, content = Workbook(), io.BytesIO()
		for cells in (
			("Mobile No", "Lead Name"),
			(13800000011, "Sheet One"),
			(None, None),
			(13800000012.0, "Two"),
		):
			book.active.append(cells)
		book.save(content)
		run = self.start(content.getvalue(), "leads.xlsx")
		self.assertEqual((self.rows(run, "line"), self.rows(run, "status")), ([2, 4], ["Planned"] * 2))
		self.assertEqual(json.loads(self.rows(run, "content")[1])["mobile_no"], "13800000012")
		text = "lead_name,mobile_no,鞋码\n王小明,13800000013,42".encode("gb18030")
		with self.settings("L2C Settings", default_country="China"):
			run = self.start(text, "线索.csv")
		self.assertEqual(json.loads(self.rows(run, "content")[0])["lead_name"], "王小明")
		self.assertEqual(frappe.db.get_value(import_runs.RUN, run, "left_columns"), "鞋码")

	def test_rows_sent_by_another_system_are_a_run_as_well(self):
		good = {"company_name": "Filed 21", "mobile_no": "+8613800000021"}
		with self.as_user(self.chief):
			run = api.start_rows(json.dumps([good, "text", good]), mode="Commit")
			self.finish(run)
			for rows in ("{broken", "[]", '{"company_name": "x"}'):
				self.assertRaises(errors.RowsUnreadable, api.start_rows, rows)
		self.assertEqual(self.rows(run, "status"), ["Done", "Failed", "Skipped"])

	def test_files_that_cannot_be_read_are_refused_with_the_reason(self):
		with self.as_user(self.chief), self.assertRaises(errors.RowsUnreadable):
			api.start(self.file("x", "leads.docx"))
		for content, name in (
			("Shoe Size\n42", "a.csv"),
			("", "b.csv"),
			("no zip", "c.xlsx"),
			("{", "d.json"),
		):
			with self.subTest(name=name), self.as_user(self.chief):
				run = api.start(self.file(content or "\n", name))
				self.assertRaises(errors.RowsUnreadable, import_run_work.step, run)
		with patch.object(lead_file, "MOST_ROWS", 1), self.as_user(self.chief):
			run = api.start(self.file(self.csv(1, 2)))
			self.assertRaises(errors.TooManyRows, import_run_work.step, run)

	def test_who_may_not_import_leads_starts_nothing_and_sees_nobody_elses_run(self):
		mine = self.file(self.csv(1), by=self.rep)
		other = factories.sales_manager("importrun.other")
		run = self.start(self.csv(1))
		with self.as_user(self.rep):
			self.assertRaises(frappe.PermissionError, api.start, mine)
			self.assertRaises(frappe.PermissionError, api.start_rows, [{}])
		for user in (self.rep, other):
			with self.subTest(user=user), self.as_user(user):
				self.assertRaises(frappe.PermissionError, api.commit_preview, run)
				for doctype in (import_runs.RUN, ROW):
					self.assertEqual(frappe.get_list(doctype), [])
				self.assertFalse(frappe.has_permission(import_runs.RUN, "read", doc=run))
				self.assertFalse(frappe.has_permission(ROW, "read", doc=f"{run}-00000001"))
		with self.as_user(other):
			self.assertRaises(frappe.PermissionError, api.start, mine)
		with self.as_user(self.chief):
			self.assertEqual([row.name for row in frappe.get_list(import_runs.RUN)], [run])
			self.assertEqual(len(frappe.get_list(ROW)), 1)

	def test_who_lost_the_right_meanwhile_imports_nothing_more(self):
		run = self.start(self.csv(1))
		with self.as_user(self.chief):
			api.commit_preview(run)
		frappe.db.set_value("User", self.chief, "enabled", 0)
		self.assertRaises(frappe.PermissionError, import_run_work.step, run)
		self.assertEqual(self.leads(), 0)

	def test_one_import_of_a_user_at_a_time(self):
		run = self.start(self.csv(1))
		with self.as_user(self.chief):
			first = api.start(self.file(self.csv(2)), mode="Commit")
			self.assertRaises(errors.RunInProgress, api.start, self.file(self.csv(3)), mode="Commit")
			self.assertRaises(errors.RunInProgress, api.commit_preview, run)
			self.assertRaises(errors.LeadImportState, frappe.delete_doc, import_runs.RUN, first)

	def test_rows_and_file_go_with_the_run(self):
		run = self.start(self.csv(1))
		file = frappe.db.get_value(import_runs.RUN, run, "file")
		with self.as_user(self.chief):
			frappe.delete_doc(import_runs.RUN, run)
		self.assertEqual((self.rows(run, "name"), frappe.db.exists("File", file)), ([], None))

	def test_a_run_whose_process_died_is_found_by_either_side_of_the_clock(self):
		with self.as_user(self.chief):
			run = api.start(self.file(self.csv(1)))
		self.assertNotIn(run, import_run_work.stalled())
		for minutes in (-11, 11):
			with self.subTest(minutes=minutes), patch.object(import_runs, "queue") as queued:
				beat = {"heartbeat_on": add_to_date(now_datetime(), minutes=minutes)}
				frappe.db.set_value(import_runs.RUN, run, beat)
				self.assertIn(run, pools.resume_pool_runs())
				queued.assert_any_call(run)

	def test_a_chunk_asks_for_a_territory_once_and_marks_its_rows_by_one_statement(self):
		head, *lines = self.csv(1, 2, 3).split("\n")
		content = "\n".join([f"{head},Territory", *(f"{line},All Territories" for line in lines)])
		run = self.start(content)
		with self.as_user(self.chief):
			api.commit_preview(run)
		sent = doors_off.statements(lambda: import_run_work.step(run))
		marks = [text for text in sent if text.startswith(f"UPDATE `tab{ROW}`")]
		asked = [text for text in sent if "FROM `tabTerritory` WHERE `name`" in text]
		self.assertEqual((len(marks), len(asked) <= 2), (1, True))  # the host may ask once more
		self.finish(run)
		self.assertEqual(self.counts(run), ("Done", 3, 3, 0, 0))
		leads = self.rows(run, "lead")
		names = [frappe.db.get_value("Lead", lead, "company_name") for lead in leads]
		self.assertEqual(names, ["Filed 1", "Filed 2", "Filed 3"])
		self.assertEqual(self.rows(run, "content"), [None] * 3)

	def test_a_deadlock_or_a_lock_that_is_not_free_leaves_nothing_of_its_chunk_which_begins_again(self):
		for error, numbers in ((frappe.QueryDeadlockError, (1, 2)), (frappe.QueryTimeoutError, (3, 4))):
			with self.subTest(error=error.__name__):
				run = self.start(self.csv(*numbers))
				with self.as_user(self.chief):
					api.commit_preview(run)
				calls = self.work_with(run, second_raises=error("met somebody"))
				self.assertEqual((calls, self.counts(run)), (4, ("Done", 2, 2, 0, 0)))
				self.assertEqual(self.leads(), max(numbers))

	def work_with(self, run: str, *, second_raises: Exception) -> int:
		"""Do a run whose second lead meets an error once; returns how many leads were tried."""
		insert, calls = lead_import._insert, []

		def second_fails(*arguments: object) -> object:
			calls.append(arguments)
			if len(calls) == 2:
				raise second_raises
			return insert(*arguments)

		frappe.db.savepoint("l2c_before_work")
		with (
			patch.object(lead_import, "_insert", second_fails),
			patch.object(frappe.db, "rollback", self.back),
		):
			import_run_work.work(run, commit=lambda: None)
		return len(calls)

	def test_rows_that_repeat_others_in_other_spellings_cost_no_statement_and_name_their_line(self):
		"""Three rows of one lead and thirty: as many statements, once the host's caches are warm. A repeated row tells the
		line, not only that it is known."""
		ways = (
			"+8613800000031,",
			'"+86 138-0000-0031",FILED31@Importrun.Example.com',
			",  filed31@importrun.example.com",
		)
		first = self.csv(31)
		sent = []
		for times in (1, 1, 10):
			run = self.start(first + "".join(f"\nFiled Again,{way}," for way in ways) * times)
			frappe.db.savepoint("l2c_before_work")
			with self.as_user(self.chief):
				api.commit_preview(run)
			sent.append(len(doors_off.statements(lambda run=run: self.finish(run))))
			self.assertEqual(self.counts(run)[1:], (3 * times + 1, 1, 3 * times, 0))
			self.assertEqual(set(self.rows(run, "reason")[1:]), {"Same phone or mail address as in line 2."})
			self.back()
		self.assertEqual(sent[1], sent[2])

	def test_a_row_whose_first_is_refused_becomes_the_lead_and_the_next_one_repeats_it(self):
		head = self.csv()
		lines = (
			"Filed 41,+8613800000041,no address,",
			"Filed 42,138 0000 0041,,",
			"Filed 43,+86 13800000041,,",
		)
		with self.settings("L2C Settings", default_country="China"):
			run = self.start("\n".join([head, *lines]), mode="Commit")
		self.assertEqual(self.counts(run), ("Done", 3, 1, 1, 1))
		self.assertEqual(self.rows(run, "status"), ["Failed", "Done", "Skipped"])
		self.assertEqual(frappe.db.get_value("Lead", self.rows(run, "lead")[1], "company_name"), "Filed 42")

	def test_a_piece_ends_before_more_new_leads_than_others_should_wait_for(self):
		with self.as_user(self.chief):
			run = api.start(self.file(self.csv(1, 1, 2, 2, 3, 3)), mode="Commit")
		self.assertTrue(import_run_work.step(run))
		with patch.object(import_run_work, "CHUNK", 2):
			self.assertTrue(import_run_work.step(run))
			self.assertEqual(self.counts(run), ("Running", 6, 2, 3, 0))
			self.finish(run)
		self.assertEqual(self.counts(run), ("Done", 6, 3, 3, 0))

	def test_a_large_file_is_planned_in_pieces_and_its_duplicates_are_found_across_them(self):
		"""Two thousand and one lines: the last one repeats the first, two pieces before it."""
		rows = [(n, {"company_name": f"Filed {n}", "mobile_no": f"+861390{n:07d}"}) for n in range(1, 2001)]
		rows.append((2001, rows[0][1]))
		with self.as_user(self.chief):
			run = api.start_rows([{}])
		import_plan.store(frappe.get_doc(import_runs.RUN, run), rows)
		found = frappe.get_all(ROW, filters={"run": run, "status": "Skipped"}, fields=["idx", "reason"])
		self.assertEqual([row.idx for row in found], [2001])
		self.assertIn("line 1", found[0].reason)
		self.assertEqual(frappe.db.count(ROW, {"run": run}), 2001)
		stamps = frappe.db.get_value(ROW, f"{run}-00002001", ["owner", "modified_by", "docstatus", "idx"])
		self.assertEqual(stamps, (self.chief, self.chief, 0, 2001))
