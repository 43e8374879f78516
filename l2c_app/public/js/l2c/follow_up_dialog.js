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
	constructor({ doctype, name, follow_up, evidence, on_done }) {
		Object.assign(this, { doctype, name, follow_up: follow_up || NEW, evidence, on_done });
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
			// One column on a phone: the host draws a line between columns there.
			fields: this.fields().filter((field) => !(frappe.is_mobile() && field.fieldtype === "Column Break")),
			primary_action_label: __("Save"),
			primary_action: (values) => this.save(values),
			secondary_action_label: __("Only Plan"),
			secondary_action: () => {
				this.dialog.hide();
				l2c.plan_follow_up({ doctype: this.doctype, name: this.name, on_done: this.on_done });
			},
		});
		this.add_buttons();
		this.dialog.show();
	}

	own_plan() {
		const mine = this.context.planned.filter((row) => row.assigned_to === frappe.session.user);
		return mine.length ? mine[0].name : NEW;
	}

	// Five fields, all but two filled in; what has few answers is a row of buttons, good for a thumb.
	fields() {
		const select = (fieldname) => l2c.select_options("Follow Up", fieldname);
		const { suggested } = this.context;
		return [
			{ fieldtype: "HTML", fieldname: "history", options: this.history() },
			{ fieldtype: "Section Break", hide_border: 1 },
			{
				fieldtype: "Select",
				fieldname: "follow_up_type",
				label: __("Type"),
				reqd: 1,
				default: this.plan() ? this.plan().follow_up_type : "Call",
				options: select("follow_up_type"),
			},
			{ fieldtype: "Column Break" },
			{
				fieldtype: "Select",
				fieldname: "outcome",
				label: __("Outcome"),
				reqd: 1,
				options: select("outcome"),
			},
			{ fieldtype: "Section Break" },
			{ fieldtype: "Small Text", max_height: "6rem", fieldname: "note", label: __("Note"), reqd: 1 },
			{ fieldtype: "HTML", fieldname: "intent_buttons" },
			{ fieldtype: "Section Break", label: __("What Comes Next") },
			{
				fieldtype: "Select",
				fieldname: "next_action",
				label: __("Next Action"),
				default: suggested.next_action,
				options: select("next_action"),
				reqd: 1,
			},
			{ fieldtype: "Column Break" },
			{
				fieldtype: "Datetime",
				fieldname: "next_action_on",
				label: __("Next Action On"),
				default: suggested.next_action_on,
				reqd: 1,
			},
			{
				fieldtype: "Small Text",
				max_height: "6rem",
				fieldname: "close_reason",
				label: __("Reason"),
				hidden: 1,
			},
			{ fieldtype: "Section Break", hide_border: 1 },
			{ fieldtype: "HTML", fieldname: "quick_days" },
			{ fieldtype: "Check", fieldname: "closes", label: __("No Further Action"), hidden: 1 },
			{ fieldtype: "Data", fieldname: "intent", hidden: 1, default: suggested.intent },
		];
	}

	plan() {
		return this.context.planned.find((row) => row.name === this.follow_up);
	}

	history() {
		const rows = this.context.done.map(
			(row) =>
				`<li class="mb-1"><span class="text-muted">${l2c.escape(l2c.moment_text(row.done_on))}
				${l2c.escape(__(row.follow_up_type))}</span> <b>${l2c.escape(__(row.outcome))}</b>
				${l2c.escape(frappe.ellipsis(row.note || "", 160))}</li>`
		);
		const list = rows.length ? `<ul class="list-unstyled small mb-2">${rows.join("")}</ul>` : "";
		return `${list}<div class="l2c-completes mb-2"></div><div class="l2c-offers mb-2"></div>`;
	}

	add_buttons() {
		const wrapper = (fieldname) => this.dialog.get_field(fieldname).$wrapper;
		const intents = l2c.select_options("Follow Up", "intent").filter(Boolean);
		this.buttons(wrapper("intent_buttons"), intents, {
			chosen: this.dialog.get_value("intent"),
			label: (intent) => __(intent),
			on_pick: (intent) => this.dialog.set_value("intent", intent || ""),
		});
		this.buttons(wrapper("quick_days"), [...quick_days(), [0, __("No Further Action")]], {
			label: ([, label]) => label,
			on_pick: (picked) => this.pick_day(picked),
		});
		// Bound to the input: as a field's own handler it would run again at every redraw that it causes itself.
		this.dialog.get_field("outcome").$input.on("change", () => this.suggest());
		this.show_completes();
		this.show_offers();
	}

	// A row of buttons of which one is chosen; a second press lets it go.
	buttons(wrapper, choices, { chosen, label, on_pick }) {
		const row = $('<div class="mb-2"></div>').appendTo(wrapper.empty());
		choices.forEach((choice) => {
			const active = choice === chosen ? "btn-primary" : "btn-default";
			$(
				`<button type="button" class="btn btn-xs text-left text-wrap ${active} mr-1 mb-1">${l2c.escape(
					label(choice)
				)}</button>`
			)
				.appendTo(row)
				.on("click", (event) => {
					const was = $(event.currentTarget).hasClass("btn-primary");
					row.find("button").removeClass("btn-primary").addClass("btn-default");
					if (!was) $(event.currentTarget).removeClass("btn-default").addClass("btn-primary");
					on_pick(was ? null : choice);
				});
		});
	}

	// Shown and hidden by hand: the host's depends_on empties a mandatory text that is still being typed.
	pick_day(picked) {
		const closes = picked && !picked[0] ? 1 : 0;
		this.dialog.set_value("closes", closes);
		const show = (fieldname, shown) =>
			["hidden", "reqd"].forEach((property) =>
				this.dialog.set_df_property(fieldname, property, Number(property === "reqd" ? shown : !shown))
			);
		["next_action", "next_action_on"].forEach((fieldname) => show(fieldname, !closes));
		show("close_reason", Boolean(closes));
		if (picked && !closes)
			this.dialog.set_value(
				"next_action_on",
				`${frappe.datetime.add_days(frappe.datetime.nowdate(), picked[0])} 09:00:00`
			);
	}

	suggest() {
		const next = this.context.suggested.by_outcome[this.dialog.get_value("outcome")];
		if (next && !this.dialog.get_value("closes")) this.dialog.set_value("next_action", next);
	}

	// Which planned step this completes; one press logs it apart from the plan instead.
	show_completes() {
		const place = this.dialog.$wrapper.find(".l2c-completes").empty();
		const choices = this.context.planned;
		if (!choices.length) return;
		this.buttons(place, choices, {
			chosen: this.plan(),
			label: (row) =>
				__("Completes {0}", [
					[
						__(row.follow_up_type),
						l2c.moment_text(row.planned_for),
						frappe.user.full_name(row.assigned_to),
					].join(" · "),
				]),
			on_pick: (row) => (this.follow_up = row ? row.name : NEW),
		});
	}

	// Mails and calls of the last two days that nothing was logged from: they count by themselves, never twice.
	show_offers() {
		const place = this.dialog.$wrapper.find(".l2c-offers").empty();
		const { offers } = this.context;
		if (!offers.length) return;
		const chosen = offers.find((row) => row.evidence_name === this.evidence);
		const use = (row) => {
			this.chosen_offer = row;
			if (row) this.dialog.set_value("follow_up_type", row.follow_up_type);
		};
		use(chosen);
		this.buttons(place, offers, {
			chosen: chosen,
			label: (row) => __("Log from {0}", [`${__(row.follow_up_type)} · ${l2c.moment_text(row.at)}`]),
			on_pick: use,
		});
	}

	async save(values) {
		["history", "quick_days", "intent_buttons"].forEach((fieldname) => delete values[fieldname]);
		const { evidence_doctype, evidence_name } = this.chosen_offer || {};
		this.dialog.disable_primary_action();
		try {
			const saved = await l2c.call_frozen("follow_up.log", {
				reference_doctype: this.doctype,
				reference_name: this.name,
				...values,
				intent: values.intent || null,
				closes: values.closes ? 1 : 0,
				...(values.closes ? { next_action: null, next_action_on: null } : { close_reason: null }),
				follow_up: this.follow_up,
				evidence_doctype: evidence_doctype || "",
				evidence_name: evidence_name || "",
			});
			this.dialog.hide();
			l2c.done([__("Follow up saved"), saved.effort].filter(Boolean).map(l2c.escape).join("<br>"));
			this.on_done && this.on_done();
		} finally {
			this.dialog.enable_primary_action();
		}
	}
}

l2c.follow_up = (options) => new FollowUpDialog(options).open();

// The rows chosen in a list, one after the other: on a phone a list row has no room for a button.
l2c.add_follow_up_action = (listview) => {
	if (!frappe.model.can_create("Follow Up")) return;
	const next = (names) => {
		if (!names.length) {
			listview.clear_checked_items();
			listview.refresh();
			return;
		}
		l2c.follow_up({ doctype: listview.doctype, name: names[0], on_done: () => next(names.slice(1)) });
	};
	listview.page.add_actions_menu_item(__("Follow Up"), () => next(listview.get_checked_items(true)));
};

// For the form scripts: one button that reloads the form afterwards; the + of the connections does the same.
l2c.add_follow_up_button = (frm, group) => {
	if (frm.is_new() || !frappe.model.can_create("Follow Up")) return;
	const open = () =>
		l2c.follow_up({ doctype: frm.doctype, name: frm.docname, on_done: () => frm.reload_doc() });
	frm.add_custom_button(__("Follow Up"), open, group);
	frm.make_methods = { ...frm.make_methods, "Follow Up": open };
};

// After a mail was sent or a call ended: an offer that goes away by itself when it is not wanted.
$(document).on("app_ready", () => {
	if (!frappe.realtime || !frappe.realtime.on) return;
	frappe.realtime.on("l2c_follow_up_offer", (offer) => {
		const message = __("{0} done. {1}", [
			l2c.escape(__(offer.follow_up_type)),
			`<a href="#" data-action="log">${l2c.escape(__("Log the follow up"))}</a>`,
		]);
		const log = () =>
			l2c.follow_up({
				doctype: offer.reference_doctype,
				name: offer.reference_name,
				evidence: offer.evidence_name,
				// the offer comes from the server, on any page: only cur_frm tells which form is open
				// nosemgrep
				on_done: () => cur_frm && cur_frm.docname === offer.reference_name && cur_frm.reload_doc(),
			});
		frappe.show_alert({ message, indicator: "blue" }, 20, { log });
	});
});
