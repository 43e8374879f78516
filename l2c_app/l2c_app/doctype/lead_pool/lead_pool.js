frappe.ui.form.on("Lead Pool", {
	setup(frm) {
		frm.set_query("user", "members", () => ({ filters: { enabled: 1, user_type: "System User" } }));
		frm.set_query("sales_person", "members", () => ({ filters: { enabled: 1 } }));
	},

	refresh(frm) {
		if (frm.perm[0].write) {
			frm.add_custom_button(__("Build Admission Filter"), () => frm.trigger("build_filter"));
		}
		frm.l2c_rules = rules_text(frm);
		frm.trigger("offer_statuses");
		if (frm.is_new()) {
			frm.trigger("load_starting_rules");
			return;
		}
		frm.trigger("show_stock");
		frm.add_custom_button(__("Show Seats"), () =>
			frappe.set_route("List", "Lead Pool Seat", { pool: frm.doc.name })
		);
		frm.trigger("add_manager_buttons");
	},

	async offer_statuses(frm) {
		await frappe.model.with_doctype("Lead");
		const { options } = frappe.meta.get_docfield("Lead", "status");
		frm.fields_dict.state_alarms.grid.update_docfield_property("status", "options", options);
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
		if (message && message.is_manager !== undefined && frm.doc.enabled) {
			frm.add_custom_button(__("My Limits"), () => l2c.show_standing([frm.doc.name]));
		}
		const manages =
			cint(message && message.is_manager) || frappe.user.has_role(["Sales Manager", "System Manager"]);
		if (!manages) return;
		frm.trigger("add_recycle_buttons");
		if (!frm.doc.enabled) return;
		const group = __("Admit");
		frm.add_custom_button(__("Admit Existing"), () => frm.trigger("admit_existing"), group);
		frm.add_custom_button(__("Admit by Filter"), () => frm.trigger("admit_by_filter"), group);
		frm.add_custom_button(__("Distribute"), () =>
			l2c.distribute(frm.doc.name, { on_done: () => frm.reload_doc() })
		);
		frm.change_custom_button_type(__("Distribute"), null, "primary");
	},

	// Leads have tiers, customers groups: what a new pool began with does not fit the other kind.
	party_type(frm) {
		if (!frm.is_new()) return;
		frm.clear_table("recycle_rules");
		frm.refresh_field("recycle_rules");
		frm.trigger("load_starting_rules");
	},

	async load_starting_rules(frm) {
		if ((frm.doc.recycle_rules || []).length) return;
		const { party_type } = frm.doc;
		const rules = await l2c.call("pool_recycle.starting_rules", { party_type });
		if ((frm.doc.recycle_rules || []).length) return;
		rules.forEach((rule) => frm.add_child("recycle_rules", rule));
		frm.refresh_field("recycle_rules");
		frm.l2c_rules = rules_text(frm);
	},

	add_recycle_buttons(frm) {
		const group = __("Recycling");
		const add = (label, action) => frm.add_custom_button(label, action, group);
		if (frm.doc.enabled) {
			add(__("Preview Tonight"), () => start_run(frm, "Recycle", "Preview"));
			add(__("Recycle Now"), () =>
				frappe.confirm(__("Take back every seat that is due? A preview shows them first."), () =>
					start_run(frm, "Recycle", "Commit")
				)
			);
		}
		if (!(frm.doc.recycle_rules || []).length) {
			add(__("Load Starting Rules"), async () => {
				await frm.trigger("load_starting_rules");
				frm.dirty();
			});
		}
		add(__("Move All Seats"), () => frm.trigger("move_all"));
		add(__("Runs"), () => frappe.set_route("List", "Pool Run", { pool: frm.doc.name }));
	},

	move_all(frm) {
		const filters = { party_type: frm.doc.party_type, enabled: 1, name: ["!=", frm.doc.name] };
		const field = { fieldtype: "Link", options: "Lead Pool", fieldname: "target", reqd: 1 };
		frappe.prompt(
			[{ ...field, label: __("Target Pool"), get_query: () => ({ filters }) }],
			({ target }) => start_run(frm, "Move", "Preview", { target }),
			__("Move All Seats"),
			__("Preview")
		);
	},

	// Other rules are shown by rep before they take effect.
	async before_save(frm) {
		if (frm.is_new() || !frm.doc.enabled || rules_text(frm) === frm.l2c_rules) return;
		const asked = { pool: frm.doc.name, rules: rules_of(frm), holiday_list: frm.doc.holiday_list };
		const effect = await l2c.call_frozen("pool_recycle.effect", asked);
		if (!(await agreed(effect))) frappe.validated = false;
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
		ask_filters(frm, __("Set Filter"), (filters) =>
			frm.set_value("admission_filters", filters.length ? JSON.stringify(filters) : "")
		);
	},

	// What is there already gets its seats by a run: a preview first, which is then committed.
	admit_by_filter(frm) {
		ask_filters(frm, __("Preview"), (filters) => start_run(frm, "Admit", "Preview", { filters }));
	},
});

function ask_filters(frm, label, action) {
	const dialog = new frappe.ui.Dialog({
		title: __("Which {0} Get a Seat", [__(frm.doc.party_type)]),
		fields: [{ fieldtype: "HTML", fieldname: "filters" }],
		primary_action_label: label,
		primary_action: () => {
			dialog.hide();
			action(group.get_filters().map((filter) => filter.slice(1, 4)));
		},
	});
	const group = new frappe.ui.FilterGroup({
		parent: dialog.get_field("filters").$wrapper,
		doctype: frm.doc.party_type,
		on_change: () => {},
	});
	frappe.model.with_doctype(frm.doc.party_type, () => {
		const stored = JSON.parse(frm.doc.admission_filters || "[]");
		group.add_filters_to_filter_group(stored.map((filter) => [frm.doc.party_type, ...filter.slice(-3)]));
		dialog.show();
	});
}

const RULE_FIELDS = [
	"kind",
	"tier",
	"customer_group",
	"days",
	"enabled",
	"exempt_won",
	"exempt_opportunity",
	"exempt_quotation",
	"exempt_appointment",
	"exempt_contract",
	"exempt_order",
	"exempt_invoice",
];

function rules_of(frm) {
	return (frm.doc.recycle_rules || []).map((row) =>
		Object.fromEntries(RULE_FIELDS.map((name) => [name, row[name] ?? ""]))
	);
}

function rules_text(frm) {
	return JSON.stringify([frm.doc.holiday_list || "", rules_of(frm)]);
}

async function start_run(frm, kind, mode, options = {}) {
	const run = await l2c.call_frozen("pool_run.start", { kind, pool: frm.doc.name, mode, options });
	frappe.set_route("Form", "Pool Run", run);
}

function agreed({ rows, total }) {
	const heading = [__("Holder"), __("Held"), __("Tonight, Rules Now"), __("Tonight, New Rules"), __("Due but Kept")];
	const cells = (row, name) => [name, row.held, row.now, row.then, row.kept];
	const line = (values, tag = "td") =>
		`<tr>${values.map((value) => `<${tag}>${l2c.escape(value)}</${tag}>`).join("")}</tr>`;
	const lines = rows.map((row) => line(cells(row, row.name)));
	return new Promise((resolve) => {
		const dialog = new frappe.ui.Dialog({
			title: __("What These Rules Change"),
			fields: [{ fieldtype: "HTML", fieldname: "effect" }],
			primary_action_label: __("Save These Rules"),
			primary_action: () => {
				resolve(true);
				dialog.hide();
			},
		});
		dialog.get_field("effect").$wrapper.html(
			`<div class="table-responsive"><table class="table table-bordered small">
			<thead>${line(heading, "th")}</thead><tbody>${lines.join("")}</tbody>
			<tfoot>${line(cells(total, __("Total")), "th")}</tfoot></table></div>`
		);
		dialog.onhide = () => resolve(false);
		dialog.show();
	});
}
