"""Every way in which a lead changes its owner ends at one place: seat, owner, log agree and the former holder is out."""

import json
from unittest.mock import patch

import frappe

from l2c_app.api import back_doors
from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.pool import back_doors as search_hits
from l2c_app.services.pool import owner_check
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.closed_set_case import ClosedSetCase


@bench_only("the host's own ways of writing")
class TestOwnerChanges(ClosedSetCase):
	def assert_moved(self, to: str | None, *, event: str) -> None:
		"""Seat, owner and log agree; the holder before reads nothing by any path; `_assign` and shares forgot him."""
		seat = frappe.get_doc("Lead Pool Seat", self.seat)
		self.assertEqual((seat.holder or None, seat.state), (to, "Held" if to else "Available"))
		owner, assigned = frappe.db.get_value("Lead", self.lead, ["lead_owner", "_assign"])
		self.assertEqual(owner or None, to)
		self.assertNotIn(self.holder, assigned or "")
		logged = frappe.get_all(
			"Lead Pool Log",
			filters={"seat": self.seat, "event": event, "from_holder": self.holder},
			pluck="to_holder",
		)
		self.assertEqual([name or None for name in logged], [to])
		for doctype, name in (("Lead", self.lead), ("Contact", self.contact)):
			self.assertEqual(frappe.db.count("DocShare", {"share_doctype": doctype, "share_name": name}), 0)
		with self.as_user(self.holder):
			self.assert_shut_out()

	def assert_shut_out(self) -> None:
		"""The session user reaches neither the lead nor its contact."""
		from frappe.api import v1
		from frappe.desk import reportview
		from frappe.www import printview

		for doctype, name in (("Lead", self.lead), ("Contact", self.contact)):
			for read in (
				lambda doctype=doctype, name=name: frappe.get_doc(doctype, name).check_permission("read"),
				lambda doctype=doctype, name=name: v1.read_doc(doctype, name),
				lambda doctype=doctype, name=name: printview.get_html_and_style(doc=doctype, name=name),
			):
				with self.assertRaises(frappe.PermissionError):
					read()
			self.assertEqual(frappe.client.get_list(doctype, filters={"name": name}), [])
			frappe.local.form_dict = frappe._dict(
				doctype=doctype, fields='["name"]', filters=json.dumps([[doctype, "name", "=", name]])
			)
			self.assertEqual(reportview.get(), [])
			found = back_doors.search_link(doctype=doctype, txt=name, ignore_user_permissions=1)
			self.assertNotIn(name, [row["value"] for row in found])
			hit = frappe._dict(doctype=doctype, name=name, content="Zsecret")
			self.assertEqual(search_hits.only_readable_hits([hit]), [])
		with self.assertRaises(errors.ReportClosed):
			back_doors.run_report(report_name="Lead Details", filters={})

	def leave_traces(self) -> None:
		"""What the host leaves for a holder: an assignment with its task, and a share."""
		frappe.get_doc(
			doctype="ToDo",
			reference_type="Lead",
			reference_name=self.lead,
			allocated_to=self.holder,
			description="x",
		).insert()
		frappe.share.add("Lead", self.lead, self.holder)

	def test_pain_former_owner_still_reads_after_a_native_edit(self):
		self.leave_traces()
		with self.as_user(self.holder):
			lead = frappe.get_doc("Lead", self.lead)
			lead.lead_owner = self.mate
			lead.save()
		self.assert_moved(self.mate, event="Transfer")

	def test_pain_list_shows_both_users_after_a_transfer(self):
		self.leave_traces()
		with self.as_user(self.holder):
			api.transfer(self.seat, self.mate)
		self.assert_moved(self.mate, event="Transfer")

	def test_pain_old_owner_still_reads_after_rest_and_set_value(self):
		from frappe.api import v1

		with self.as_user(self.holder):
			frappe.local.form_dict = frappe._dict(data=json.dumps({"lead_owner": self.mate}))
			v1.update_doc("Lead", self.lead)
		self.assert_moved(self.mate, event="Transfer")
		with self.as_user(self.mate):
			frappe.client.set_value("Lead", self.lead, "lead_owner", "")
			self.assertFalse(frappe.has_permission("Lead", "read", doc=self.lead))
		self.assertEqual(frappe.get_doc("Lead Pool Seat", self.seat).state, "Available")

	def test_bulk_edit(self):
		from frappe.desk.doctype.bulk_update.bulk_update import submit_cancel_or_update_docs

		with self.as_user(self.holder), patch.object(frappe.db, "commit"):
			data = json.dumps({"lead_owner": self.mate})
			submit_cancel_or_update_docs("Lead", json.dumps([self.lead]), action="update", data=data)
		self.assert_moved(self.mate, event="Transfer")

	def test_a_workflow_writes_as_a_form_does(self):
		"""A workflow's "update field" sets the value and saves the document as the user who acts."""
		with self.as_user(self.holder):
			lead = frappe.get_doc("Lead", self.lead)
			lead.set("lead_owner", self.mate)
			lead.flags.ignore_links = True
			lead.save()
		self.assert_moved(self.mate, event="Transfer")

	def test_nobody_takes_or_gives_what_is_not_his(self):
		for user, owner in (
			(self.mate, self.mate),
			(self.outsider, self.outsider),
			(self.holder, self.outsider),
		):
			with self.subTest(user=user, owner=owner), self.as_user(user):
				with self.assertRaises((errors.NotAPoolMember, frappe.PermissionError)):
					lead = frappe.get_doc("Lead", self.lead)
					lead.lead_owner = owner
					lead.save()
		self.assertEqual(frappe.get_doc("Lead Pool Seat", self.seat).holder, self.holder)

	def test_assigning_by_hand_gives_no_way_in(self):
		from frappe.desk.form import assign_to

		with self.as_user(self.holder), self.assertRaises(frappe.PermissionError):
			assign_to.add(
				{"doctype": "Lead", "name": self.lead, "assign_to": [self.outsider], "description": "x"}
			)
		with self.as_user(self.outsider):
			self.assert_shut_out()

	def test_pain_transfer_works_where_sharing_is_disabled(self):
		with self.settings("System Settings", disable_document_sharing=1), self.as_user(self.holder):
			api.transfer(self.seat, self.mate)
		self.assert_moved(self.mate, event="Transfer")
		with self.as_user(self.mate):
			lead = frappe.get_doc("Lead", self.lead)
			lead.city = "Mine"
			lead.save()

	def test_a_value_written_past_all_hooks_gives_no_right_and_is_put_right(self):
		frappe.db.set_value("Lead", self.lead, "lead_owner", self.outsider)
		with self.as_user(self.outsider):
			self.assert_shut_out()
		self.assertGreaterEqual(sum(owner_check.repair_owners()), 1)
		self.assertEqual(frappe.db.get_value("Lead", self.lead, "lead_owner"), self.holder)
		self.assertTrue(frappe.db.exists("Lead Pool Log", {"seat": self.seat, "event": "Repair"}))

	def test_pain_released_merged_and_converted_leads(self):
		self.leave_traces()
		with self.as_user(self.holder):
			api.release(self.seat, "done")
		self.assert_moved(None, event="Release")
		with self.as_user(self.mate):
			api.claim(self.seat)
		other = factories.pooled_lead("Merged Away", mobile_no="+8613800777055").name
		frappe.rename_doc("Lead", other, self.lead, merge=True, force=True)
		self.assertEqual(frappe.get_doc("Lead Pool Seat", self.seat).holder, self.mate)
		with self.as_user(self.holder):
			self.assert_shut_out()
		factories.customer("Owner Change Customer", lead_name=self.lead)
		self.assertEqual(frappe.db.get_value("Lead", self.lead, "lead_owner"), self.mate)
		self.assertEqual(frappe.get_doc("Lead Pool Seat", self.seat).state, "Converted")


@bench_only("Assignment Rules of the host")
class TestAssignmentRules(ClosedSetCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.forget_rules)

	def forget_rules(self) -> None:
		"""The host remembers rules in its cache, which no rollback reaches."""
		from frappe.cache_manager import clear_doctype_map

		frappe.db.rollback()
		for doctype in ("Lead", "Task"):
			clear_doctype_map("Assignment Rule", doctype)

	def rule(self, condition: str, **values: object):
		"""Return an unsaved Assignment Rule on Lead."""
		days = [
			{"day": day}
			for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
		]
		return frappe.get_doc(
			doctype="Assignment Rule",
			name=f"L2C Rule {frappe.generate_hash(length=6)}",
			description="call {{ name }}",
			assign_condition=condition,
			rule="Round Robin",
			users=[{"user": self.outsider}],
			assignment_days=days,
			**{"document_type": "Lead", **values},
		)

	def test_pain_a_rule_that_would_hand_out_pooled_leads_is_refused_and_explained(self):
		with self.assertRaises(errors.AssignmentRuleFights) as refused:
			self.rule('status == "Lead"').insert()
		self.assertIn("l2c_pooled", str(refused.exception))
		self.rule('status == "Lead"', disabled=1).insert()
		self.rule('status == "Open"', document_type="Task").insert()

	def test_a_rule_that_leaves_pooled_leads_alone_works_beside_the_pools(self):
		self.rule('status == "Lead" and not l2c_pooled').insert()
		pooled = factories.pooled_lead("Ruled", mobile_no="+8613800777066").name
		free = factories.lead("Unpooled", first_name="Free").name
		tasks = {"reference_type": "Lead", "allocated_to": self.outsider, "status": "Open"}
		self.assertEqual(frappe.db.count("ToDo", {**tasks, "reference_name": pooled}), 0)
		self.assertEqual(frappe.db.count("ToDo", {**tasks, "reference_name": free}), 1)

	def test_no_pool_opens_beside_a_rule_that_fights_it(self):
		frappe.db.set_value("Lead Pool", self.pool.name, "enabled", 0)
		from l2c_app.services.pool import visibility

		visibility.pools_changed()
		name = self.rule('status == "Lead"').insert().name
		with self.assertRaises(errors.AssignmentRuleFights) as refused:
			factories.lead_pool("L2C Fighting", members=(self.mate,))
		self.assertIn(name, str(refused.exception))
