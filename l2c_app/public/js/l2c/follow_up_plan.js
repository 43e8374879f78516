// A follow up that is planned only, without logging anything.
frappe.provide("l2c");

l2c.plan_follow_up = async ({ doctype, name, on_done }) => {
	await frappe.model.with_doctype("Follow Up");
	const dialog = new frappe.ui.Dialog({
		title: __("Plan a Follow Up"),
		fields: [
			{
				fieldtype: "Select",
				fieldname: "follow_up_type",
				label: __("Type"),
				reqd: 1,
				default: "Call",
				options: l2c.select_options("Follow Up", "follow_up_type"),
			},
			{ fieldtype: "Datetime", fieldname: "planned_for", label: __("Planned For"), reqd: 1 },
			{
				fieldtype: "Link",
				fieldname: "assigned_to",
				label: __("Assigned To"),
				options: "User",
				reqd: 1,
				default: frappe.session.user,
				get_query: () => ({ filters: { enabled: 1, user_type: "System User" } }),
			},
			{ fieldtype: "Small Text", max_height: "6rem", fieldname: "note", label: __("Note") },
		],
		primary_action_label: __("Plan"),
		primary_action: async (values) => {
			await l2c.call_frozen("follow_up.plan", {
				reference_doctype: doctype,
				reference_name: name,
				...values,
			});
			dialog.hide();
			l2c.done(__("Follow up planned"));
			on_done && on_done();
		},
	});
	dialog.show();
};
