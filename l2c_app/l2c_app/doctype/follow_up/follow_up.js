frappe.ui.form.on("Follow Up", {
	setup(frm) {
		l2c.made_by_steps(frm, "Follow Up", "ToDo", "Lead", "Customer");
		frm.set_query("reference_doctype", () => ({
			filters: {
				name: [
					"in",
					["Lead", "Opportunity", "Quotation", "Customer", "Sales Contract", "Sales Order", "Sales Invoice"],
				],
			},
		}));
		frm.set_query("assigned_to", () => ({ filters: { enabled: 1, user_type: "System User" } }));
	},

	refresh(frm) {
		if (frm.is_new()) {
			if (!frm.doc.assigned_to) frm.set_value("assigned_to", frappe.session.user);
			return;
		}
		frm.trigger("show_headline");
		frm.trigger("add_buttons");
	},

	show_headline(frm) {
		if (frm.doc.status !== "Planned" || !l2c.is_past(frm.doc.planned_for)) return;
		frm.dashboard.set_headline(l2c.tags([[__("Overdue since"), l2c.moment_text(frm.doc.planned_for), "red"]]));
	},

	add_buttons(frm) {
		const { reference_doctype, reference_name, next_follow_up, previous_follow_up } = frm.doc;
		frm.add_custom_button(__("Open {0}", [__(reference_doctype)]), () =>
			frappe.set_route("Form", reference_doctype, reference_name)
		);
		l2c.open_button(frm, "Follow Up", previous_follow_up, __("Previous Step"));
		l2c.open_button(frm, "Follow Up", next_follow_up, __("Next Step"));
		if (frm.doc.status !== "Planned" || !frm.perm[0].write) return;
		frm.add_custom_button(__("Cancel Follow Up"), () => frm.trigger("ask_cancel"));
		frm.add_custom_button(__("Complete"), () => frm.trigger("ask_result"));
		frm.change_custom_button_type(__("Complete"), null, "primary");
	},

	ask_result(frm) {
		l2c.follow_up({
			doctype: frm.doc.reference_doctype,
			name: frm.doc.reference_name,
			follow_up: frm.doc.name,
			on_done: () => frm.reload_doc(),
		});
	},

	ask_cancel(frm) {
		frappe.prompt(
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason") },
			async ({ reason }) => {
				await l2c.call_frozen("follow_up.cancel", { name: frm.doc.name, reason: reason || "" });
				frm.reload_doc();
			},
			__("Cancel Follow Up")
		);
	},
});
