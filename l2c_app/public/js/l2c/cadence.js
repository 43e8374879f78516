// Enrolling in a cadence, from a form or for the chosen rows of a list.
frappe.provide("l2c");

l2c.enrol = (doctype, parties, on_done) => {
	frappe.prompt(
		{
			fieldtype: "Link",
			fieldname: "cadence",
			label: __("Cadence"),
			options: "Sales Cadence",
			reqd: 1,
			get_query: () => ({ filters: { enabled: 1, party_type: doctype } }),
		},
		async ({ cadence }) => {
			const answers = await l2c.call_frozen("cadence.enrol", { cadence, parties });
			l2c.show_batch_result({
				title: __("Enrolled in {0}", [l2c.escape(cadence)]),
				done: answers.filter((row) => row.enrolment),
				refused: answers
					.filter((row) => row.refused)
					.map((row) => ({ label: row.party, reason: row.refused })),
			});
			on_done && on_done();
		},
		__("Enrol in a Cadence"),
		__("Enrol")
	);
};

l2c.add_enrol_button = (frm) => {
	if (frm.is_new() || !frm.perm[0].write || !frappe.model.can_read("Sales Cadence")) return;
	frm.add_custom_button(
		__("Enrol in a Cadence"),
		() => l2c.enrol(frm.doctype, [frm.docname], () => frm.reload_doc()),
		__("Action")
	);
};

l2c.add_enrol_action = (listview) => {
	if (!frappe.model.can_read("Sales Cadence")) return;
	listview.page.add_actions_menu_item(__("Enrol in a Cadence"), () =>
		l2c.enrol(listview.doctype, listview.get_checked_items(true), () => listview.clear_checked_items())
	);
};
