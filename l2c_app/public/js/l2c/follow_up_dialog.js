// One short dialog to log what was done and say what comes next; used from forms and from list rows.
frappe.provide("l2c");

const NEW = "";
const quick_days = () => [
	[1, __("Tomorrow")],
	[3, __("In 3 days")],
	[7, __("In a week")],
	[30, __("In a month")],
];

class FollowUpDialog {
	constructor({ doctype, name, follow_up, on_done }) {
		Object.assign(this, { doctype, name, follow_up: follow_up || NEW, on_done });
	}

	async open() {
		const about = { reference_doctype: this.doctype, reference_name: this.name };
		const [context] = await Promise.all([
			l2c.call("follow_up.context", about),
			frappe.model.with_doctype("Follow Up"),
		]);
		this.context = context;
		this.follow_up = this.follow_up || this.own_plan();
		this.dialog = new frappe.ui.Dialog({
			title: __("Follow Up: {0}", [l2c.escape(context.party_name)]),
			fields: this.fields(),
			primary_action_label: __("Save"),
			primary_action: (values) => this.save(values),
			secondary_action_label: __("Only Plan"),
			secondary_action: () => {
				this.dialog.hide();
				l2c.plan_follow_up({ doctype: this.doctype, name: this.name, on_done: this.on_done });
			},
		});
		this.add_quick_days();
		this.dialog.show();
	}

	own_plan() {
		const mine = this.context.planned.filter((row) => row.assigned_to === frappe.session.user);
		return mine.length ? mine[0].name : NEW;
	}

	fields() {
		const select = (fieldname) => l2c.select_options("Follow Up", fieldname);
		const plan = this.context.planned.find((row) => row.name === this.follow_up);
		return [
			{ fieldtype: "HTML", fieldname: "history", options: this.history() },
			{
				fieldtype: "Select",
				fieldname: "follow_up",
				label: __("Completes"),
				hidden: !this.context.planned.length,
				default: this.follow_up,
				options: this.plan_options(),
			},
			{
				fieldtype: "Select",
				fieldname: "follow_up_type",
				label: __("Type"),
				reqd: 1,
				default: plan ? plan.follow_up_type : "Call",
				options: select("follow_up_type"),
			},
			{ fieldtype: "Column Break" },
			{ fieldtype: "Select", fieldname: "outcome", label: __("Outcome"), reqd: 1, options: select("outcome") },
			{ fieldtype: "Select", fieldname: "intent", label: __("Intent"), options: select("intent") },
			{ fieldtype: "Section Break" },
			{ fieldtype: "Small Text", max_height: "6rem", fieldname: "note", label: __("Note"), reqd: 1 },
			{ fieldtype: "Section Break", label: __("What Comes Next") },
			{
				fieldtype: "Select",
				fieldname: "next_action",
				label: __("Next Action"),
				options: select("next_action"),
				depends_on: "eval:!doc.closes",
				mandatory_depends_on: "eval:!doc.closes",
			},
			{ fieldtype: "Check", fieldname: "closes", label: __("No Further Action") },
			{ fieldtype: "Column Break" },
			{
				fieldtype: "Datetime",
				fieldname: "next_action_on",
				label: __("Next Action On"),
				depends_on: "eval:!doc.closes",
				mandatory_depends_on: "eval:!doc.closes",
			},
			{ fieldtype: "HTML", fieldname: "quick_days", depends_on: "eval:!doc.closes" },
			{
				fieldtype: "Small Text",
				max_height: "6rem",
				fieldname: "close_reason",
				label: __("Reason"),
				depends_on: "eval:doc.closes",
				mandatory_depends_on: "eval:doc.closes",
			},
		];
	}

	plan_options() {
		const planned = this.context.planned.map((row) => ({
			value: row.name,
			label: [__(row.follow_up_type), l2c.moment_text(row.planned_for), frappe.user.full_name(row.assigned_to)].join(
				" · "
			),
		}));
		return [{ value: NEW, label: __("None of the planned ones") }, ...planned];
	}

	history() {
		const rows = this.context.done.map(
			(row) =>
				`<li class="mb-1"><span class="text-muted">${l2c.escape(l2c.moment_text(row.done_on))}
				${l2c.escape(__(row.follow_up_type))}</span> <b>${l2c.escape(__(row.outcome))}</b>
				${l2c.escape(frappe.ellipsis(row.note || "", 160))}</li>`
		);
		return rows.length ? `<ul class="list-unstyled small mb-3">${rows.join("")}</ul>` : "";
	}

	add_quick_days() {
		const wrapper = this.dialog.get_field("quick_days").$wrapper;
		quick_days().forEach(([days, label]) => {
			$(`<button type="button" class="btn btn-xs btn-default mr-1 mb-2">${l2c.escape(label)}</button>`)
				.appendTo(wrapper)
				.on("click", () =>
					this.dialog.set_value(
						"next_action_on",
						`${frappe.datetime.add_days(frappe.datetime.nowdate(), days)} 09:00:00`
					)
				);
		});
	}

	async save(values) {
		delete values.history;
		delete values.quick_days;
		this.dialog.disable_primary_action();
		try {
			await l2c.call_frozen("follow_up.log", {
				reference_doctype: this.doctype,
				reference_name: this.name,
				...values,
				closes: values.closes ? 1 : 0,
				follow_up: values.follow_up || NEW,
			});
			this.dialog.hide();
			l2c.done(__("Follow up saved"));
			this.on_done && this.on_done();
		} finally {
			this.dialog.enable_primary_action();
		}
	}
}

l2c.follow_up = (options) => new FollowUpDialog(options).open();

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
			await l2c.call_frozen("follow_up.plan", { reference_doctype: doctype, reference_name: name, ...values });
			dialog.hide();
			l2c.done(__("Follow up planned"));
			on_done && on_done();
		},
	});
	dialog.show();
};

// For the form scripts: one button that reloads the form afterwards; the + of the connections does the same.
l2c.add_follow_up_button = (frm, group) => {
	if (frm.is_new() || !frappe.model.can_create("Follow Up")) return;
	const open = () => l2c.follow_up({ doctype: frm.doctype, name: frm.docname, on_done: () => frm.reload_doc() });
	frm.add_custom_button(__("Follow Up"), open, group);
	frm.make_methods = { ...frm.make_methods, "Follow Up": open };
};
