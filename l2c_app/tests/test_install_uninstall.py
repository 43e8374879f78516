"""Installing adds our columns and settings, once; what is added is exactly what uninstalling removes.

The way in and out of a whole site (before and after the setup wizard, nothing left, natives unchanged) needs a site of
its own: life_cycle.py, run by scripts/bench_test.py.
"""

import frappe

from l2c_app import compat, hooks, install
from l2c_app.setup import custom_fields, defaults, indexes, leftovers
from l2c_app.tests.base import L2CTestCase, bench_only

MOST_ON_LEAD = 6
MOST_ON_A_TRANSACTION = 3


class TestInstall(L2CTestCase):
	def test_every_field_of_ours_is_on_the_native_form(self):
		for doctype, fields in custom_fields.FIELDS.items():
			meta = frappe.get_meta(doctype)
			for field in fields:
				with self.subTest(doctype=doctype, field=field["fieldname"]):
					self.assertEqual(meta.get_field(field["fieldname"]).fieldtype, field["fieldtype"])

	def test_fields_are_few_prefixed_stamped_and_never_copied(self):
		for doctype, fields in custom_fields.FIELDS.items():
			limit = MOST_ON_LEAD if doctype == "Lead" else MOST_ON_A_TRANSACTION
			self.assertLessEqual(len(fields), limit)
			for field in fields:
				with self.subTest(doctype=doctype, field=field["fieldname"]):
					self.assertTrue(field["fieldname"].startswith("l2c_"))
					self.assertEqual((field["module"], field["no_copy"]), (custom_fields.MODULE, 1))

	@bench_only("the anchors are fields of the host's real form layout")
	def test_every_field_has_a_place_on_the_form(self):
		for doctype, fields in custom_fields.FIELDS.items():
			for field in fields:
				with self.subTest(doctype=doctype, field=field["fieldname"]):
					self.assertTrue(frappe.get_meta(doctype).has_field(field["insert_after"]))

	def test_installing_again_changes_nothing(self):
		before = self._own_fields()
		install.before_install()
		install.after_install()
		self.assertEqual(self._own_fields(), before)

	def test_settings_have_their_defaults_and_keep_what_an_admin_chose(self):
		frappe.db.set_single_value(defaults.SETTINGS, "link_window_days", 9)
		# stored before a rule refused it
		frappe.db.set_single_value(defaults.SETTINGS, {"send_digest": 1, "digest_hour": 25})
		frappe.db.delete("Singles", {"doctype": defaults.SETTINGS, "field": "submit_orders"})
		frappe.clear_document_cache(defaults.SETTINGS, defaults.SETTINGS)
		defaults.store()
		stored = frappe.db.get_singles_dict(defaults.SETTINGS)
		self.assertEqual((str(stored.link_window_days), str(stored.submit_orders)), ("9", "1"))

	@bench_only("indexes of tables")
	def test_an_index_that_an_old_site_lacks_comes_with_the_next_migrate(self):
		table, index = "Statement Run Row", "l2c_run_status"
		frappe.db.sql_ddl(f"alter table `tab{table}` drop index {index}")
		self.assertFalse(frappe.db.has_index(f"tab{table}", index))
		indexes.ensure()
		indexes.ensure()
		self.assertTrue(frappe.db.has_index(f"tab{table}", index))
		self.assertIn("l2c_app.setup.indexes.ensure", hooks.after_migrate)

	def test_other_hosts_are_refused_with_words(self):
		for version in ("14.99.0", "17.0.0-dev"):
			with self.subTest(version=version):
				before, frappe.__version__ = frappe.__version__, version
				try:
					with self.assertRaises(install.UnsupportedHost):
						install.before_install()
				finally:
					frappe.__version__ = before

	def test_the_answer_without_opinion_fits_the_host(self):
		self.assertIs(compat.no_opinion(), None if compat.host_major() == 15 else True)

	@staticmethod
	def _own_fields() -> list[tuple]:
		rows = frappe.get_all(
			"Custom Field",
			filters={"module": custom_fields.MODULE},
			fields=["dt", "fieldname", "fieldtype", "insert_after", "options"],
			order_by="dt, fieldname",
		)
		return [tuple(row.values()) for row in rows]


class TestUninstall(L2CTestCase):
	def test_every_document_of_ours_is_known_to_the_clean_up(self):
		known = set(leftovers.our_doctypes())
		self.assertTrue({"Lead Pool", "Lead Pool Seat", "Follow Up", "Sales Contract", "Collection"} <= known)

	@bench_only("the framework's own tables")
	def test_people_s_rows_about_our_documents_go_and_their_files_stay(self):
		from l2c_app.tests import factories

		lead = factories.lead("Leftover Prospect")
		pool = factories.make("Lead Pool", pool_name="Leftover", members=[])
		pool.add_comment("Comment", "ours")
		lead.add_comment("Comment", "native")
		document = factories.make(
			"File",
			file_name="l2c_leftover.txt",
			content="evidence",
			attached_to_doctype="Lead Pool",
			attached_to_name=pool.name,
		)
		leftovers.delete()
		self.assertFalse(
			frappe.db.exists("Comment", {"reference_doctype": "Lead Pool", "reference_name": pool.name})
		)
		self.assertTrue(
			frappe.db.exists("Comment", {"reference_doctype": "Lead", "reference_name": lead.name})
		)
		self.assertIsNone(frappe.db.get_value("File", document.name, "attached_to_doctype"))


class TestPermissionsCanBeChanged(L2CTestCase):
	@bench_only("the host's own check of permissions")
	def test_an_admin_can_add_a_role_to_each_of_our_documents(self):
		from frappe.permissions import add_permission

		for doctype in leftovers.our_doctypes():
			if not frappe.get_meta(doctype).istable:
				with self.subTest(doctype=doctype):
					add_permission(doctype, "Auditor", 0)
