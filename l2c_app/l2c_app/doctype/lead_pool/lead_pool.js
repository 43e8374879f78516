frappe.ui.form.on("Lead Pool", {
	setup(frm) {
		frm.set_query("user", "members", () => ({ filters: { enabled: 1, user_type: "System User" } }));
		frm.set_query("sales_person", "members", () => ({ filters: { enabled: 1 } }));
	},

	refresh(frm) {
		if (frm.perm[0].write) {
			frm.add_custom_button(__("Build Admission Filter"), () => frm.trigger("build_filter"));
		}
		if (frm.is_new()) return;
		frm.trigger("show_stock");
		frm.add_custom_button(__("Show Seats"), () =>
			frappe.set_route("List", "Lead Pool Seat", { pool: frm.doc.name })
		);
		frm.trigger("add_manager_buttons");
	},

	async show_stock(frm) {
		const count = (state) =>
			frappe.db.count("Lead Pool Seat", { filters: { pool: frm.doc.name, state } });
		const [available, held] = await Promise.all([count("Available"), count("Held")]);
		frm.dashboard.clear_headline();
		frm.dashboard.set_headline(
			l2c.tags([
				["", frm.doc.enabled ? __("Enabled") : __("Disabled"), frm.doc.enabled ? "green" : "gray"],
				[__("Available"), String(available), l2c.seat_colour("Available")],
				[__("Held"), String(held), l2c.seat_colour("Held")],
			])
		);
	},

	async add_manager_buttons(frm) {
		const filters = { pool: frm.doc.name, user: frappe.session.user };
		const { message } = await frappe.db.get_value("Lead Pool Membership", filters, "is_manager");
		const manages =
			cint(message && message.is_manager) || frappe.user.has_role(["Sales Manager", "System Manager"]);
		if (!manages || !frm.doc.enabled) return;
		frm.add_custom_button(__("Admit Existing"), () => frm.trigger("admit_existing"));
		frm.add_custom_button(__("Distribute"), () =>
			l2c.distribute(frm.doc.name, { on_done: () => frm.reload_doc() })
		);
		frm.change_custom_button_type(__("Distribute"), null, "primary");
	},

	admit_existing(frm) {
		const picker = new frappe.ui.form.MultiSelectDialog({
			doctype: frm.doc.party_type,
			target: frm,
			setters: { territory: frm.doc.territory || null },
			get_query: () => ({ filters: frm.doc.party_type === "Lead" ? { l2c_pooled: 0 } : {} }),
			action: async (parties) => {
				if (!parties.length) return;
				const seats = await l2c.call_frozen("pool.admit", { pool: frm.doc.name, parties });
				picker.dialog.hide();
				l2c.done(__("{0} seats added", [seats.length]));
				frm.reload_doc();
			},
		});
	},

	build_filter(frm) {
		const dialog = new frappe.ui.Dialog({
			title: __("Which {0} Get a Seat", [__(frm.doc.party_type)]),
			fields: [{ fieldtype: "HTML", fieldname: "filters" }],
			primary_action_label: __("Set Filter"),
			primary_action: () => {
				const filters = group.get_filters().map((filter) => filter.slice(1, 4));
				frm.set_value("admission_filters", filters.length ? JSON.stringify(filters) : "");
				dialog.hide();
			},
		});
		const group = new frappe.ui.FilterGroup({
			parent: dialog.get_field("filters").$wrapper,
			doctype: frm.doc.party_type,
			on_change: () => {},
		});
		frappe.model.with_doctype(frm.doc.party_type, () => {
			const stored = JSON.parse(frm.doc.admission_filters || "[]");
			group.add_filters_to_filter_group(
				stored.map((filter) => [frm.doc.party_type, ...filter.slice(-3)])
			);
			dialog.show();
		});
	},
});
