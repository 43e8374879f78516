"""A file through the host's own Data Import, run by a sales manager: every row is answered, none takes another along."""

import csv
import io
import json

import frappe

from l2c_app.services.pool import visibility
from l2c_app.tests import factories
from l2c_app.tests.base import IN_SANDBOX, L2CTestCase, bench_only

if not IN_SANDBOX:
	from frappe.core.doctype.data_import.data_import import start_import

POOL = "L2C Data Import"
COLUMNS = ("First Name", "Organization Name", "Mobile No", "Email", "City", "Lead Owner", "Request Type")
TOWN = "Importville"
ELSEWHERE = "Elsewhere by Import"
HOSTILE = (
	"Robert'); DROP TABLE tabLead;--",
	"1') or sleep(2)--",
	"شركة النور للتجارة",
	"🚀 Rocket 公司",
)


@bench_only("the Data Import of the host commits each row")
class TestDataImport(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.clean_up)
		self.member = factories.sales_user("dataimport.member")
		self.importer = factories.user("dataimport.importer", "Sales Manager", "Sales Master Manager")
		filters = json.dumps([["city", "=", TOWN]])
		factories.lead_pool(POOL, members=(self.member,), admission_filters=filters)
		self.known = factories.lead("Known Before", city=TOWN, mobile_no="+8613900555001", first_name="Known")
		self.right = factories.make(
			"Custom DocPerm", parent="Data Import", role="Sales Master Manager", read=1, write=1, create=1
		)
		frappe.clear_cache(doctype="Data Import")
		frappe.db.commit()

	def clean_up(self) -> None:
		"""Take away what the import committed."""
		frappe.set_user("Administrator")
		frappe.db.rollback()
		for lead in frappe.get_all(
			"Lead", filters={"city": ("in", (TOWN, ELSEWHERE))}, pluck="name", order_by="name"
		):
			frappe.delete_doc("Lead", lead, force=True)
		frappe.db.delete("Lead Pool Seat", {"pool": POOL})
		frappe.db.delete("Lead Pool Log", {"pool": POOL})
		frappe.delete_doc("Lead Pool", POOL, force=True, ignore_missing=True)
		for name in frappe.get_all(
			"Data Import", filters={"owner": self.importer}, pluck="name", order_by="name"
		):
			frappe.delete_doc("Data Import", name, force=True)
		frappe.db.delete("Custom DocPerm", {"parent": "Data Import", "role": "Sales Master Manager"})
		frappe.clear_cache(doctype="Data Import")
		frappe.db.commit()
		visibility.pools_changed()

	def run_file(
		self, columns: tuple, rows: list[tuple], *, kind: str = "Insert New Records"
	) -> dict[int, dict]:
		"""Import rows as a CSV attached to a Data Import; returns {row of the file: its log}, the first data row is 2."""
		text = io.StringIO()
		csv.writer(text).writerows([columns, *rows])
		with self.as_user(self.importer):
			values = {"reference_doctype": "Lead", "import_type": kind, "submit_after_import": 0}
			document = frappe.get_doc(doctype="Data Import", mute_emails=1, **values).insert()
			attached = {"attached_to_doctype": "Data Import", "attached_to_name": document.name}
			attached["content"] = text.getvalue()
			file = frappe.get_doc(doctype="File", file_name="leads.csv", is_private=1, **attached).insert()
			document.import_file = file.file_url
			document.save()
			frappe.db.commit()
			start_import(document.name)
		self.document = document.reload()
		logs = frappe.get_all(
			"Data Import Log",
			filters={"data_import": document.name},
			fields=["row_indexes", "success", "docname", "messages", "exception"],
			order_by="log_index",
		)
		return {index: log for log in logs for index in json.loads(log.row_indexes)}

	def good(self, number: int, **values: str) -> tuple:
		"""Return a row with its own phone and mail."""
		row = {
			"First Name": f"Imported {number}",
			"Organization Name": f"Imported Company {number}",
			"Mobile No": f"+86 139-0055-6{number:03d}",
			"Email": f"Row{number}@Import.Example.com",
			"City": TOWN,
			"Lead Owner": "",
			"Request Type": "Product Enquiry",
		}
		row.update(values)
		return tuple(row[column] for column in COLUMNS)

	def test_pain_import_straight_to_the_pool_and_every_row_answered(self):
		"""Leads imported straight into the pool; one bad row never takes the others along."""
		rows = [
			self.good(1),
			self.good(2, **{"First Name": "", "Organization Name": "", "Email": ""}),
			self.good(3, Email="not an address"),
			self.good(4, **{"Organization Name": "x" * 10_000}),
			*[self.good(10 + place, **{"Organization Name": name}) for place, name in enumerate(HOSTILE)],
			self.good(20, **{"First Name": '"><img src=x onerror=alert(1)>'}),
			self.good(21, **{"Lead Owner": self.member}),
			self.good(22, **{"Mobile No": "+86 139 0055 5001"}),
			self.good(5),
		]
		logs = self.run_file(COLUMNS, rows)
		self.assertEqual(len(logs), len(rows), self.document.template_warnings)
		told = {index - 2: log for index, log in logs.items()}
		refused = {place for place, log in told.items() if not log.success}
		self.assertEqual(refused - {8}, {1, 2, 3})  # markup in a name: refused in its row, or stored harmless
		for place in refused:
			self.assertTrue(json.loads(told[place].messages or "[]") or told[place].exception)
		self.assertEqual(self.document.status, "Partial Success")
		self.seated(told)
		self.stored(told)
		self.masked(told[10].docname)

	def seated(self, told: dict[int, dict]) -> None:
		"""Every arrived lead has a seat: free, or held by the member whom the file names."""
		for place, log in told.items():
			if log.success:
				seat = factories.seat_of(log.docname, POOL)
				owner = self.member if place == 9 else None
				self.assertEqual((seat.state, seat.holder or None), ("Held" if owner else "Available", owner))
				self.assertEqual(frappe.db.get_value("Lead", log.docname, "lead_owner") or None, owner)

	def stored(self, told: dict[int, dict]) -> None:
		"""Texts are stored as texts, keys normalised."""
		for place, name in enumerate(HOSTILE, start=4):
			self.assertEqual(frappe.db.get_value("Lead", told[place].docname, "company_name"), name)
		self.assertEqual(frappe.get_all("Lead", filters={"first_name": ("like", "%onerror%")}, limit=1), [])
		keys = frappe.get_all(
			"L2C Party Key", filters={"party": told[0].docname}, fields=["kind", "value"], order_by="kind"
		)
		self.assertIn("+8613900556001", [row.value for row in keys])
		self.assertIn("row1@import.example.com", [row.value for row in keys])

	def masked(self, lead: str) -> None:
		"""A duplicate arrives and says on its timeline what it is a duplicate of, without contact data or name."""
		filters = {"reference_doctype": "Lead", "reference_name": lead, "comment_type": "Info"}
		notes = frappe.get_all("Comment", filters=filters, pluck="content", order_by="creation")
		self.assertEqual(len(notes), 1, notes)
		self.assertIn(POOL, notes[0])
		for secret in ("13900555001", "0055 5001", "Known Before", self.known.name):
			self.assertNotIn(secret, notes[0])

	def test_updating_by_file_moves_owners_by_the_one_path_and_closed_rows_are_refused(self):
		held = self.run_file(COLUMNS, [self.good(1, **{"Lead Owner": self.member}), self.good(2)])
		leads = [held[index].docname for index in sorted(held)]
		outside = factories.lead("Outside", city=ELSEWHERE, first_name="Out")
		frappe.db.commit()
		rows = [
			(leads[0], "Changed"),
			(leads[1], "Changed"),
			(outside.name, "Changed"),
			("No Such Lead", "Changed"),
		]
		logs = self.run_file(("ID", "Job Title"), rows, kind="Update Existing Records")
		self.assertEqual([logs[index].success for index in sorted(logs)], [0, 0, 1, 0], logs[4])
		self.assertEqual(frappe.db.get_value("Lead", outside.name, "job_title"), "Changed")
		for lead in leads:  # the importer is no manager of the pool
			self.assertFalse(frappe.db.get_value("Lead", lead, "job_title"))
		pool = frappe.get_doc("Lead Pool", POOL)
		pool.append("members", {"member_type": "User", "user": self.importer, "is_manager": 1, "weight": 0})
		pool.save()
		frappe.db.commit()
		rows = [(lead, self.importer) for lead in leads]
		logs = self.run_file(("ID", "Lead Owner"), rows, kind="Update Existing Records")
		self.assertEqual(
			[log.success for log in logs.values()], [1, 1], [log.exception for log in logs.values()]
		)
		for lead, event in zip(leads, ("Transfer", "Assign"), strict=True):
			seat = factories.seat_of(lead, POOL)
			self.assertEqual((seat.state, seat.holder), ("Held", self.importer))
			events = frappe.get_all(
				"Lead Pool Log", filters={"party": lead}, pluck="event", order_by="at, name"
			)
			self.assertIn(event, events)
