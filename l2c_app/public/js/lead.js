frappe.ui.form.on("Lead", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.trigger("l2c_show_pool");
		frm.trigger("l2c_add_buttons");
	},

	l2c_show_pool(frm) {
		const { seats = [] } = (frm.doc.__onload || {}).l2c_pool || {};
		const lines = seats.map((seat) => l2c.seat_tags(seat));
		const next = frm.doc.l2c_next_follow_up_on;
		if (next) {
			const label = l2c.is_past(next) ? __("Follow Up Overdue Since") : __("Next Follow Up");
			lines.push(l2c.tags([[label, l2c.moment_text(next), l2c.is_past(next) ? "red" : "blue"]]));
		}
		const { l2c_wrong_fields: wrong = [] } = frm.doc.__onload || {};
		if (wrong.length) {
			const labels = wrong.map((field) => __(frappe.meta.get_label("Lead", field)));
			lines.push(l2c.tags([[__("Cannot be dialled or mailed"), labels.join(", "), "red"]]));
		}
		const { l2c_intent: intent } = frm.doc.__onload || {};
		if (intent) lines.push(l2c.intent_tag(intent));
		const { l2c_answer_by: answers = [] } = frm.doc.__onload || {};
		answers.forEach((clock) =>
			lines.push(
				l2c.tags([
					[
						__("{0} to answer by", [frappe.user.full_name(clock.holder)]),
						l2c.moment_text(clock.response_by),
						l2c.is_past(clock.response_by) ? "red" : "orange",
					],
				])
			)
		);
		if (lines.length) frm.dashboard.set_headline(lines.map((line) => `<div>${line}</div>`).join(""));
		const label = frm.doc.company_name || frm.doc.lead_name || frm.doc.name;
		const one = seats.length === 1;
		seats.forEach((seat) => l2c.add_seat_buttons(frm, { ...seat, label }, { primary: one }));
	},

	l2c_add_buttons(frm) {
		l2c.add_reveal_button(frm);
		l2c.add_follow_up_button(frm);
		l2c.add_enrol_button(frm);
		l2c.add_contract_button(frm);
		if (frappe.model.can_create("Lead")) {
			frm.add_custom_button(__("Check Duplicates"), () => l2c.check_duplicates(frm.doc), __("Action"));
		}
	},
});
